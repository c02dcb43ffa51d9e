import { TrilaneError } from "../base/errors.ts";
import { openDatabase as openBun } from "./bun/sqlite.ts";
import { runtime } from "./here.ts";
import { openDatabase as openNode } from "./node/sqlite.ts";
import type { Database, OpenDatabase, Row, RuntimeName, SqlValue, Statement } from "./runtime.ts";

export type { SqlValue, Statement } from "./runtime.ts";

const DRIVERS: Readonly<Record<RuntimeName, OpenDatabase>> = {
  deno: openNode,
  bun: openBun,
  node: openNode,
  browser() {
    throw new TrilaneError("A checkpoint needs SQLite: browsers have none");
  },
};

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
    this.#database = DRIVERS[runtime.name](path, readOnly);
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
  all(sql: string, ...parameters: SqlValue[]): Row[] {
    return this.#once(sql, (statement) => statement.all(...parameters));
  }

  /** Runs the body, which reads, in a transaction: what others write meanwhile isn't seen. */
  snapshot<T>(body: () => T): T {
    return this.#transact("BEGIN", body);
  }

  /** Runs the body in a transaction that is the only one to write. When the body throws, nothing has happened. */
  transaction<T>(body: () => T): T {
    return this.#transact("BEGIN IMMEDIATE", body);
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
