import type { Clock } from "../base/clock.ts";
import type { Platform } from "../base/platform.ts";

/** The clock of the system that the program runs on. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer: (callback, ms) => setTimeout(callback, ms),
  clearTimer: (timer) => clearTimeout(timer as Parameters<typeof clearTimeout>[0]),
};

/**
 * Tells of an error that nobody waits for as `reportError` does, by an `error` event whose default is
 * to print it, but never ends the program, as Deno's `reportError` would.
 *
 * @param error What was thrown.
 */
export function reportQuietly(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const event = new ErrorEvent("error", { error, message, cancelable: true });
  if (globalThis.dispatchEvent(event)) console.error(error);
}

/** The system that the program runs on. */
export const platform: Platform = { clock: systemClock, report: reportQuietly };

/** How many processors the program may use, at least 1. */
export const cores: number = Math.max(1, navigator.hardwareConcurrency || 1);

/**
 * How many workers may be at work while they wait for more without sleeping: all processors but one are theirs. On Deno a
 * worker that sleeps takes about 0.1 ms to be woken, several times as long as all else that a short task costs; on Bun it
 * takes little.
 */
export const spinners: number = "Deno" in globalThis ? cores - 1 : 0;
