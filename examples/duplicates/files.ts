import type { AsyncQueue, TaskOptions } from "@trilane/trilane";
import { currentTask } from "@trilane/trilane";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** A file that has been read to its end. */
export interface HashedFile {
  readonly path: string;
  readonly size: number;
  /** The SHA-256 of its content. */
  readonly digest: string;
  /** The same for all names (hard links) of one file. */
  readonly inode: string;
}

/** What is in a directory. */
interface Listing {
  readonly files: string[];
  readonly directories: string[];
}

/** Troubles that may be over at the next attempt, unlike a file that is missing or forbidden. */
const PASSING = new Set(["EAGAIN", "EBUSY", "EINTR", "EIO", "EMFILE", "ENFILE", "ESTALE"]);

/** Bytes that are read at a time. */
const CHUNK = 64 * 1024;

/** Buffers that no task uses: as many as tasks have ever run at once. */
const buffers: Uint8Array[] = [];

/** Whether another attempt may help. */
export function mayPass(error: unknown): boolean {
  return PASSING.has(String((error as { code?: unknown }).code));
}

/**
 * Walks a directory, depth first, with a task for each directory. One that can't be listed is left
 * out: its task has failed.
 *
 * @param queue The queue to run on, started.
 * @param root The directory.
 * @param options How to run each task.
 * @returns The paths of all files below it, and of symbolic links that lead nowhere. Other links are
 * not followed.
 */
export async function* walk(
  queue: AsyncQueue,
  root: string,
  options: TaskOptions,
): AsyncGenerator<string> {
  const directories = [root];
  for (let path = directories.pop(); path !== undefined; path = directories.pop()) {
    // Before the files that wait, which would otherwise be all hashed before there are more.
    const result = await queue.submit(listDirectory, [path], { ...options, priority: 0 });
    if (result.status !== "succeeded") continue;
    for (const directory of result.value.directories) directories.push(directory);
    yield* result.value.files;
  }
}

async function listDirectory(directory: string): Promise<Listing> {
  const listing: Listing = { files: [], directories: [] };
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) listing.directories.push(path);
    else if (entry.isFile()) listing.files.push(path);
    // A link that leads nowhere is a file that can't be read. Devices and pipes may have no end.
    else if (entry.isSymbolicLink() && !existsSync(path)) listing.files.push(path);
  }
  return listing;
}

/**
 * Hashes a file piece by piece, in memory that doesn't grow with it. As progress it reports the bytes
 * of each piece.
 *
 * @param path The file.
 * @returns What it is and holds.
 */
export async function hashFile(path: string): Promise<HashedFile> {
  const task = currentTask();
  const hash = createHash("sha256");
  const file = await open(path);
  const buffer = buffers.pop() ?? new Uint8Array(CHUNK);
  try {
    // Inode numbers may be above 2^53.
    const { dev, ino } = await file.stat({ bigint: true });
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, null);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
      task.progress(bytesRead);
    }
    return { path, size, digest: hash.digest("hex"), inode: `${dev}:${ino}` };
  } catch (error) {
    throw withPath(error, path);
  } finally {
    buffers.push(buffer);
    await file.close();
  }
}

/** Errors of reading, unlike those of opening, don't say which file it was. */
function withPath(error: unknown, path: string): unknown {
  if (error instanceof Error && !error.message.includes(path)) error.message += ` '${path}'`;
  return error;
}
