import { Claims, CLAIMS_SIZE, type PoolClaims, type WorkerClaims } from "../pool/claims.ts";
import { Journal, JOURNAL_SIZE } from "../pool/journal.ts";
import { canExchange, createExchangeFile, removeExchangeFile } from "../runtime/exchange_file.ts";
import { canMap, createMapped, openMapped, removeMapped } from "../runtime/mapped_memory.ts";
import { FILE_CLAIMS_SIZE, FilePoolClaims, FileWorkerClaims } from "./file_claims.ts";

/**
 * What a child shares with its pool besides messages, so that it can be sent tasks ahead just as a thread can: memory that
 * both map, where the runtime can map any, or else a file.
 */
export interface SharedState<C> {
  readonly claims: C;
  readonly journal: Journal | undefined;
  /** The file that it is in, until both have opened it. */
  readonly path: string;
  close(): void;
}

/** Whether there can be any. */
export const canShare: boolean = canMap || canExchange;

const SIZES = [CLAIMS_SIZE, JOURNAL_SIZE];

/** @throws When the file can't be made. */
export function createSharedState(): SharedState<PoolClaims & { touched?(ticket: number): void }> {
  if (canMap) {
    const { path, pieces } = createMapped(SIZES);
    return { ...onMemory(pieces), path, close() {} };
  }
  const path = createExchangeFile(FILE_CLAIMS_SIZE);
  try {
    const claims = new FilePoolClaims(path);
    return { claims, journal: undefined, path, close: () => claims.close() };
  } catch (error) {
    removeExchangeFile(path);
    throw error;
  }
}

/**
 * The child's side.
 *
 * @param path Where it is.
 * @param tell Says to the pool that a task has asked for its signal or its state, where that isn't seen.
 */
export function openSharedState(
  path: string,
  tell: (ticket: number) => void,
): SharedState<WorkerClaims> {
  if (canMap) return { ...onMemory(openMapped(path, SIZES)), path, close() {} };
  const claims = new FileWorkerClaims(path, tell);
  return { claims, journal: undefined, path, close: () => claims.close() };
}

/** Removes the file, which nobody else needs to find once the child has opened it. */
export function removeSharedState(path: string): void {
  if (canMap) removeMapped(path);
  else removeExchangeFile(path);
}

function onMemory(pieces: readonly ArrayBuffer[]): { claims: Claims; journal: Journal } {
  // `Atomics` work on it, which is all that is asked of it; the type says that it came from elsewhere.
  const [claims, journal] = pieces as unknown as SharedArrayBuffer[];
  return { claims: new Claims(claims), journal: new Journal(journal) };
}
