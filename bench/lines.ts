/**
 * Draws growth as lines, in SVG.
 *
 * @module
 */
import { escape, frame } from "./chart.ts";
import type { Comparison } from "./statistics.ts";

const LEFT = 46;
const RIGHT = 560;
const HEIGHT = 150;
/** What counts as flat: this many times the least of the line. */
const FLAT = 1.5;
/** Names of lines stand at least so far apart. */
const LABEL_GAP = 14;

/** One line: what each point takes beside the least of them; a point may be missing at its end. */
interface Line {
  readonly name: string;
  readonly kind: string;
  readonly values: readonly number[];
}

function linesOf({ figures, rows }: Comparison): Line[] {
  return rows.filter(({ error }) => error === undefined).map(({ name, kind, figures: own }) => {
    const medians = Object.keys(figures).flatMap((key) => own[key]?.median ?? []);
    const least = Math.min(...medians);
    return { name, kind, values: medians.map((median) => median / least) };
  });
}

/**
 * Draws each comparison that has an axis: the time for a task at each point, beside the least of its line.
 *
 * @param title What stands above all.
 * @param comparisons The comparisons.
 * @returns The picture.
 */
export function lineChart(title: string, comparisons: readonly Comparison[]): string {
  const parts: string[] = [];
  let y = 30;
  for (const comparison of comparisons) {
    const keys = Object.keys(comparison.figures);
    const lines = linesOf(comparison);
    const most = Math.max(2, ...lines.flatMap(({ values }) => values));
    const top = y + 40;
    const bottom = top + HEIGHT;
    const xOf = (index: number) => LEFT + index / (keys.length - 1) * (RIGHT - LEFT);
    const yOf = (value: number) => bottom - value / most * HEIGHT;
    parts.push(
      `<text x="10" y="${y + 26}" class="title">${escape(comparison.title)}</text>`,
      `<rect x="${LEFT}" y="${yOf(FLAT)}" width="${RIGHT - LEFT}" height="${
        (yOf(1) - yOf(FLAT)).toFixed(1)
      }" class="flat"/>`,
      `<line x1="${LEFT}" x2="${RIGHT}" y1="${bottom}" y2="${bottom}" class="axis"/>`,
      ...[1, FLAT, most].map((value) =>
        `<text x="${LEFT - 6}" y="${(yOf(value) + 4).toFixed(1)}" text-anchor="end">${
          Number(value.toFixed(1))
        }×</text>`
      ),
      ...keys.map((key, index) =>
        `<text x="${xOf(index).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${key}</text>`
      ),
      `<text x="${RIGHT + 40}" y="${bottom + 16}">${escape(comparison.axis!)}</text>`,
    );
    let free = bottom;
    for (const line of lines.toSorted((a, b) => a.values.at(-1)! - b.values.at(-1)!)) {
      const points = line.values.map((value, i) => `${xOf(i).toFixed(1)},${yOf(value).toFixed(1)}`);
      const middle = Math.min(yOf(line.values.at(-1)!) + 4, free);
      free = middle - LABEL_GAP;
      parts.push(
        `<polyline points="${points.join(" ")}" class="line ${line.kind}"/>`,
        `<text x="${RIGHT + 10}" y="${middle.toFixed(1)}">${escape(line.name)}</text>`,
      );
    }
    y = bottom + 22;
  }
  return frame(`${title}: time for a task, beside the least of each line`, y, parts);
}
