import type { Percentiles } from "../queue/summary.ts";

/** The ratio of neighbouring buckets: a percentile is off by 5 % at the most. */
const GROWTH = 1.1;
const LOG_GROWTH = Math.log(GROWTH);
/** Shorter times are told as this. */
const LEAST_MS = 0.001;
/** Up to ten years. */
const BUCKETS = 350;

/** The number of the bucket of a duration in milliseconds. */
export function bucketOf(ms: number): number {
  if (ms <= LEAST_MS) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(ms / LEAST_MS) / LOG_GROWTH));
}

/** Counts durations in buckets, so that it takes the same room however many there are. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;
  #max = 0;

  /**
   * @param ms A duration in milliseconds.
   * @param bucket Which bucket it is of: a duration that several histograms count is looked at once.
   */
  add(ms: number, bucket = bucketOf(ms)): void {
    this.#counts[bucket]!++;
    this.#total++;
    if (ms > this.#max) this.#max = ms;
  }

  /** Adds what another has counted. */
  merge(other: Histogram): void {
    for (let i = 0; i < BUCKETS; i++) this.#counts[i]! += other.#counts[i]!;
    this.#total += other.#total;
    this.#max = Math.max(this.#max, other.#max);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = this.#max = 0;
  }

  /** How the durations are spread; `null` if there are none. */
  percentiles(): Percentiles | null {
    if (this.#total === 0) return null;
    return {
      ...{ p50: this.#rank(0.5), p95: this.#rank(0.95), p99: this.#rank(0.99), max: this.#max },
    };
  }

  #rank(share: number): number {
    let left = Math.ceil(share * this.#total);
    for (let i = 0; i < BUCKETS; i++) {
      left -= this.#counts[i]!;
      // The middle of the bucket, on the scale that the buckets are equal on.
      if (left <= 0) return Math.min(this.#max, i === 0 ? 0 : LEAST_MS * GROWTH ** (i - 0.5));
    }
    return this.#max;
  }
}

/** How many slices the time that counts is cut into. */
const SLICES = 6;
const SLICE_MS = 10_000;

/** Durations of the last minute, and of all time. */
export class RecentHistogram {
  readonly #slices = Array.from({ length: SLICES }, () => new Histogram());
  readonly #earlier = new Histogram();
  #slice = 0;
  #until: number;

  /** @param now When it begins, in milliseconds. */
  constructor(now: number) {
    this.#until = now + SLICE_MS;
  }

  /** Adds a duration to those of now. */
  add(ms: number, bucket = bucketOf(ms)): void {
    this.#slices[this.#slice]!.add(ms, bucket);
  }

  /** Moves on to a time, in milliseconds. */
  advance(now: number): void {
    if (now < this.#until) return;
    const ended = 1 + Math.floor((now - this.#until) / SLICE_MS);
    this.#until += ended * SLICE_MS;
    // After a long pause all slices are empty, however long it was.
    for (let turns = Math.min(SLICES, ended); turns > 0; turns--) {
      this.#slice = (this.#slice + 1) % SLICES;
      this.#earlier.merge(this.#slices[this.#slice]!);
      this.#slices[this.#slice]!.clear();
    }
  }

  /** How the durations of the last minute are spread. */
  recent(): Percentiles | null {
    return this.#merged(new Histogram()).percentiles();
  }

  /** How all durations are spread. */
  all(): Percentiles | null {
    const all = new Histogram();
    all.merge(this.#earlier);
    return this.#merged(all).percentiles();
  }

  #merged(into: Histogram): Histogram {
    for (const slice of this.#slices) into.merge(slice);
    return into;
  }
}
