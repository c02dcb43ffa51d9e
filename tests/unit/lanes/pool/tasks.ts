/**
 * Tasks for the tests of what both pools do.
 *
 * @module
 */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { currentTask } from "../../../../mod.ts";

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

/** Leaves something behind that keeps its worker from doing anything else for so many milliseconds. */
export async function leaveLoop(ms: number): Promise<void> {
  const timer = setTimeout(() => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  });
  await Promise.resolve(timer);
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
