/**
 * Tasks for the tests of what both pools do.
 *
 * @module
 */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { currentTask } from "../../../../src/task/context.ts";

/** Which worker this is. */
const worker = crypto.randomUUID();

export function square(n: number): number {
  return n * n;
}

/** Tells of itself by its progress, works for about so many milliseconds and tells which worker it ran in. */
export function work(ms: number): { worker: string; pid: number } {
  const end = performance.now() + ms;
  currentTask().progress(process.pid);
  while (performance.now() < end);
  return { worker, pid: process.pid };
}

/** Leaves something behind that keeps its thread from doing anything else: word 1 says that it does, word 0 ends it. */
export function leaveLoop(gate: Int32Array): void {
  setTimeout(() => {
    Atomics.store(gate, 1, 1);
    while (Atomics.load(gate, 0) === 0);
  });
}

/** Waits for so many milliseconds without being busy. */
export async function wait(ms: number): Promise<void> {
  currentTask().progress(process.pid);
  await new Promise((resolve) => setTimeout(resolve, ms));
}

export function note(log: string, line: string): string {
  appendFileSync(log, `${line} ${worker}\n`);
  return worker;
}

/** A teardown that takes its time. */
export async function tearDown(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  appendFileSync(process.env.TEARDOWN_LOG!, `teardown ${worker}\n`);
}

/** Teardowns that don't go well. */
export function failToTearDown(): never {
  throw new RangeError("It can't be put away");
}
export function neverTearDown(): Promise<never> {
  return new Promise(() => {
    setInterval(() => {}, 1_000);
  });
}
export function dieInTearDown(): void {
  process.exit(7);
}
