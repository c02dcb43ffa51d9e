import type { Pair } from "./comparer.ts";

/** A band may hide a pair of exactly the threshold's similarity in so many cases. */
const MISSES = 0.001;

/** An estimate that is further below the threshold than this is not looked into: four standard deviations. */
const MARGIN = 0.15;

/**
 * Finds the sets that may be similar, by locality-sensitive hashing: signatures are cut into bands, and two sets are
 * candidates if a whole band of their signatures is equal. So not every pair has to be looked at.
 *
 * Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3.
 *
 * @param signatures The sets' MinHash signatures, of one length.
 * @param threshold The similarity that is looked for.
 * @param settled Whether nothing more need be known of a pair. Asked when the pair's turn comes.
 * @returns Pairs of indexes, the lower one first, each pair once.
 */
export function* candidates(
  signatures: readonly (readonly number[])[],
  threshold: number,
  settled: (a: number, b: number) => boolean,
): Generator<Pair> {
  if (signatures.length === 0) return;
  const length = signatures[0].length;
  const rows = rowsFor(threshold, length);
  const seen = new Set<number>();
  for (let start = 0; start + rows <= length; start += rows) {
    const band = (n: number) => signatures[n].slice(start, start + rows).join();
    for (const bucket of Map.groupBy(signatures.keys(), band).values()) {
      for (const [position, b] of bucket.entries()) {
        for (const a of bucket.slice(0, position)) {
          const pair = a * signatures.length + b;
          if (settled(a, b) || seen.has(pair)) continue;
          if (estimate(signatures[a], signatures[b]) < threshold - MARGIN) continue;
          seen.add(pair);
          yield [a, b];
        }
      }
    }
  }
}

/**
 * The most rows that a band may have. Of a pair of similarity s, a band of r rows is equal with probability s^r, so
 * b bands miss it with probability (1 - s^r)^b.
 */
function rowsFor(threshold: number, length: number): number {
  let rows = 1;
  const misses = (rows: number) => (1 - threshold ** rows) ** Math.floor(length / rows);
  while (rows < length && misses(rows + 1) <= MISSES) rows++;
  return rows;
}

/** The share of equal minima, which is the similarity of the sets on average. */
function estimate(a: readonly number[], b: readonly number[]): number {
  let equal = 0;
  for (let n = 0; n < a.length; n++) if (a[n] === b[n]) equal++;
  return equal / a.length;
}
