/**
 * Draws comparisons as bars, in SVG.
 *
 * @module
 */
import { format } from "./markdown.ts";
import type { Comparison, Row } from "./statistics.ts";

const WIDTH = 760;
const NAME_WIDTH = 280;
const BAR_WIDTH = 360;
const ROW = 22;

/** A page's own colours are not known here, so the reader's setting decides between light and dark. */
const STYLE = `text { font: 12px system-ui, sans-serif; fill: #1f2933 }
.title { font-weight: 600 } .head { font-size: 15px; font-weight: 600 }
.page { fill: #ffffff } .trilane { --c: #2f6fde } .peer { --c: #9aa4b2 } .floor { --c: #d7dce2 }
rect.trilane, rect.peer, rect.floor { fill: var(--c) } .flat { fill: #eef3fc } .axis { stroke: #9aa4b2 }
.line { fill: none; stroke: var(--c); stroke-width: 2.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .page { fill: #0d1117 } .flat { fill: #16233b }
  .trilane { --c: #4c8dff } .peer { --c: #6e7781 } .floor { --c: #3d444d }
}`;

/** Text as it stands in SVG. */
export const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/**
 * Draws the first figure of each comparison; the longest bar is its largest number.
 *
 * @param title What stands above all.
 * @param comparisons The comparisons.
 * @param peers How many peers are shown, the best ones. Default: all.
 * @returns The picture.
 */
export function chart(title: string, comparisons: readonly Comparison[], peers = Infinity): string {
  const parts: string[] = [];
  let y = 30;
  for (const comparison of comparisons) {
    const [key, { unit }] = Object.entries(comparison.figures)[0];
    const rows = best(comparison, peers);
    const most = Math.max(...rows.map(({ figures }) => figures[key].median));
    y += 26;
    parts.push(
      `<text x="10" y="${y}" class="title">${escape(`${comparison.title} (${unit})`)}</text>`,
    );
    y += 10;
    for (const row of rows) {
      const { median } = row.figures[key];
      const width = Math.max(1, median / most * BAR_WIDTH);
      const middle = y + ROW / 2 + 4;
      parts.push(
        `<text x="${NAME_WIDTH}" y="${middle}" text-anchor="end">${escape(row.name)}</text>`,
        `<rect x="${NAME_WIDTH + 10}" y="${y + 3}" width="${width.toFixed(1)}" height="${
          ROW - 6
        }" ` +
          `rx="2" class="${row.kind}"/>`,
        `<text x="${(NAME_WIDTH + 16 + width).toFixed(1)}" y="${middle}">${format(median)}</text>`,
      );
      y += ROW;
    }
  }
  return frame(title, y, parts);
}

/** A whole picture: its title, and what is below it down to a height. */
export function frame(title: string, height: number, parts: readonly string[]): string {
  const size = `viewBox="0 0 ${WIDTH} ${height + 16}" width="${WIDTH}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escape(title)}">
<style>${STYLE}</style>
<rect width="100%" height="100%" class="page"/>
<text x="10" y="26" class="head">${escape(title)}</text>
${parts.join("\n")}
</svg>
`;
}

/** The rows of those that could do the work: with the best ones of the peers Trilane as people get it. */
function best({ rows, figures }: Comparison, peers: number): readonly Row[] {
  const done = rows.filter(({ error }) => error === undefined);
  if (peers === Infinity) return done;
  const [key, { better }] = Object.entries(figures)[0];
  const sign = better === "more" ? -1 : 1;
  const ranked = done.filter(({ kind }) => kind === "peer")
    .sort((a, b) => sign * (a.figures[key].median - b.figures[key].median));
  return [...done.filter(({ kind }) => kind === "trilane").slice(-1), ...ranked.slice(0, peers)];
}
