import { checks, type OptionChecks, ownOptions } from "./checks.ts";
import { TaskTimeoutError } from "./errors.ts";
import { listen, type SignalListener, unlisten } from "./signals.ts";
import type { Timed, Timers } from "./timers.ts";

/**
 * How long to wait for something that goes on by itself.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type WaitOptions } from "@trilane/trilane";
 *
 * const patient: WaitOptions = { timeout: 60_000, signal: new AbortController().signal };
 * await using queue = new AsyncQueue();
 * console.log((await queue.submit(() => 1).wait(patient)).status); // succeeded
 * ```
 */
export interface WaitOptions {
  /** Milliseconds after which the wait, not the task, is given up. Default: no limit. */
  readonly timeout?: number;
  /** Aborting it gives the wait, not the task, up. */
  readonly signal?: AbortSignal;
}

/** The options of a wait. */
export const WAIT_OPTION_CHECKS: OptionChecks = {
  timeout: checks.notNegative,
  signal: checks.signal,
};

/**
 * Limits a wait by a timeout and a signal. However it ends, no timer and no listener is left.
 *
 * @param subscribe Starts the wait; called with what ends it well, returns what takes it back.
 * @param options The limits.
 * @param timers Where the timeout is kept.
 * @param what The wait, as the timeout's message names it.
 * @returns What `resolve` was called with.
 * @throws {TaskTimeoutError} (rejects) When the timeout passes first.
 * @throws (rejects) The signal's reason, when it aborts first.
 */
export async function waitFor<T>(
  subscribe: (resolve: (value: T) => void) => () => void,
  options: WaitOptions,
  timers: Timers,
  what: () => string,
): Promise<T> {
  const limit = new Limit(ownOptions("wait", options, WAIT_OPTION_CHECKS), timers, what);
  let unsubscribe: (() => void) | undefined;
  try {
    return await Promise.race([
      new Promise<T>((resolve) => unsubscribe = subscribe(resolve)),
      limit.reached,
    ]);
  } finally {
    unsubscribe?.();
    limit.clear();
  }
}

/** A timeout and a signal together, as a promise that only ever rejects. */
export class Limit implements Timed, SignalListener {
  /** Rejects when the first of the two comes. */
  readonly reached: Promise<never>;
  timer = 0;
  readonly #reject: (reason: unknown) => void;
  readonly #options: WaitOptions;
  readonly #timers: Timers;
  readonly #what: () => string;

  constructor(options: WaitOptions, timers: Timers, what: () => string) {
    const { promise, reject } = Promise.withResolvers<never>();
    // Rejecting with nobody waiting is this class's normal end, not an error to report.
    promise.catch(() => {});
    this.reached = promise;
    this.#reject = reject;
    this.#options = options;
    this.#timers = timers;
    this.#what = what;
    const { timeout = Infinity, signal } = options;
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    if (signal !== undefined) listen(signal, this);
    if (timeout !== Infinity) timers.addIn(this, timeout);
  }

  clear(): void {
    this.#timers.remove(this);
    if (this.#options.signal !== undefined) unlisten(this.#options.signal, this);
  }

  aborted(reason: unknown): void {
    this.#reject(reason);
  }

  expire(): void {
    this.#reject(
      new TaskTimeoutError(`${this.#what()} took longer than ${this.#options.timeout} ms`),
    );
  }
}
