/**
 * How successes lie in a checkpoint's file: in a log that is written, and in a table of rows that is asked.
 *
 * A row of its own takes 1 to 3 µs, more than a short task does, and 100 when the keys come in no order, since each then
 * changes another page. What is recorded together is therefore one row of the log, the table `batch`, which takes 0.1 to
 * 0.2 µs for each success.
 *
 * Who asks for a success looks into the log, which is held in memory as far as it has been read, and then into the rows. A log
 * too long for that is folded: its successes become rows of the table `success`, sorted, and as many in one
 * transaction as are held in memory. Others wait that long at the most. A run that nobody goes on with is never folded.
 *
 * @module
 */
import type { Sqlite, SqlValue, Statement } from "../runtime/sqlite.ts";
import { type Cells, pack } from "./batch.ts";
import { Excerpt, type LoggedBatch } from "./excerpt.ts";

/** About so many characters and bytes of the log are held in memory: some 100,000 short successes. */
const MAX_EXCERPT_LENGTH = 2 << 20;
/** How many rows one statement inserts: most of what a short statement takes is the call. */
const ROWS_PER_INSERT = 8;
/** Up to so many successes are rows from the start if the log is empty: to log and to read them takes more than that. */
const MAX_ROWS_AT_ONCE = 31;

/** The tables, of which files of version 1 have only the first. */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS success (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value,
    PRIMARY KEY (namespace, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entries TEXT NOT NULL,
    bytes BLOB NOT NULL
  );
`;

/** The successes in a database. Its methods throw what SQLite throws. */
export class Store {
  readonly #database: Sqlite;
  readonly #append: Statement;
  readonly #last: Statement;
  readonly #isLogged: Statement;
  readonly #next: Statement;
  readonly #drop: Statement;
  readonly #find: Statement;
  readonly #findAny: Statement;
  readonly #insert: Statement;
  readonly #insertRows: Statement;
  /** The log, as far as it has been read. */
  #log = new Excerpt();

  /** @param database A database with the tables, which the store closes. */
  constructor(database: Sqlite) {
    this.#database = database;
    this.#append = database.prepare("INSERT INTO batch VALUES (NULL, ?, ?)");
    this.#last = database.prepare("SELECT max(id) AS last FROM batch");
    this.#isLogged = database.prepare("SELECT 1 FROM batch WHERE id = ?");
    this.#next = database.prepare("SELECT * FROM batch WHERE id > ? ORDER BY id LIMIT 1");
    this.#drop = database.prepare("DELETE FROM batch WHERE id <= ?");
    this.#find = database.prepare("SELECT value FROM success WHERE namespace = ? AND key = ?");
    this.#findAny = database.prepare("SELECT 1 FROM success WHERE namespace = ? LIMIT 1");
    this.#insert = database.prepare(insertion(1));
    this.#insertRows = database.prepare(insertion(ROWS_PER_INSERT));
  }

  /** Adds successes, all or none. A later one replaces an earlier one. */
  add(successes: readonly Cells[]): void {
    if (successes.length === 0) return;
    this.#database.transaction(() => {
      if (successes.length <= MAX_ROWS_AT_ONCE && this.#lastId() === 0) this.#insertAll(successes);
      else for (const { entries, bytes } of pack(successes)) this.#append.run(entries, bytes);
    });
  }

  /** The value of a success; `undefined` when there is none. */
  find(namespace: string, key: string): SqlValue | undefined {
    // Most often nothing has been logged since.
    if (this.#lastId() !== this.#log.last) return this.findAll(namespace, [key])[0];
    return this.#valueOf(namespace, key);
  }

  /** The values of several successes at one time. */
  findAll(namespace: string, keys: readonly string[]): (SqlValue | undefined)[] {
    const find = (maxLength: number) => () => {
      if (!this.#readLog(maxLength)) return undefined;
      const hasAny = this.#log.of(namespace) ?? this.#findAny.get(namespace);
      return keys.map((key) => hasAny ? this.#valueOf(namespace, key) : undefined);
    };
    const found = this.#database.snapshot(find(MAX_EXCERPT_LENGTH));
    if (found !== undefined) return found;
    this.#fold();
    // Others may have logged more since.
    return this.#database.snapshot(find(Infinity))!;
  }

  /** How many successes there are. */
  count(namespace?: string): number {
    this.#fold();
    const [row] = namespace === undefined
      ? this.#database.all("SELECT count(*) AS count FROM success")
      : this.#database.all("SELECT count(*) AS count FROM success WHERE namespace = ?", namespace);
    return row!.count as number;
  }

  /** The namespaces of which there are successes, sorted. */
  namespaces(): string[] {
    this.#fold();
    const rows = this.#database.all("SELECT DISTINCT namespace FROM success ORDER BY namespace");
    return rows.map((row) => row.namespace as string);
  }

  /** Forgets successes; returns how many there were. */
  clear(namespace?: string): number {
    this.#fold();
    return this.#database.transaction(() => {
      // Others may have added some since.
      while (this.#foldUpTo(Number.MAX_SAFE_INTEGER));
      return namespace === undefined
        ? this.#database.run("DELETE FROM success")
        : this.#database.run("DELETE FROM success WHERE namespace = ?", namespace);
    });
  }

  /** Closes the database. */
  close(): void {
    this.#database.close();
  }

  /** What is in the log is newer than the rows. */
  #valueOf(namespace: string, key: string): SqlValue | undefined {
    const logged = this.#log.of(namespace)?.get(key);
    return logged === undefined ? this.#find.get(namespace, key)?.value : logged;
  }

  /**
   * Reads in a transaction what is new in the log; returns `false` when there is more of it than may be held in memory.
   *
   * Batches are folded from the first on and their numbers never used again: while the last one read is in the log, what was
   * read before it is no older than the rows.
   */
  #readLog(maxLength: number): boolean {
    const last = this.#lastId();
    if (last !== this.#log.last && !this.#isLogged.get(this.#log.last)) this.#log = new Excerpt();
    this.#read(this.#log, last, maxLength);
    return this.#log.last === last;
  }

  /** Makes rows of all that the log holds by now. */
  #fold(): void {
    const last = this.#lastId();
    if (last === 0) return;
    this.#log = new Excerpt();
    while (this.#database.transaction(() => this.#foldUpTo(last)));
  }

  /** Makes rows of the first batches in the log; returns whether there may be more up to the given one. */
  #foldUpTo(last: number): boolean {
    const oldest = new Excerpt();
    this.#read(oldest, last, MAX_EXCERPT_LENGTH);
    if (oldest.last === 0) return false;
    this.#drop.run(oldest.last);
    this.#insertAll(oldest.sorted());
    return oldest.last < last;
  }

  /** The number of the log's last batch; 0 when it is empty. */
  #lastId(): number {
    return Number(this.#last.get()!.last);
  }

  /** Reads the batches that come next, up to the last one or until there is enough. */
  #read(excerpt: Excerpt, last: number, maxLength: number): void {
    while (excerpt.last < last && excerpt.length <= maxLength) {
      const batch: unknown = this.#next.get(excerpt.last);
      // `undefined` on one runtime, `null` on the other.
      if (!batch) return;
      excerpt.add(batch as LoggedBatch);
    }
  }

  #insertAll(rows: readonly Cells[]): void {
    const single = rows.length % ROWS_PER_INSERT;
    for (let n = 0; n < single; n++) this.#insert.run(...rows[n]);
    for (let n = single; n < rows.length; n += ROWS_PER_INSERT) {
      this.#insertRows.run(...rows.slice(n, n + ROWS_PER_INSERT).flat());
    }
  }
}

function insertion(rows: number): string {
  return `INSERT OR REPLACE INTO success VALUES ${Array(rows).fill("(?, ?, ?)")}`;
}
