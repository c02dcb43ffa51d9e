import { type AsyncQueue, importTasks, type ThreadQueue, transfer } from "@trilane/trilane";
import type { Checkpoint } from "@trilane/trilane/checkpoint";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { type Failure, failureOf, patient } from "./failure.ts";
import type { Sketch } from "./sketch.ts";
import type { FoundFile } from "./walk.ts";

/** Texts of more bytes are compared as a whole only: so many are held in memory for each file that is read. */
export const LARGEST_TEXT = 2_000_000;

/** A file and what is known of its content. */
export interface SketchedFile extends FoundFile, Sketch {}

/** What came of reading. */
export interface Reading {
  readonly files: SketchedFile[];
  /** How many of them were known from an earlier run. */
  readonly skipped: number;
  readonly failures: Failure[];
}

const { sketch, hashFile } = importTasks<typeof import("./sketch.ts")>(
  new URL("./sketch.ts", import.meta.url),
);

/**
 * Reads files on one lane and has them hashed and sketched on another. A checkpoint skips both.
 *
 * @param files The files.
 * @param reading The lane that reads.
 * @param threads The lane that hashes.
 * @param checkpoint What remembers the sketches of files that have not been changed.
 * @returns What is known of them.
 */
export async function readAll(
  files: readonly FoundFile[],
  reading: AsyncQueue,
  threads: ThreadQueue,
  checkpoint: Checkpoint | undefined,
): Promise<Reading> {
  const read: SketchedFile[] = [];
  const failures: Failure[] = [];
  let skipped = 0;
  // A file waits here until a thread has taken it: the reading is never far ahead of the hashing.
  const readAndSketch = async (file: FoundFile): Promise<Sketch> => {
    // The report names tasks.
    const options = { name: file.path };
    if (file.size > LARGEST_TEXT) {
      return await threads.submit(hashFile, [file.path], options).value();
    }
    const bytes = await readBytes(file);
    return await threads.submit(sketch, [transfer(bytes, [bytes.buffer])], options).value();
  };
  const results = reading.stream(readAndSketch, files, {
    ...patient,
    ordered: false,
    settled: true,
    metadataOf: (file) => file,
    checkpoint,
    // The number changes with what a sketch is.
    namespace: "sketch 1",
    key: ({ path, size, modified }) => JSON.stringify([resolve(path), size, modified]),
  });
  // Results instead of values, since a file that can't be read must not end the loop.
  for await (const result of results) {
    const file = result.metadata as FoundFile;
    if (result.status !== "succeeded") {
      failures.push(failureOf(result, file.path));
      continue;
    }
    if (result.attempts === 0) skipped++;
    read.push({ ...file, ...result.value });
  }
  return { files: read, skipped, failures };
}

/**
 * Picks the files that may be like another one: all but those too large for a text whose size no other has.
 *
 * @param files All files.
 * @returns Those to read.
 */
export function worthReading(files: readonly FoundFile[]): FoundFile[] {
  const sizes = Map.groupBy(files, (file) => file.size);
  return files.filter(({ size }) => size <= LARGEST_TEXT || sizes.get(size)!.length > 1);
}

/** Never more bytes than the file had when it was found, even if it grows. */
async function readBytes({ path, size }: FoundFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  const file = await open(path);
  try {
    let end = 0;
    while (end < size) {
      const { bytesRead } = await file.read(bytes, end, size - end, null);
      if (bytesRead === 0) break;
      end += bytesRead;
    }
    return bytes.subarray(0, end);
  } finally {
    await file.close();
  }
}
