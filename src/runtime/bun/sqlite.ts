import { builtin } from "../builtin.ts";
import type { Database } from "../runtime.ts";

/** What is used of `bun:sqlite`. */
interface BunSqlite {
  Database: new (path: string, options: object) => Database;
}

/** Opens a database with `bun:sqlite`, which is loaded when the first is opened. */
export function openDatabase(path: string, readOnly: boolean): Database {
  const { Database } = builtin<BunSqlite>("bun:sqlite");
  return new Database(path, readOnly ? { readonly: true } : { readwrite: true, create: true });
}
