/**
 * Stands in for `@std/async` where that cannot be had: the functions that tests, benchmarks and
 * scripts use, with the same names, signatures and behaviour.
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

/** Resolves after a time in milliseconds. */
export async function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  try {
    await setTimeout(ms, undefined, { signal, ref: persistent });
  } catch (error) {
    // Node wraps the reason of the signal in an error of its own.
    throw signal?.aborted ? signal.reason : error;
  }
}

/** Settles as the promise does, or rejects with the signal's reason when that aborts before. */
export async function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, p]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Options of {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait early: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Settles as the promise does, or rejects with a `DOMException` named `TimeoutError` after a time
 * in milliseconds.
 */
export async function deadline<T>(
  p: Promise<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  const signals = options.signal === undefined ? [] : [options.signal];
  if (ms < Number.MAX_SAFE_INTEGER) signals.push(AbortSignal.timeout(ms));
  return await abortable(p, AbortSignal.any(signals));
}

/** What {@linkcode retry} rejects with when no attempt has succeeded. */
export class RetryError extends Error {
  override readonly name = "RetryError";

  /** @param cause what the last attempt threw */
  constructor(cause: unknown, attempts: number) {
    super(`Retrying exceeded the maxAttempts (${attempts}).`, { cause });
  }
}

/** Options of {@linkcode retry}. */
export interface RetryOptions {
  /** What the time between attempts is multiplied with after each; 2 by default. */
  multiplier?: number;
  /** The longest time between attempts in milliseconds; a minute by default. */
  maxTimeout?: number;
  /** How many attempts there are at most; 5 by default. */
  maxAttempts?: number;
  /** The time after the first attempt in milliseconds; a second by default. */
  minTimeout?: number;
  /** The share of the time that is random, 0 to 1; 1 by default. */
  jitter?: number;
}

/** Calls a function until it succeeds. */
export async function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options: RetryOptions = {},
): Promise<T> {
  const { multiplier = 2, maxTimeout = 60_000, minTimeout = 1000, jitter = 1 } = options;
  const { maxAttempts = 5 } = options;
  if (minTimeout > maxTimeout) {
    throw new RangeError(
      "Cannot retry as 'minTimeout' must be <= 'maxTimeout': current values " +
        `'minTimeout=${minTimeout}', 'maxTimeout=${maxTimeout}'`,
    );
  }
  for (let attempt = 0;; attempt++) {
    try {
      return await fn();
    } catch (error) {
      if (attempt + 1 >= maxAttempts) throw new RetryError(error, maxAttempts);
      const time = Math.min(maxTimeout, minTimeout * multiplier ** attempt);
      await delay((1 - jitter * Math.random()) * time);
    }
  }
}
