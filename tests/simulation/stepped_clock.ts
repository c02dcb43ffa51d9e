/**
 * Time that passes from timer to timer.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "../../mod.ts";

/** A timer that has been set and has neither fired nor been cleared. */
interface Timer {
  readonly callback: () => void;
  readonly due: number;
}

/**
 * A clock that its owner moves from one timer to the next. Between two timers promises settle once: `VirtualClock` lets
 * them do so three times, which takes most of a short program's time.
 */
export class SteppedClock implements Clock {
  #now: number;
  #wall = Date.UTC(2030, 0, 1);
  /** By time, then in the order in which they were set. */
  readonly #timers: Timer[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#wall;
  }

  setWallClock(time: number): void {
    this.#wall = time;
  }

  /** When the next timer is due; Infinity when none is set. */
  get nextDue(): number {
    return this.#timers[0]?.due ?? Infinity;
  }

  setTimer(callback: () => void, ms: number): unknown {
    if (!(ms >= 0 && ms < 2 ** 31)) throw new RangeError(`A timer can't be set for ${ms} ms`);
    const timer = { callback, due: this.#now + ms };
    let at = this.#timers.length;
    while (at > 0 && this.#timers[at - 1].due > timer.due) at--;
    this.#timers.splice(at, 0, timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    const at = this.#timers.indexOf(timer as Timer);
    if (at >= 0) this.#timers.splice(at, 1);
  }

  /** Lets time pass within the current turn of the event loop, as a function does that computes. */
  elapse(ms: number): void {
    this.#wall += ms;
    this.#now += ms;
  }

  /** Fires the next timer, at its time, and lets promises settle. */
  async step(): Promise<void> {
    const { callback, due } = this.#timers.shift()!;
    if (due > this.#now) {
      this.#wall += due - this.#now;
      this.#now = due;
    }
    callback();
    await this.settle();
  }

  /** Lets promises settle: all microtasks run, those that they queue too. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
