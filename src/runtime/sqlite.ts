import process from "node:process";

/** What SQLite can hold, as far as it is used. */
export type SqlValue = string | number | Uint8Array | null;

/** One row of a result, by column. */
export type Row = Readonly<Record<string, SqlValue>>;

/** A prepared statement. */
export interface Statement {
  /** Runs it; says how many rows were changed. */
  run(...parameters: SqlValue[]): { readonly changes: number | bigint };
  /** The first row of its result; none at all when there is none. */
  get(...parameters: SqlValue[]): Row | null | undefined;
  /** All rows of its result. */
  all(...parameters: SqlValue[]): Row[];
  /** Lets go of it, where closing the database doesn't. */
  finalize?(): void;
}

/** What is used of the runtimes' own databases, which is alike. */
interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** What is used of `node:sqlite`, which Deno and Node have, and of `bun:sqlite`. */
interface Drivers {
  getBuiltinModule(name: "node:sqlite"): {
    DatabaseSync: new (path: string, options: { readOnly: boolean }) => Database;
  };
  getBuiltinModule(name: "bun:sqlite"): {
    Database: new (path: string, options: object) => Database;
  };
}

/** A database of the SQLite that the runtime brings along, which is loaded when the first is opened. */
export class Sqlite {
  readonly #database: Database;
  readonly #statements: Statement[] = [];

  /**
   * Opens a database. A file that is not there is made, unless it is only to be read.
   *
   * @param path The file, or `":memory:"`.
   * @param readOnly Whether it is only to be read.
   * @throws What the runtime throws when it can't be opened.
   */
  constructor(path: string, readOnly = false) {
    this.#database = open(path, readOnly);
  }

  /** Runs statements that have no parameters and no result. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Prepares a statement, which is good until the database is closed. */
  prepare(sql: string): Statement {
    const statement = this.#database.prepare(sql);
    this.#statements.push(statement);
    return statement;
  }

  /** Runs a statement once; returns how many rows it changed. */
  run(sql: string, ...parameters: SqlValue[]): number {
    return this.#once(sql, (statement) => Number(statement.run(...parameters).changes));
  }

  /** Runs a statement once; returns all rows of its result. */
  all(sql: string): Row[] {
    return this.#once(sql, (statement) => statement.all());
  }

  /** Runs the body, which reads, in a transaction: what others write meanwhile isn't seen. */
  snapshot<T>(body: () => T): T {
    return this.#transact("BEGIN", body);
  }

  /** Runs the body in a transaction that is the only one to write. When the body throws, nothing has happened. */
  transaction(body: () => void): void {
    this.#transact("BEGIN IMMEDIATE", body);
  }

  /** Closes it. A database with statements left would hold on to its file. */
  close(): void {
    for (const statement of this.#statements.splice(0)) statement.finalize?.();
    this.#database.close();
  }

  #transact<T>(begin: string, body: () => T): T {
    this.exec(begin);
    try {
      const result = body();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      try {
        this.exec("ROLLBACK");
      } catch {
        // Some errors have rolled it back already.
      }
      throw error;
    }
  }

  #once<T>(sql: string, use: (statement: Statement) => T): T {
    const statement = this.#database.prepare(sql);
    try {
      return use(statement);
    } finally {
      statement.finalize?.();
    }
  }
}

function open(path: string, readOnly: boolean): Database {
  const drivers = process as unknown as Drivers;
  if (!("Bun" in globalThis)) {
    return new (drivers.getBuiltinModule("node:sqlite").DatabaseSync)(path, { readOnly });
  }
  const { Database } = drivers.getBuiltinModule("bun:sqlite");
  return new Database(path, readOnly ? { readonly: true } : { readwrite: true, create: true });
}
