/**
 * The tasks of the hostile tests: plain functions, for the test's own event loop, threads and processes.
 *
 * @module
 */
import { oddities } from "./oddities.ts";

/** Adds, to see whether a queue still works. */
export function add(a: number, b: number): number {
  return a + b;
}

/** Throws what is odd. */
export function throwOdd(kind: string): never {
  throw oddities[kind]!();
}

/** Rejects with it. */
export function rejectOdd(kind: string): Promise<never> {
  return Promise.reject(oddities[kind]!());
}

/** Returns it. */
export function returnOdd(kind: string): unknown {
  return oddities[kind]!();
}

/** How many arguments it was given. */
export function count(...values: unknown[]): number {
  return values.length;
}

/** Never returns, by itself. */
export function recurse(depth = 0): number {
  return recurse(depth + 1) + 1;
}
