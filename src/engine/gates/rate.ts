/** How late timers usually are: a start that comes within this counts as on time. */
const USUAL_LATENESS_MS = 2;

/**
 * Says when the next attempt may start, so that no more than `rate` a second do, with up to `burst`
 * back to back after idle time.
 *
 * This is the generic cell rate algorithm (ITU-T I.371) in its virtual scheduling form: it keeps the
 * theoretical arrival time of the next start instead of a list of past starts. Any window of
 * one second, both its ends included, sees at most `rate + burst` starts.
 *
 * Two things keep it from being slower than that. The arrival time is kept as a time and a number of
 * intervals after it: summing intervals up would round, and the last start of a burst would be put off by
 * nothing but that. And a start that is late by no more than timers are does not move the arrival times of
 * those after it, or the rate would never be reached; see the constructor for why the window holds.
 */
export class RateGate {
  readonly #interval: number;
  readonly #burst: number;
  readonly #slack: number;
  #from = -Infinity;
  #starts = 0;

  /**
   * @param rate Starts a second, > 0.
   * @param burst Starts that may come back to back after idle time, a whole number >= 1.
   */
  constructor(rate: number, burst: number) {
    this.#interval = 1000 / rate;
    this.#burst = burst;
    // A start comes at its arrival time, up to `burst - 1` intervals before it, or less than `slack` after
    // it. So n + 1 starts take more than n - (burst - 1) intervals less `slack`, and as a second is `rate`
    // intervals long, n < rate + (burst - 1) + slack / interval. This keeps n + 1 to rate + burst.
    const room = (Math.floor(rate) + 1 - rate) * this.#interval;
    this.#slack = Math.min(USUAL_LATENESS_MS, room * (1 - 1e-9));
  }

  /** @returns The earliest time at which a start is allowed; a time that is past means now. */
  opensAt(): number {
    return this.#from + (this.#starts - this.#burst + 1) * this.#interval;
  }

  /** Counts a start at `now`, which must not be before `opensAt()`. */
  take(now: number): void {
    if (now < this.#from + this.#starts * this.#interval + this.#slack) {
      this.#starts++;
    } else {
      this.#from = now;
      this.#starts = 1;
    }
  }

  /** From when on it has its whole burst again. */
  get restsAt(): number {
    return this.#from + this.#starts * this.#interval;
  }
}
