import { WORDS } from "../pool/claims.ts";
import type { Note, PoolJournal, WorkerJournal } from "../pool/journal.ts";
import { kindOf, NUMBER, primitiveOf, TEXT } from "../pool/primitives.ts";
import { ExchangeTable } from "../runtime/exchange_file.ts";

/** Of a row: ticket, milliseconds, kind, number, and the ticket again, without which it is half another. */
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
   * @param path An exchange file.
   * @param from How many numbers come before the journal.
   * @throws When it can't be opened.
   */
  constructor(path: string, from: number) {
    this.#rows = new ExchangeTable(path, from, WIDTH);
  }

  note(ticket: number, value: unknown, took: number): boolean {
    const kind = kindOf(value);
    if (kind >= TEXT) return false;
    const { row } = this.#rows;
    row[0] = row[4] = ticket;
    row[1] = took;
    row[2] = kind;
    row[3] = kind === NUMBER ? value as number : 0;
    this.#rows.write(ticket % WORDS);
    return true;
  }

  clear(): void {}

  notes(tickets: readonly number[]): Note[] {
    const notes: Note[] = [];
    for (const ticket of tickets) {
      const [first, took, kind, number, last] = this.#rows.read(ticket % WORDS) as unknown as Row;
      // Those behind it come after it.
      if (first !== ticket || last !== ticket) break;
      notes.push({ ticket, value: primitiveOf(kind, number), took });
    }
    return notes;
  }

  close(): void {
    this.#rows.close();
  }
}

type Row = [number, number, number, number, number];
