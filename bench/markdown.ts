/**
 * Writes comparisons as Markdown.
 *
 * @module
 */
import { unicodeWidth } from "@std/cli";
import type { Comparison, Row, Spread } from "./statistics.ts";
import type { Runtime } from "./work.ts";

const RUNTIME_NAMES = { deno: "Deno", bun: "Bun", node: "Node", chromium: "Chromium" };

/** Three digits that count, at least. */
export function format(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

const range = ({ least, most }: Spread) => `${format(least)} to ${format(most)}`;

/** Who it is, and where it ran if that is another runtime. */
export function nameOf({ name, kind, runtime: ranOn }: Row, runtime: Runtime): string {
  const full = ranOn === runtime ? name : `${name} (${RUNTIME_NAMES[ranOn]})`;
  return kind === "floor" ? `_${full}_` : full;
}

/**
 * A table whose lines are written as wide as they are.
 *
 * @param head What stands above the columns.
 * @param rows The rows.
 * @param texts How many columns, from the first on, are text, which begins at the left. Default: one.
 */
export function table(head: readonly string[], rows: readonly string[][], texts = 1): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(3, ...all.map((row) => unicodeWidth(row[i]!))));
  const pad = (cell: string, i: number) => {
    const space = " ".repeat(widths[i]! - unicodeWidth(cell));
    return i < texts ? cell + space : space + cell;
  };
  const line = (row: readonly string[]) => `| ${row.map(pad).join(" | ")} |`;
  const rule = widths.map((width, i) =>
    i < texts ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** A contender a row: each figure, its spread, and how many times as good Trilane is. */
function byContender({ figures, rows }: Comparison, runtime: Runtime): string {
  const head = Object.values(figures).flatMap(({ unit }) => [unit, "spread", "Trilane is"]);
  return table(
    ["", ...head],
    rows.map((row) => [
      nameOf(row, runtime),
      ...Object.keys(figures).flatMap((key) => {
        const ratio = row.ratios[key];
        return [
          format(row.figures[key]!.median),
          range(row.figures[key]!),
          ratio === undefined ? "" : `${ratio.toFixed(2)} ×`,
        ];
      }),
    ]),
  );
}

/** A point of the line a row, a contender a column. */
function byPoint({ axis, figures, rows }: Comparison, runtime: Runtime): string {
  return table(
    [axis!, ...rows.map((row) => `${nameOf(row, runtime)}, ${Object.values(figures)[0]!.unit}`)],
    Object.keys(figures).map((key) => [
      key,
      ...rows.map(({ figures }) => figures[key] === undefined ? "–" : format(figures[key].median)),
    ]),
  );
}

/** A table of one comparison, under its title; below it those that could not do the work. */
export function markdown(comparison: Comparison, runtime: Runtime): string {
  const { title, rounds, rows, axis } = comparison;
  const done = { ...comparison, rows: rows.filter(({ error }) => error === undefined) };
  const leftOut = rows.filter(({ error }) => error !== undefined)
    .map((row) => `Left out: ${nameOf(row, runtime)} (${row.error}).\n`);
  return [
    ...[`### ${title}\n`, `${rounds === 1 ? "1 round" : `Medians of ${rounds} rounds`}.\n`],
    ...[axis === undefined ? byContender(done, runtime) : byPoint(done, runtime), ""],
    ...leftOut,
  ].join("\n");
}
