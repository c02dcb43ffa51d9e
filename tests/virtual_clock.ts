/**
 * A clock that stands still until a test moves it: hand it to a queue as its option `clock`.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "../mod.ts";

/** A timer that has been set and has neither fired nor been cleared. */
interface Timer {
  readonly callback: () => void;
  readonly due: number;
}

/** What platforms wait at most: they fire a timer that is set for longer at once. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Time that passes only in `advance()`.
 *
 * @example
 * ```ts ignore
 * const clock = new VirtualClock();
 * const queue = new AsyncQueue({ clock });
 * await queue.start();
 * const handle = queue.submit(() => "done", { delay: 1000 });
 * await clock.advance(999); // handle.status === "scheduled"
 * await clock.advance(1); // handle.status === "succeeded"
 * ```
 */
export class VirtualClock implements Clock {
  #now: number;
  #wall: number;
  /** In the order in which they were set. */
  readonly #timers = new Set<Timer>();

  /**
   * @param now where the time line begins
   * @param wall the time of day then, in milliseconds since the epoch
   */
  constructor(now = 0, wall: number = Date.UTC(2030, 0, 1)) {
    this.#now = now;
    this.#wall = wall;
  }

  /** How many timers are set. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, on the `now()` line; Infinity when none is set. */
  get nextDue(): number {
    return this.#next()?.due ?? Infinity;
  }

  /** The time. */
  now(): number {
    return this.#now;
  }

  /** The time of day. */
  wallNow(): number {
    return this.#wall;
  }

  /** Sets a timer. Refuses what a platform would get wrong instead of getting it wrong as well. */
  setTimer(callback: () => void, ms: number): unknown {
    if (!(ms >= 0 && ms <= MAX_TIMER)) {
      throw new RangeError(`ms must be from 0 to ${MAX_TIMER}: got ${ms}`);
    }
    const timer = { callback, due: this.#now + ms };
    this.#timers.add(timer);
    return timer;
  }

  /** Takes a timer back. */
  clearTimer(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  /**
   * Sets the time of day, as a user or a time server does: `now()` stays and no timer fires.
   *
   * @param ms by how much, forward or back
   */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  /**
   * Lets time pass. The timers that come due fire one by one in order of time, then of setting, each at
   * its own time; so do those that they set. Between them, before and after, all microtasks run.
   *
   * @param ms how much time passes
   */
  async advance(ms: number): Promise<void> {
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
   * @param ms how much time passes
   */
  elapse(ms: number): void {
    this.#moveTo(this.#now + ms);
  }

  /** Lets all microtasks run, those that they queue too. No time passes. */
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
