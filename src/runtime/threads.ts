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

/** Whether threads share memory. In browsers they do where the page is cross-origin isolated. */
export function shareMemory(): boolean {
  return typeof SharedArrayBuffer !== "undefined";
}

/**
 * Refuses to go on where there are no threads.
 *
 * @param who Who needs them.
 * @throws {TrilaneError} When there are none.
 */
export function assertThreads(who: string): void {
  if (runtime.name !== "node" && typeof Worker === "undefined") {
    throw new TrilaneError(`${who} needs Web Workers: there are none here`);
  }
}
