/**
 * The tasks of the checkpoint tests: plain functions that any lane can run. They note what they are run for in a
 * file, since a task that is run in another thread or process leaves no other trace.
 *
 * @module
 */
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Squares a number, and notes which. */
export function square(n: number, log?: string): number {
  if (log !== undefined) appendFileSync(log, `${n}\n`);
  return n * n;
}

/** The same, after a while. */
export async function squareLater(n: number, log: string): Promise<number> {
  await delay(1);
  return square(n, log);
}

/** Adds numbers, or joins text. */
export function add(a: number, b: number): number {
  return a + b;
}

/** Fails for odd numbers. */
export function even(n: number): number {
  if (n % 2 !== 0) throw new Error(`${n} is odd`);
  return n;
}

/** Fails: it is not to be run. */
export function never(n: number): number {
  throw new Error(`It was run for ${n}`);
}

/** Returns what can be sent to the caller and needs more than JSON to be stored. */
export function rich(n: number): Map<number, Uint8Array> {
  return new Map([[n, new Uint8Array([n, -0, 255])]]);
}

/** Returns nothing. */
export function nothing(_: number): void {}

/** Ends when a file is there. */
export async function gated(n: number, gate: string): Promise<number> {
  while (!existsSync(gate)) await delay(1);
  return n;
}
