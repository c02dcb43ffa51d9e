import { delay } from "@std/async";
import process from "node:process";
import { collectGarbage } from "../../bench/memory.ts";

/** How much memory a program takes, in bytes. */
export interface Memory {
  /** What lives on the JavaScript heap of the main thread. */
  readonly heap: number;
  /** All that the system has given to the process, its workers included. */
  readonly rss: number;
}

/**
 * Measures once all garbage has been collected, which on Deno takes `--v8-flags=--expose-gc`.
 *
 * @throws {Error} When garbage can't be collected.
 */
export async function measureMemory(): Promise<Memory> {
  // What finalizers release is garbage only then.
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await delay(20);
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, rss };
}

/** Megabytes, for people. */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(2);
}
