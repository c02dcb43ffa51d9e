/**
 * The tasks of the hostile tests: plain functions, for the test's own event loop, threads and processes.
 *
 * @module
 */
import { currentTask } from "../../src/task/context.ts";
import { freezeAll, left } from "./changes.ts";
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

const ends = new Set<() => void>();

/** Waits, and looks at no signal. On the event loop `endAll()` lets it go. */
export function never(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {}, 60_000);
    ends.add(() => {
      clearInterval(timer);
      resolve();
    });
  });
}

/** Lets all go that wait here. */
export function endAll(): void {
  for (const end of ends) end();
  ends.clear();
}

/** Changes globals, and leaves it at that. */
export function change(kind: string): void {
  if (kind === "everything is frozen") freezeAll();
  else left[kind]!();
}

/** Tells how far it is, waits, and adds. */
export async function addSlowly(a: number, b: number): Promise<number> {
  const task = currentTask();
  task.progress({ a });
  await Promise.resolve();
  task.throwIfCancelled();
  return a + b;
}

/** Throws a plain error. */
export function fail(message: string): never {
  throw new RangeError(message);
}
