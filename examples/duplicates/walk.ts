import type { AsyncQueue } from "@trilane/trilane";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Failure, failureOf, patient } from "./failure.ts";

/** A file as its folder knows it. */
export interface FoundFile {
  readonly path: string;
  readonly size: number;
  /** When it was changed, in milliseconds since the epoch: not all runtimes know it better. */
  readonly modified: number;
  /** The same for all names (hard links) of one file. */
  readonly inode: string;
}

/** What a walk has found. */
export interface Walk {
  readonly files: FoundFile[];
  /** How many folders were listed. */
  readonly folders: number;
  readonly failures: Failure[];
}

/** What is in a folder. */
interface Listing {
  readonly folders: string[];
  readonly files: FoundFile[];
  readonly failures: Failure[];
}

/** What isn't the user's own, and is never changed by hand. */
const LEFT_OUT = new Set([".git"]);

/**
 * Finds the files below a folder, level by level, with a task for each folder.
 *
 * @param queue The queue to run on, started.
 * @param root The folder.
 * @param except Files to leave out, by their absolute paths.
 * @returns All files, and what can't be looked at: symbolic links that lead nowhere, too. Other links
 * are not followed.
 */
export async function walk(
  queue: AsyncQueue,
  root: string,
  except: ReadonlySet<string>,
): Promise<Walk> {
  const files: FoundFile[] = [];
  const failures: Failure[] = [];
  let folders = 0;
  for (let level = [root]; level.length > 0;) {
    const next: string[] = [];
    const listings = queue.stream(listFolder, level, {
      ...patient,
      ordered: false,
      settled: true,
      metadataOf: (path) => path,
    });
    for await (const result of listings) {
      if (result.status !== "succeeded") {
        failures.push(failureOf(result, result.metadata as string));
        continue;
      }
      folders++;
      const listing = result.value;
      for (const folder of listing.folders) next.push(folder);
      for (const file of listing.files) if (!except.has(resolve(file.path))) files.push(file);
      for (const failure of listing.failures) failures.push(failure);
    }
    level = next;
  }
  return { files, folders, failures };
}

async function listFolder(folder: string): Promise<Listing> {
  const listing: Listing = { folders: [], files: [], failures: [] };
  const entries = await readdir(folder, { withFileTypes: true });
  await Promise.all(entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!LEFT_OUT.has(entry.name)) listing.folders.push(path);
      return;
    }
    // Devices and pipes may have no end.
    if (!entry.isFile() && !entry.isSymbolicLink()) return;
    try {
      // Inode numbers may be above 2^53.
      const { size, mtimeMs, dev, ino } = await stat(path, { bigint: true });
      if (entry.isSymbolicLink()) return;
      const modified = Number(mtimeMs);
      listing.files.push({ path, size: Number(size), modified, inode: `${dev}:${ino}` });
    } catch (error) {
      listing.failures.push({ path, reason: (error as Error).message });
    }
  }));
  return listing;
}
