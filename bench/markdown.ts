/**
 * Writes comparisons as Markdown.
 *
 * @module
 */
import { unicodeWidth } from "@std/cli";
import type { Comparison, Row, Spread } from "./statistics.ts";

const RUNTIME_NAMES = { deno: "Deno", bun: "Bun", node: "Node" };

/** Three digits that count, at least. */
export function format(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

const range = ({ least, most }: Spread) => `${format(least)} to ${format(most)}`;

function nameOf({ name, kind, runtime: ranOn }: Row, runtime: string): string {
  const full = ranOn === runtime ? name : `${name} (${RUNTIME_NAMES[ranOn]})`;
  return kind === "floor" ? `*${full}*` : full;
}

function cells(row: Row, comparison: Comparison, runtime: string): string[] {
  return [
    nameOf(row, runtime),
    ...Object.keys(comparison.figures).flatMap((key) => {
      const ratio = row.ratios[key];
      return [
        format(row.figures[key].median),
        range(row.figures[key]),
        ratio === undefined ? "" : `${ratio.toFixed(2)} ×`,
      ];
    }),
  ];
}

/** A table of one comparison, under its title; below it those that could not do the work. */
export function markdown(comparison: Comparison, runtime: string): string {
  const { title, rounds, figures, rows } = comparison;
  const units = Object.values(figures).flatMap(({ unit }) => [unit, "spread", "Trilane is"]);
  const done = rows.filter(({ error }) => error === undefined);
  const table = [["", ...units], ...done.map((row) => cells(row, comparison, runtime))];
  const widths = table[0].map((_, i) => Math.max(3, ...table.map((row) => unicodeWidth(row[i]))));
  const pad = (cell: string, i: number) => {
    const space = " ".repeat(widths[i] - unicodeWidth(cell));
    return i === 0 ? cell + space : space + cell;
  };
  const line = (row: string[]) => `| ${row.map(pad).join(" | ")} |`;
  const rule = widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  const leftOut = rows.filter(({ error }) => error !== undefined)
    .map((row) => `Left out: ${nameOf(row, runtime)} (${row.error}).\n`);
  return [
    ...[`### ${title}\n`, `${rounds === 1 ? "1 round" : `Medians of ${rounds} rounds`}.\n`],
    ...[line(table[0]), line(rule), ...table.slice(1).map(line), ""],
    ...leftOut,
  ].join("\n");
}
