/**
 * Rows of SQLite tables: one for each task, and one for many tasks as a checkpoint writes it.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bound, report } from "./bound.ts";

const ROWS = 20_000;
const AT_ONCE = 8;
const BATCH = 1024;

const folder = mkdtempSync(join(tmpdir(), "trilane-bench-"));
const database = new DatabaseSync(join(folder, "rows.db"));
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
database.exec(`CREATE TABLE rows (
  space TEXT, key TEXT, value TEXT, PRIMARY KEY (space, key)
) WITHOUT ROWID, STRICT`);
database.exec("CREATE TABLE batches (id INTEGER PRIMARY KEY, entries TEXT) STRICT");

/** Writes rows in one transaction, so many with each statement. */
function write(atOnce: number): number {
  database.exec("DELETE FROM rows");
  const places = Array.from({ length: atOnce }, () => "(?, ?, ?)").join(", ");
  const statement = database.prepare(`INSERT INTO rows VALUES ${places}`);
  const start = performance.now();
  database.exec("BEGIN");
  for (let row = 0; row < ROWS; row += atOnce) {
    const cells: string[] = [];
    for (let i = row; i < row + atOnce; i++) cells.push("increment", `${i}`, `${i + 1}`);
    statement.run(...cells);
  }
  database.exec("COMMIT");
  return (performance.now() - start) * 1e6 / ROWS;
}

/** Writes as many keys and values as JSON, each batch in a row and a transaction of its own. */
function writeBatches(): number {
  database.exec("DELETE FROM batches");
  const statement = database.prepare("INSERT INTO batches VALUES (NULL, ?)");
  const start = performance.now();
  for (let row = 0; row < ROWS; row += BATCH) {
    const entries: string[] = [];
    for (let i = row; i < Math.min(row + BATCH, ROWS); i++) entries.push(`${i}`, `${i + 1}`);
    statement.run(JSON.stringify(entries));
  }
  return (performance.now() - start) * 1e6 / ROWS;
}

const bounds: readonly Bound[] = [
  ...[1, AT_ONCE].map((atOnce) => ({
    name: `a row with a key, ${
      ROWS.toLocaleString("en")
    } in one transaction, ${atOnce} a statement`,
    unit: "ns",
    measure: () => write(atOnce),
  })),
  {
    name: `a key and a value as JSON, ${BATCH.toLocaleString("en")} in a row and a transaction`,
    unit: "ns",
    measure: writeBatches,
  },
];

await report("SQLite", bounds);
database.close();
rmSync(folder, { recursive: true });
