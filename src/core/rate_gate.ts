/**
 * Says when the next attempt may start, so that no more than `rate` a second do, with up to `burst`
 * back to back after idle time.
 *
 * This is the generic cell rate algorithm (ITU-T I.371) in its virtual scheduling form: it keeps one number,
 * the theoretical arrival time of the next start, instead of a list of past starts. Any window of
 * one second, both its ends included, sees at most `rate + burst` starts.
 */
export class RateGate {
  readonly #interval: number;
  readonly #tolerance: number;
  #next = -Infinity;

  /**
   * @param rate Starts a second, > 0.
   * @param burst Starts that may come back to back after idle time, a whole number >= 1.
   */
  constructor(rate: number, burst: number) {
    this.#interval = 1000 / rate;
    this.#tolerance = (burst - 1) * this.#interval;
  }

  /** @returns The earliest time at which a start is allowed; a time that is past means now. */
  opensAt(): number {
    return this.#next - this.#tolerance;
  }

  /** Counts a start at `now`, which must not be before `opensAt()`. */
  take(now: number): void {
    this.#next = Math.max(now, this.#next) + this.#interval;
  }
}
