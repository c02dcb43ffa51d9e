/**
 * Says when the next attempt may start, so that no more than `rate` a second do, with up to `burst`
 * back to back after idle time.
 *
 * This is the generic cell rate algorithm (ITU-T I.371) in its virtual scheduling form: it keeps the
 * theoretical arrival time of the next start instead of a list of past starts. Any window of
 * one second, both its ends included, sees at most `rate + burst` starts.
 *
 * The arrival time is kept as a time and a number of intervals after it: summing intervals up would
 * round, and the last start of a burst would be put off by nothing but that.
 */
export class RateGate {
  readonly #interval: number;
  readonly #burst: number;
  #from = -Infinity;
  #starts = 0;

  /**
   * @param rate Starts a second, > 0.
   * @param burst Starts that may come back to back after idle time, a whole number >= 1.
   */
  constructor(rate: number, burst: number) {
    this.#interval = 1000 / rate;
    this.#burst = burst;
  }

  /** @returns The earliest time at which a start is allowed; a time that is past means now. */
  opensAt(): number {
    return this.#from + (this.#starts - this.#burst + 1) * this.#interval;
  }

  /** Counts a start at `now`, which must not be before `opensAt()`. */
  take(now: number): void {
    if (now < this.#from + this.#starts * this.#interval) {
      this.#starts++;
    } else {
      this.#from = now;
      this.#starts = 1;
    }
  }
}
