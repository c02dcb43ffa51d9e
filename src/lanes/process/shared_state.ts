import { Claims, CLAIMS_SIZE, type PoolClaims, type WorkerClaims } from "../pool/wire/claims.ts";
import {
  Journal,
  JOURNAL_SIZE,
  type PoolJournal,
  type WorkerJournal,
} from "../pool/wire/journal.ts";
import { canExchange, ExchangeFile } from "../../runtime/exchange_file.ts";
import { canMap, createMapped, openMapped, removeMapped } from "../../runtime/mapped_memory.ts";
import { FILE_CLAIMS_SIZE, FilePoolClaims, FileWorkerClaims } from "./file_claims.ts";
import { FILE_JOURNAL_SIZE, FileJournal } from "./file_journal.ts";

/**
 * What a child shares with its pool besides messages, so that it can be sent tasks ahead just as a thread can: memory that
 * both map, where the runtime can map any, or else a file.
 */
interface SharedState {
  /** The file that it is in, until both have opened it. */
  readonly path: string;
  close(): void;
}

/** The pool's side. */
export interface PoolState extends SharedState {
  readonly claims: PoolClaims & { touched?(ticket: number): void };
  readonly journal: PoolJournal;
}

/** The child's side. */
export interface ChildState extends SharedState {
  readonly claims: WorkerClaims;
  readonly journal: WorkerJournal;
}

/** Whether there can be any. */
export const canShare: boolean = canMap || canExchange;

const MEMORY_SIZES = [CLAIMS_SIZE, JOURNAL_SIZE];
const FILE_SIZE = FILE_CLAIMS_SIZE + FILE_JOURNAL_SIZE;

/** @throws When the file can't be made. */
export function createSharedState(): PoolState {
  if (canMap) {
    const { path, pieces } = createMapped(MEMORY_SIZES);
    return onMemory(path, pieces);
  }
  const file = ExchangeFile.create(FILE_SIZE);
  try {
    return inFile(file, new FilePoolClaims(file));
  } catch (error) {
    file.close();
    ExchangeFile.remove(file.path);
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
  if (canMap) return onMemory(path, openMapped(path, MEMORY_SIZES));
  const file = new ExchangeFile(path);
  return inFile(file, new FileWorkerClaims(file, tell));
}

/** Removes the file, which nobody else needs to find once the child has opened it. */
export function removeSharedState(path: string): void {
  if (canMap) removeMapped(path);
  else ExchangeFile.remove(path);
}

function onMemory(path: string, pieces: readonly ArrayBuffer[]) {
  // `Atomics` work on it, which is all that is asked of it; the type says that it came from elsewhere.
  const [claims, journal] = pieces as unknown as SharedArrayBuffer[];
  return { path, claims: new Claims(claims), journal: new Journal(journal), close() {} };
}

function inFile<C>(file: ExchangeFile, claims: C) {
  const journal = new FileJournal(file, FILE_CLAIMS_SIZE);
  return { path: file.path, claims, journal, close: () => file.close() };
}
