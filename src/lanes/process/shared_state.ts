import { channels } from "../../runtime/channels.ts";
import { ExchangeFile } from "../../runtime/exchange_file.ts";
import { Claims, CLAIMS_SIZE, type PoolClaims, type WorkerClaims } from "../pool/wire/claims.ts";
import {
  Journal,
  JOURNAL_SIZE,
  type PoolJournal,
  type WorkerJournal,
} from "../pool/wire/journal.ts";
import { FILE_CLAIMS_SIZE, FilePoolClaims, FileWorkerClaims } from "./file_claims.ts";
import { FILE_JOURNAL_SIZE, FileJournal } from "./file_journal.ts";

/**
 * What a child shares with its pool besides messages, so that it can be sent tasks ahead just as a thread can: memory that
 * both map, where the runtime can map any, or else a file.
 */
interface SharedState {
  /** Removes the file that it is in, which nobody needs to find once both have opened it. */
  remove(): void;
  close(): void;
}

/** The pool's side. */
export interface PoolState extends SharedState {
  readonly path: string;
  readonly claims: PoolClaims;
  readonly journal: PoolJournal;
}

/** The child's side. */
export interface ChildState extends SharedState {
  readonly claims: WorkerClaims;
  readonly journal: WorkerJournal;
}

const { memory, files } = channels;

/** Whether there can be any. */
export const canShare: boolean = (memory ?? files) !== undefined;

const MEMORY_SIZES = [CLAIMS_SIZE, JOURNAL_SIZE];
const FILE_SIZE = FILE_CLAIMS_SIZE + FILE_JOURNAL_SIZE;

/** Makes it; `undefined` where its file can't be made: there is no folder for it, no room in any, no permission. */
export function createSharedState(): PoolState | undefined {
  try {
    return create();
  } catch {
    return undefined;
  }
}

function create(): PoolState {
  if (memory !== undefined) {
    const { path, pieces } = memory.create(MEMORY_SIZES);
    return onMemory(path, pieces);
  }
  const file = ExchangeFile.create(files!, FILE_SIZE);
  try {
    return inFile(file, new FilePoolClaims(file));
  } catch (error) {
    file.close();
    file.remove();
    throw error;
  }
}

/**
 * Opens it on the child's side.
 *
 * @param path Where it is.
 * @param tell Says to the pool that a task has asked for its signal or its state, where that isn't seen.
 */
export function openSharedState(path: string, tell: (ticket: number) => void): ChildState {
  if (memory !== undefined) return onMemory(path, memory.open(path, MEMORY_SIZES));
  const file = new ExchangeFile(files!, path);
  return inFile(file, new FileWorkerClaims(file, tell));
}

function onMemory(path: string, pieces: readonly ArrayBuffer[]) {
  // `Atomics` work on it, which is all that is asked of it; the type says that it came from elsewhere.
  const [claims, journal] = pieces as unknown as SharedArrayBuffer[];
  return {
    path,
    claims: new Claims(claims),
    journal: new Journal(journal),
    remove: () => memory!.remove(path),
    close() {},
  };
}

function inFile<C>(file: ExchangeFile, claims: C) {
  const journal = new FileJournal(file, FILE_CLAIMS_SIZE);
  const { path } = file;
  return { path, claims, journal, remove: () => file.remove(), close: () => file.close() };
}
