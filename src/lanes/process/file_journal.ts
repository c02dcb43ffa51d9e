import type { ExchangeFile, ExchangeTable } from "../../runtime/exchange_file.ts";
import { slotOf, WORDS } from "../pool/wire/claims.ts";
import type { Note, PoolJournal, WorkerJournal } from "../pool/wire/journal.ts";
import { kindOf, NUMBER, primitiveOf, TEXT } from "../pool/wire/primitives.ts";

/** Of a row: ticket, milliseconds, kind, number, and the ticket again, without which it was written but in part. */
const WIDTH = 5;

/** How many numbers of a file a journal takes. */
export const FILE_JOURNAL_SIZE: number = WORDS * WIDTH;

/**
 * A journal where no memory is shared but a file is, seen from either side. Each task in flight has a row in it. Texts
 * can't be noted.
 */
export class FileJournal implements PoolJournal, WorkerJournal {
  readonly #rows: ExchangeTable;

  /**
   * @param from How many numbers come before the journal.
   * @throws When the file can't be opened.
   */
  constructor(file: ExchangeFile, from: number) {
    this.#rows = file.table(from, WIDTH);
  }

  note(ticket: number, value: unknown, took: number): boolean {
    const kind = kindOf(value);
    if (kind >= TEXT) return false;
    const { row } = this.#rows;
    row[0] = row[4] = ticket;
    row[1] = took;
    row[2] = kind;
    row[3] = kind === NUMBER ? value as number : 0;
    this.#rows.write(slotOf(ticket));
    return true;
  }

  clear(): void {}

  notes(tickets: readonly number[]): Note[] {
    const notes: Note[] = [];
    for (const ticket of tickets) {
      const once = this.#rows.read(slotOf(ticket)).slice();
      const [first, took, kind, number, last] = once as unknown as Row;
      // It has not ended, or could not be noted; one behind it may have been.
      if (first !== ticket || last !== ticket) continue;
      // What is read while it is written may begin and end with the new and be the old in between, but not twice.
      const again = this.#rows.read(slotOf(ticket));
      if (!once.every((part, i) => Object.is(part, again[i]))) continue;
      notes.push({ ticket, value: primitiveOf(kind, number), took });
    }
    return notes;
  }
}

type Row = [number, number, number, number, number];
