import { setImmediate } from "node:timers";
import type { Clock } from "../base/clock.ts";
import { show } from "../base/errors.ts";

/** A timer that has been set and has neither fired nor been cleared. */
interface Timer {
  readonly callback: () => void;
  readonly due: number;
}

/** What platforms wait at most: they fire a timer that is set for longer at once. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Time that passes only in `advance()`: hand it to a queue as its option `clock`, and delays, timeouts, retries,
 * rates and wall-clock times are tested without waiting.
 *
 * It replaces the queue's time alone. What the tasks themselves wait for goes on in real time, unless they are
 * given the clock too; see `setTimer`.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { VirtualClock } from "@trilane/trilane/testing";
 *
 * const clock = new VirtualClock();
 * await using queue = new AsyncQueue({ clock });
 * await queue.start();
 * const handle = queue.submit(() => "done", { delay: 60_000 });
 * await clock.advance(59_999);
 * console.log(handle.status); // scheduled
 * await clock.advance(1);
 * console.log(handle.status); // succeeded
 * ```
 */
export class VirtualClock implements Clock {
  #now: number;
  #wall: number;
  /** In the order in which they were set. */
  readonly #timers = new Set<Timer>();

  /**
   * Makes a clock that stands still.
   *
   * @param now Where the time line begins, in milliseconds. Default 0.
   * @param systemTime The time of day then, in milliseconds since the epoch or as a date. Default: the
   * beginning of 2030, UTC.
   */
  constructor(now = 0, systemTime: number | Date = Date.UTC(2030, 0, 1)) {
    this.#now = now;
    this.#wall = Number(systemTime);
  }

  /** How many timers are set. A queue that has nothing left to do has none. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, on the line of `now()`; Infinity when none is set. */
  get nextDue(): number {
    return this.#next()?.due ?? Infinity;
  }

  /**
   * The time that durations and deadlines are measured on.
   *
   * @returns Milliseconds.
   */
  now(): number {
    return this.#now;
  }

  /**
   * The time of day.
   *
   * @returns Milliseconds since the epoch.
   */
  wallNow(): number {
    return this.#wall;
  }

  /**
   * Sets a timer, which fires once, in `advance()`. A task can use it to sleep:
   * `await new Promise((resolve) => clock.setTimer(() => resolve(undefined), 1000))`.
   *
   * @param callback What to call.
   * @param ms After how many milliseconds.
   * @returns What `clearTimer` takes.
   * @throws {RangeError} When a platform would get `ms` wrong: below 0, above 2^31-1 or not a number.
   */
  setTimer(callback: () => void, ms: number): unknown {
    if (!(ms >= 0 && ms <= MAX_TIMER)) {
      throw new RangeError(`ms must be from 0 to ${MAX_TIMER}: got ${ms}`);
    }
    const timer = { callback, due: this.#now + ms };
    this.#timers.add(timer);
    return timer;
  }

  /**
   * Takes a timer back; one that has fired is ignored.
   *
   * @param timer What `setTimer` returned.
   */
  clearTimer(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  /**
   * Sets the time of day, as a user or a time server does: `now()` stays and no timer fires.
   *
   * @param time Milliseconds since the epoch, or a date.
   */
  setSystemTime(time: number | Date): void {
    this.#wall = Number(time);
  }

  /**
   * Lets time pass. The timers that come due fire one by one in order of time, then of setting, each at
   * its own time; so do those that they set. Before, between and after them promises settle.
   *
   * @param ms How many milliseconds pass.
   * @returns When all that has happened.
   * @throws {RangeError} (rejects) When `ms` is below 0 or not a finite number.
   */
  async advance(ms: number): Promise<void> {
    checkPassing(ms);
    const end = this.#now + ms;
    await this.drain();
    for (let timer = this.#next(); timer !== undefined && timer.due <= end; timer = this.#next()) {
      this.#timers.delete(timer);
      this.#moveTo(Math.max(this.#now, timer.due));
      timer.callback();
      await this.drain();
    }
    // A callback may have let more time pass than that.
    this.#moveTo(Math.max(this.#now, end));
    await this.drain();
  }

  /**
   * Lets time pass within the current turn of the event loop, as a function does that computes: nothing
   * fires. What came due meanwhile fires in the next `advance()`.
   *
   * @param ms How many milliseconds pass.
   * @throws {RangeError} When `ms` is below 0 or not a finite number.
   */
  elapse(ms: number): void {
    checkPassing(ms);
    this.#moveTo(this.#now + ms);
  }

  /**
   * Lets promises settle: all microtasks run, those that they queue too. No time passes.
   *
   * @returns When they have.
   */
  drain(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  #moveTo(now: number): void {
    this.#wall += now - this.#now;
    this.#now = now;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.due < next.due) next = timer;
    return next;
  }
}

/** Time goes forward, and a clock that shows no number would never get anywhere again. */
function checkPassing(ms: number): void {
  if (!(Number.isFinite(ms) && ms >= 0)) {
    throw new RangeError(`ms must be a finite number >= 0: got ${show(ms)}`);
  }
}
