import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isInstance, show, TrilaneError } from "../base/errors.ts";
import { Sqlite, type SqlValue } from "../runtime/sqlite.ts";
import { SCHEMA } from "./store.ts";

/** Tells a checkpoint from other programs' databases: "TLCP". */
const APPLICATION_ID = 0x544c4350;
/** The version of the tables. Files of version 1 have no log, and are given one. */
const VERSION = 2;
const OLDEST_VERSION = 1;
/** How long another program's transaction is waited for. */
const BUSY_TIMEOUT_MS = 30_000;
/** How often the switch to WAL is tried. */
const MAX_SWITCHES = 100;

/** What every SQLite database begins with, and where in its header there is more. */
const MAGIC = "SQLite format 3\0";
const HEADER_SIZE = 100;
const VERSION_OFFSET = 60;
const APPLICATION_ID_OFFSET = 68;

/** What a database says that it is. */
interface Identity {
  readonly applicationId: number;
  readonly version: number;
}

/**
 * Opens a checkpoint's database, made anew if there is none. A file that is something else is not touched.
 *
 * @param path The file, or `":memory:"`.
 * @returns The database.
 * @throws {TrilaneError} When it can't be opened or is no checkpoint.
 */
export function openCheckpoint(path: string): Sqlite {
  try {
    // Resolved, so that SQLite takes no name for anything but a path.
    const file = path === ":memory:" ? path : resolve(path);
    const isNew = file === ":memory:" || isMissing(file);
    if (!isNew) assertCheckpoint(identify(realpathSync(file)));
    const database = new Sqlite(file);
    try {
      prepare(database);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    const why = isInstance(error, Error) ? error.message : show(error);
    throw new TrilaneError(`Cannot open checkpoint ${show(path)}: ${why}`, { cause: error });
  }
}

/** Whether there is nothing yet, in a place where a file may be. */
function isMissing(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    const folder = statSync(dirname(path), { throwIfNoEntry: false });
    if (folder === undefined) throw new Error("its folder does not exist");
    return true;
  }
  if (!found.isFile()) throw new Error("it is not a file");
  return found.size === 0;
}

/**
 * Reads who made a database, changing nothing: opened for writing SQLite would tidy up what its owner left.
 *
 * A database that has a log beside it is asked through SQLite, since it may be open in this very program, whose locks
 * on a file all go when it closes the file once. Of any other SQLite might leave a log behind.
 */
function identify(path: string): Identity {
  if (!existsSync(`${path}-wal`)) return identifyHeader(readHeader(path));
  const database = new Sqlite(path, true);
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return identityOf(database);
  } finally {
    database.close();
  }
}

function readHeader(path: string): Uint8Array {
  const header = new Uint8Array(HEADER_SIZE);
  const file = openSync(path, "r");
  try {
    return header.subarray(0, readSync(file, header));
  } finally {
    closeSync(file);
  }
}

function identifyHeader(header: Uint8Array): Identity {
  const magic = String.fromCharCode(...header.subarray(0, MAGIC.length));
  if (magic !== MAGIC || header.length < HEADER_SIZE) {
    throw new Error("it is not an SQLite database");
  }
  const view = new DataView(header.buffer);
  return {
    applicationId: view.getUint32(APPLICATION_ID_OFFSET),
    version: view.getUint32(VERSION_OFFSET),
  };
}

function identityOf(database: Sqlite): Identity {
  return {
    applicationId: valueOf(database, "PRAGMA application_id") as number,
    version: valueOf(database, "PRAGMA user_version") as number,
  };
}

/** The one value that a statement results in. */
function valueOf(database: Sqlite, sql: string): SqlValue | undefined {
  const [row] = database.all(sql);
  return row && Object.values(row)[0];
}

function assertCheckpoint({ applicationId, version }: Identity): void {
  if (applicationId !== APPLICATION_ID) throw new Error("it is another program's database");
  if (version < OLDEST_VERSION || version > VERSION) {
    throw new Error(
      `it has version ${version}, and this program knows versions ${OLDEST_VERSION} to ${VERSION}`,
    );
  }
}

/** Makes sure that the database is sound and has its tables, and sets it up. */
function prepare(database: Sqlite): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const flaw = valueOf(database, "PRAGMA quick_check(1)");
  if (flaw !== "ok") throw new Error(`it is damaged: ${flaw}`);
  database.transaction(() => {
    // Another program may have made it since it was looked for.
    const isEmpty = valueOf(database, "SELECT count(*) FROM sqlite_schema") === 0;
    if (isEmpty) database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    else assertCheckpoint(identityOf(database));
    if (identityOf(database).version < VERSION) {
      database.exec(`${SCHEMA} PRAGMA user_version = ${VERSION}`);
    }
    // A file that may not be written has been opened all the same, to be read.
    database.exec("DELETE FROM success WHERE false");
  });
  for (let tries = 1; !switchToWal(database); tries++) {
    if (tries === MAX_SWITCHES) throw new Error("other programs keep it busy");
    // Waits for whoever is in the way.
    database.transaction(() => {});
  }
  // A commit outlives the program, whatever ends it; of the last ones before a power failure some may be lost.
  database.exec("PRAGMA synchronous = NORMAL");
}

/** `false` when others are using the file, which SQLite doesn't wait for here by itself. */
function switchToWal(database: Sqlite): boolean {
  try {
    database.exec("PRAGMA journal_mode = WAL");
    return true;
  } catch {
    return false;
  }
}
