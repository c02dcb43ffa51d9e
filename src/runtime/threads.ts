import { TrilaneError } from "../base/errors.ts";
import { threads as browser } from "./browser/threads.ts";
import { threads as bun } from "./bun/threads.ts";
import { threads as deno } from "./deno/threads.ts";
import { runtime } from "./here.ts";
import { threads as node } from "./node/threads.ts";
import type { RuntimeName, Threads } from "./runtime.ts";

const ALL: Readonly<Record<RuntimeName, Threads>> = { deno, bun, node, browser };

/** The threads of the runtime that the program runs on. */
export const threads: Threads = ALL[runtime.name];

/**
 * Refuses to go on where there are no threads.
 *
 * @param who Who needs them.
 * @throws {TrilaneError} When there are none, or none that share memory.
 */
export function assertThreads(who: string): void {
  if (runtime.name !== "node" && typeof Worker === "undefined") {
    throw new TrilaneError(`${who} needs Web Workers: there are none here`);
  }
  if (typeof SharedArrayBuffer === "undefined") {
    throw new TrilaneError(
      `${who} needs memory that threads share (SharedArrayBuffer): browsers have it in pages that are cross-origin isolated`,
    );
  }
}
