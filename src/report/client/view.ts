/**
 * Says which part of the time is shown, and where it has ticks.
 *
 * @module
 */

/** The shortest time that can be shown. */
const MIN_VIEW_MS = 0.01;

/** The part of the time from 0 to a length that is shown, all in milliseconds. */
export class View {
  #length: number;
  from = 0;
  to: number;

  constructor(length: number) {
    this.#length = length;
    this.to = length;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether all of the time is shown. */
  get whole(): boolean {
    return this.to - this.from >= this.#length;
  }

  /** Shows this part, or as much of it as there is. */
  show(from: number, to: number): void {
    const width = this.#width(to - from);
    this.from = Math.max(0, Math.min(this.#length - width, (from + to - width) / 2));
    this.to = this.from + width;
  }

  /** What is at `fixed` stays in its place. */
  zoom(factor: number, fixed: number): void {
    const width = this.#width((this.to - this.from) * factor);
    const from = fixed - (fixed - this.from) * width / (this.to - this.from);
    this.show(from, from + width);
  }

  pan(by: number): void {
    this.show(this.from + by, this.to + by);
  }

  #width(asked: number): number {
    return Math.min(this.#length, Math.max(Math.min(this.#length, MIN_VIEW_MS), asked));
  }
}

const DAY_MS = 86_400_000;
const LONG_TICKS_MS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400]
  .map((seconds) => seconds * 1000);

/** The distance of ticks, in milliseconds, so that there are no more than `most` of them. */
export function tickStep(from: number, to: number, most: number): number {
  const least = (to - from) / most;
  if (least > 30_000) {
    return LONG_TICKS_MS.find((step) => step >= least) ?? Math.ceil(least / DAY_MS) * DAY_MS;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least)!;
}

/** The first index from `low` to below `high` that `test` holds for; it holds for all after it, too. */
export function firstIndex(low: number, high: number, test: (i: number) => boolean): number {
  while (low < high) {
    const middle = low + high >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
