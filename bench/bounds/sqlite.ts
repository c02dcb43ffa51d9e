/**
 * A row of an SQLite table: what a checkpoint writes for each task.
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

const folder = mkdtempSync(join(tmpdir(), "trilane-bench-"));
const database = new DatabaseSync(join(folder, "rows.db"));
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
database.exec(`CREATE TABLE rows (
  space TEXT, key TEXT, value TEXT, PRIMARY KEY (space, key)
) WITHOUT ROWID, STRICT`);

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

const bounds: readonly Bound[] = [1, AT_ONCE].map((atOnce) => ({
  name: `a row with a key, ${ROWS.toLocaleString("en")} in one transaction, ${atOnce} a statement`,
  unit: "ns",
  measure: () => write(atOnce),
}));

await report("SQLite", bounds);
database.close();
rmSync(folder, { recursive: true });
