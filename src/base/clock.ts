/**
 * Where a queue gets its time from. A queue reads time and sets timers through this interface alone,
 * so that a test can hand in a clock of its own and move it without waiting.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type Clock } from "@trilane/trilane";
 *
 * // Time that passes ten times as fast.
 * const hasty: Clock = {
 *   now: () => performance.now() * 10,
 *   wallNow: () => Date.now(),
 *   setTimer: (callback, ms) => setTimeout(callback, ms / 10),
 *   clearTimer: (timer) => clearTimeout(timer as number),
 * };
 * await using queue = new AsyncQueue({ clock: hasty });
 * console.log(await queue.submit(() => "soon", { delay: 1000 }).value()); // soon
 * ```
 */
export interface Clock {
  /**
   * The time that durations and deadlines are measured on.
   *
   * @returns Milliseconds on a line that never jumps; `performance.now()` on the system clock.
   */
  now(): number;
  /**
   * The time of day.
   *
   * @returns Milliseconds since the epoch, which may jump; `Date.now()` on the system clock.
   */
  wallNow(): number;
  /**
   * Calls back once, later; never synchronously.
   *
   * @param callback What to call.
   * @param ms After how many milliseconds, at most 2^31-1. Being early is allowed.
   * @returns What `clearTimer` takes.
   */
  setTimer(callback: () => void, ms: number): unknown;
  /**
   * Takes a timer back; one that has fired is ignored.
   *
   * @param timer What `setTimer` returned.
   */
  clearTimer(timer: unknown): void;
}
