import type { Rate } from "../options.ts";
import { RateGate } from "./rate.ts";
import { WindowGate } from "./window.ts";

/** Says when the next attempt may start. */
export interface StartGate {
  /** The earliest time at which a start is allowed; a time that is past means now. */
  opensAt(): number;
  /** Counts a start at `now`, which must not be before `opensAt()`. */
  take(now: number): void;
  /** From when on it is as good as new, if nothing starts before. */
  readonly restsAt: number;
}

/**
 * Makes what holds starts to a rate.
 *
 * @param rate The rate.
 * @param burst How many may start back to back, under a rate a second.
 */
export function startGate(rate: Rate, burst = 1): StartGate {
  return typeof rate === "number"
    ? new RateGate(rate, burst)
    : new WindowGate(rate.limit, rate.interval);
}

/** The fewest starts that are remembered, for a rate that is set later. */
const MIN_REMEMBERED = 4096;

/** A rate that can be changed: the starts that were count under the new one. */
export class ChangingGate implements StartGate {
  rate: Rate;
  readonly #burst: number;
  #gate: StartGate;
  /** The last starts in order; those from `#first` on are kept. */
  #starts: number[] = [];
  #first = 0;

  /**
   * @param rate The rate.
   * @param burst How many may start back to back, under a rate a second.
   */
  constructor(rate: Rate, burst = 1) {
    this.rate = rate;
    this.#burst = burst;
    this.#gate = startGate(rate, burst);
  }

  /** Sets another rate. */
  change(rate: Rate): void {
    this.rate = rate;
    this.#gate = startGate(rate, this.#burst);
    // Earlier ones could but put off the next start for longer than the new rate does.
    const from = Math.max(this.#first, this.#starts.length - this.#counted);
    for (const start of this.#starts.slice(from)) this.#gate.take(start);
  }

  opensAt(): number {
    return this.#gate.opensAt();
  }

  take(now: number): void {
    this.#gate.take(now);
    this.#starts.push(now);
    const remembered = Math.max(MIN_REMEMBERED, this.#counted);
    if (this.#starts.length - this.#first > remembered) this.#first++;
    if (this.#first < remembered) return;
    this.#starts = this.#starts.slice(this.#first);
    this.#first = 0;
  }

  get restsAt(): number {
    return this.#gate.restsAt;
  }

  /** How many of the last starts decide about the next. */
  get #counted(): number {
    return typeof this.rate === "number" ? this.#burst : this.rate.limit;
  }
}
