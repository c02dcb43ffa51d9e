/**
 * Runs one side of a race on another thread.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { sleepSync } from "../../../../../src/runtime/sleep.ts";
import type { Race } from "./side.ts";

/**
 * Waits without the event loop for what the other side does: awake, so that both go on at once, but not for ever, since the
 * other side may need this processor for it.
 */
export function until(isDone: () => boolean): void {
  for (let looks = 1; !isDone(); looks++) if (looks > 10_000) sleepSync(0.05);
}

/**
 * Starts the other side.
 *
 * @param task what it is to do
 * @returns a promise of what it says in the end, and what ends its thread
 */
export function race(task: Race): { result: Promise<unknown>; end: () => Promise<void> } {
  const worker = new Worker(new URL("./side.ts", import.meta.url), { type: "module" });
  const result = new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      reject(event.error ?? new Error(event.message));
    });
  });
  worker.postMessage(task);
  return {
    result,
    async end() {
      worker.terminate();
      // Its end takes a turn of the event loop.
      await delay(1);
    },
  };
}
