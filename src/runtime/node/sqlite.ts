import { builtin } from "../builtin.ts";
import type { Database } from "../runtime.ts";

/** What is used of `node:sqlite`. */
interface NodeSqlite {
  DatabaseSync: new (path: string, options: { readOnly: boolean }) => Database;
}

/** Opens a database with `node:sqlite`, which Deno has too and which is loaded when the first is opened. */
export function openDatabase(path: string, readOnly: boolean): Database {
  const { DatabaseSync } = builtin<NodeSqlite>("node:sqlite");
  return new DatabaseSync(path, { readOnly });
}
