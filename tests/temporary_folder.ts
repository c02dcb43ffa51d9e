/**
 * Folders of a test's own.
 *
 * @module
 */
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a body with a folder of its own. */
export async function withFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = makeFolder();
  try {
    return await body(folder);
  } finally {
    removeFolder(folder);
  }
}

/** Makes a folder. */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "trilane-"));
}

/**
 * Removes a folder with all its files, in which workers may still be writing.
 *
 * It is renamed first: what is written to its old path from then on fails, and no file can come to it
 * between the removal of the last one and its own.
 */
export function removeFolder(folder: string): void {
  const renamed = `${folder}-removed`;
  renameSync(folder, renamed);
  rmSync(renamed, { recursive: true });
}
