/**
 * Chance that repeats itself: the same seed gives the same numbers on every runtime.
 *
 * @module
 */

/** Pseudo-random numbers, by sfc32 ("small fast counting" of Chris Doty-Humphrey's PractRand). */
export class Random {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #counter = 1;

  /** @param seed a whole number from 0 to 2^32-1 */
  constructor(seed: number) {
    this.#a = seed | 0;
    // Seeds that differ in one bit would begin alike.
    for (let i = 0; i < 12; i++) this.next();
  }

  /** From 0 to less than 1. */
  readonly next = (): number => {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return (sum >>> 0) / 2 ** 32;
  };

  /** A whole number from 0 to less than `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** One of the values; one that is given twice comes twice as often. */
  pick<const T extends readonly unknown[]>(...values: T): T[number] {
    return values[this.below(values.length)];
  }

  /** A whole number, both bounds included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of several that are likely in proportion to their weights. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of entries) {
      left -= weight;
      if (left < 0) return item;
    }
    return entries[entries.length - 1][0];
  }

  /** True one time in so many. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** A value one time in so many. */
  sometimes<T>(times: number, make: () => T): T | undefined {
    return this.oneIn(times) ? make() : undefined;
  }

  /** From `min` to `max` values. */
  list<T>(min: number, max: number, make: () => T): T[] {
    return Array.from({ length: this.between(min, max) }, make);
  }
}
