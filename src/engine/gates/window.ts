/**
 * Says when the next attempt may start, so that no window of `interval` milliseconds sees more than `limit` starts, which may
 * come all at once.
 *
 * It keeps the last `limit` starts in a ring: the next one may come `interval` after the first of them. A window holds its
 * beginning and not its end, so that `limit` starts at 0 may be followed by as many at `interval`.
 */
export class WindowGate {
  readonly #limit: number;
  readonly #interval: number;
  /** Grows up to `limit` starts. */
  readonly #starts: number[] = [];
  /** Where the first of them is. */
  #first = 0;

  /**
   * @param limit How many starts, a whole number >= 1.
   * @param interval The window's length in milliseconds, > 0.
   */
  constructor(limit: number, interval: number) {
    this.#limit = limit;
    this.#interval = interval;
  }

  /** @returns The earliest time at which a start is allowed; a time that is past means now. */
  opensAt(): number {
    if (this.#starts.length < this.#limit) return -Infinity;
    return this.#starts[this.#first]! + this.#interval;
  }

  /** Counts a start at `now`. */
  take(now: number): void {
    if (this.#starts.length < this.#limit) {
      this.#starts.push(now);
      return;
    }
    this.#starts[this.#first] = now;
    this.#first = (this.#first + 1) % this.#limit;
  }

  /** From when on all starts are past. */
  get restsAt(): number {
    const { length } = this.#starts;
    if (length === 0) return -Infinity;
    return this.#starts[(this.#first + length - 1) % length]! + this.#interval;
  }
}
