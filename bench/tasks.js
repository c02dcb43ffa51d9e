/**
 * What workers are given to do: plain functions, since some pools run on Node and load them by themselves.
 *
 * @module
 */

/**
 * @param {number} n
 * @returns {number}
 */
export function increment(n) {
  return n + 1;
}

/**
 * @template T
 * @param {T} value
 * @returns {T}
 */
export function echo(value) {
  return value;
}

/**
 * As the benchmark of poolifier has it.
 *
 * @param {number} n
 * @returns {bigint}
 */
export function factorial(n) {
  let product = 1n;
  for (let factor = 2n; factor <= BigInt(n); factor++) product *= factor;
  return product;
}

/**
 * Keeps the processor busy.
 *
 * @param {number} turns
 * @returns {number}
 */
export function spin(turns) {
  let x = 1;
  for (let i = 0; i < turns; i++) x = (x * 1103515245 + 12345) & 0x7fffffff;
  return x;
}

/**
 * @param {number} size
 * @returns {Uint8Array}
 */
export function bytesOf(size) {
  return new Uint8Array(size).fill(7);
}

/**
 * @param {number} size
 * @returns {string}
 */
export function textOf(size) {
  return "0123456789".repeat(size / 10);
}

/**
 * Bytes of memory that this worker's process has now, and has had at most.
 *
 * @returns {{ now: number, peak: number }}
 */
export function memory() {
  const { process } = globalThis;
  return { now: process.memoryUsage().rss, peak: process.resourceUsage().maxRSS * 1024 };
}
