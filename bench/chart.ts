/**
 * Draws comparisons as bars, in SVG.
 *
 * @module
 */
import { format } from "./markdown.ts";
import type { Comparison } from "./statistics.ts";

const WIDTH = 760;
const NAME_WIDTH = 280;
const BAR_WIDTH = 360;
const ROW = 22;
const COLORS = { trilane: "#2f6fde", peer: "#9aa4b2", floor: "#d7dce2" };

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Draws the first figure of each comparison; the longest bar is its largest number. */
export function chart(title: string, comparisons: readonly Comparison[]): string {
  const parts: string[] = [];
  let y = 30;
  for (const comparison of comparisons) {
    const [key, { unit }] = Object.entries(comparison.figures)[0];
    const rows = comparison.rows.filter(({ error }) => error === undefined);
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
          `rx="2" fill="${COLORS[row.kind]}"/>`,
        `<text x="${(NAME_WIDTH + 16 + width).toFixed(1)}" y="${middle}">${format(median)}</text>`,
      );
      y += ROW;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${
    y + 16
  }" width="${WIDTH}" ` +
    `role="img" aria-label="${escape(title)}">
<style>text { font: 12px system-ui, sans-serif; fill: #1f2933 } .title { font-weight: 600 } .head { font-size: 15px; font-weight: 600 }</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="10" y="26" class="head">${escape(title)}</text>
${parts.join("\n")}
</svg>
`;
}
