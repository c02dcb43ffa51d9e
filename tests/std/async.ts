/**
 * Stands in for `@std/async` where that cannot be had: the functions the tests use, with the same
 * names and signatures, over `node:timers/promises`.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";

/** Options of {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the delay early: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Whether the delay keeps the program running; `true` by default. */
  persistent?: boolean;
}

/** Resolves after so many milliseconds. */
export async function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  try {
    await setTimeout(ms, undefined, { signal, ref: persistent });
  } catch (error) {
    // Node wraps the reason of the signal in an error of its own.
    throw signal?.aborted ? signal.reason : error;
  }
}
