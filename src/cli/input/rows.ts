/** A quoted field that goes on for longer than this has lost its end, and is not waited for. */
const MAX_ROW_CHARACTERS = 1_048_576;

/** Joins lines to rows: a quoted field of CSV may hold line breaks. */
export class RowJoiner {
  readonly #joins: boolean;
  #open: string[] = [];
  #characters = 0;
  #inQuotes = false;

  /** @param joins Whether fields may be quoted. Else each line is a row. */
  constructor(joins: boolean) {
    this.#joins = joins;
  }

  /**
   * Takes lines.
   *
   * @param lines The lines.
   * @returns The rows that they have ended, as text.
   */
  push(lines: readonly string[]): string[] {
    if (!this.#joins) return [...lines];
    const rows: string[] = [];
    for (const line of lines) {
      this.#open.push(line);
      this.#characters += line.length;
      this.#inQuotes = endsInQuotes(line, this.#inQuotes);
      const tooLong = this.#characters > MAX_ROW_CHARACTERS;
      if (!this.#inQuotes || tooLong) rows.push(...this.end());
    }
    return rows;
  }

  /**
   * Takes the end.
   *
   * @returns The last row, if it lacks its end.
   */
  end(): string[] {
    if (this.#open.length === 0) return [];
    const row = this.#open.join("\n");
    this.#open = [];
    this.#characters = 0;
    this.#inQuotes = false;
    return [row];
  }
}

/** Whether a quoted field goes on after a line. */
function endsInQuotes(line: string, inQuotes: boolean): boolean {
  if (!inQuotes && !line.includes('"')) return false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] !== '"') continue;
    if (inQuotes && line[at + 1] === '"') at++;
    // A quote within a field that isn't quoted is a character like others.
    else if (inQuotes || at === 0 || line[at - 1] === ",") inQuotes = !inQuotes;
  }
  return inQuotes;
}

/**
 * The fields of a row of CSV, as RFC 4180 has them.
 *
 * @param row The row.
 * @returns The fields.
 * @throws {SyntaxError} When a quoted field has no end, or something after it.
 */
export function csvFields(row: string): string[] {
  if (!row.includes('"')) return row.split(",");
  const fields: string[] = [];
  for (let at = 0;; at++) {
    if (row[at] !== '"') {
      const end = row.indexOf(",", at);
      fields.push(end < 0 ? row.slice(at) : row.slice(at, end));
      if (end < 0) return fields;
      at = end;
      continue;
    }
    const end = endOfQuotes(row, at);
    fields.push(row.slice(at + 1, end).replaceAll('""', '"'));
    at = end + 1;
    if (at >= row.length) return fields;
    if (row[at] !== ",") {
      throw new SyntaxError(`Field ${fields.length} has text after its closing quote`);
    }
  }
}

function endOfQuotes(row: string, start: number): number {
  for (let at = row.indexOf('"', start + 1); at >= 0; at = row.indexOf('"', at + 2)) {
    if (row[at + 1] !== '"') return at;
  }
  throw new SyntaxError("A quoted field has no end");
}
