/**
 * Formats rows of text in columns: the first to the left, all others to the right.
 *
 * @param rows The rows, the first with the columns' names.
 * @returns The table, a line for each row.
 */
export function table(rows: readonly string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const format = (row: string[]) =>
    row.map((cell, column) => {
      return column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
    }).join("   ");
  return rows.map(format).join("\n");
}
