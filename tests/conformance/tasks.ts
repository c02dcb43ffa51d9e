/**
 * The tasks of the conformance tests: plain functions that may run anywhere, on the test's own event
 * loop as well as in another thread or process.
 *
 * So a test and its tasks share nothing but what a task is given, returns and reports, and files: a task
 * that is to tell what it did writes lines, one that is to wait does so until the test makes a file.
 * Tasks that wait report the number of their attempt, as their progress, when they have begun.
 *
 * Workers load this file by the thousand, so what few tasks need is loaded by these.
 *
 * @module
 */
import { dirname } from "node:path";
import { currentTask } from "../../src/task/context.ts";
import type { TaskHandle } from "../../src/task/handle.ts";
import { appendFileSync, existsSync } from "./task_files.ts";

/** Resolves after so many milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until a file exists or, since its test is over, not even its folder does. */
async function opened(gate: string, check: () => void = () => {}): Promise<void> {
  while (!existsSync(gate) && existsSync(dirname(gate))) {
    check();
    await sleep(1);
  }
}

/** Writes a line to a file. */
export function note(file: string, line: string): void {
  appendFileSync(file, `${line}\n`);
}

// Tasks that end at once.

/** Does nothing. */
export function nothing(): void {}

/** Adds. */
export function add(a: number, b: number): number {
  return a + b;
}

/** Adds, after an `await`. */
export async function addLater(a: number, b: number): Promise<number> {
  await Promise.resolve();
  return a + b;
}

/** Returns its argument. */
export function echo<T>(value: T): T {
  return value;
}

/** Returns all its arguments. */
export function list(...values: unknown[]): unknown[] {
  return values;
}

/** Throws an error. */
export function fail(message = "broken"): never {
  throw new Error(message);
}

/** Rejects with an error, after an `await`. */
export async function failLater(message = "broken"): Promise<never> {
  await Promise.resolve();
  throw new Error(message);
}

/** Throws an error of a class of its own with a cause and a code. */
export function failTyped(): never {
  const cause = new TypeError("inner");
  throw Object.assign(new RangeError("out of range", { cause }), { code: "E_RANGE" });
}

/** Throws an error that says after how many milliseconds to come back. */
export function failRetryAfter(retryAfter: unknown): never {
  throw Object.assign(new Error("busy"), { retryAfter });
}

/** Throws a value that need not be an error. */
export function throwValue(value: unknown): never {
  throw value;
}

/** Throws an error for a negative number, else returns the number. */
export function positive(n: number): number {
  if (n < 0) throw new Error(`negative: ${n}`);
  return n;
}

/** Throws an error that names the attempt, before the given attempt; then returns its number. */
export function failUntil(attempt: number): number {
  const current = currentTask().attempt;
  if (current < attempt) throw new Error(`attempt ${current}`);
  return current;
}

// Tasks that wait.

/** Returns a value after so many milliseconds. */
export async function sleepThen<T>(ms: number, value: T): Promise<T> {
  await sleep(ms);
  return value;
}

/**
 * Waits until a file exists, then returns the value. Stops as soon as it is cancelled.
 */
export async function gate<T>(file: string, value: T): Promise<T> {
  const task = currentTask();
  task.progress(task.attempt);
  await opened(file, () => task.throwIfCancelled());
  return value;
}

/** Waits until a file exists, then throws an error. Stops as soon as it is cancelled. */
export async function gateThenFail(file: string, message = "broken"): Promise<never> {
  await gate(file, undefined);
  throw new Error(message);
}

/** Waits until a file exists; without one throws an error at once. */
export function gateOrFail(file?: string): Promise<void> {
  if (file === undefined) throw new Error("no file");
  return gate(file, undefined);
}

/**
 * Waits until a file exists and writes a line when it begins and when it ends. Never looks at its
 * signal.
 */
export async function stubborn(file: string, log: string): Promise<string> {
  const task = currentTask();
  note(log, `begin ${task.attempt}`);
  task.progress(task.attempt);
  await opened(file);
  note(log, `end ${task.attempt}`);
  return "stubborn";
}

/** Waits for its signal to abort, writes the reason's text as a line and throws the reason. */
export async function noteAbort(log: string): Promise<never> {
  const task = currentTask();
  const { signal } = task;
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
  task.progress(task.attempt);
  // A promise alone doesn't keep a program alive that has nothing else to do.
  const alive = setInterval(() => {}, 1000);
  await aborted;
  clearInterval(alive);
  note(log, signal.reason instanceof Error ? signal.reason.message : `${signal.reason}`);
  throw signal.reason;
}

/**
 * Waits for its signal to abort and then until a file exists, as one that cleans up does; writes lines
 * when it begins, is aborted and has cleaned up. From the attempt `last` on it just returns.
 */
export async function cleanUp(file: string, log: string, last: number): Promise<number> {
  const task = currentTask();
  const { attempt } = task;
  note(log, `begin ${attempt}`);
  // Whether it has looked at its signal decides what its interruption is like.
  task.throwIfCancelled();
  task.progress(attempt);
  if (attempt >= last) return attempt;
  while (!task.cancelled) await sleep(1);
  note(log, `abort ${attempt}`);
  await opened(file);
  note(log, `clean ${attempt}`);
  throw new Error("cleaned up");
}

// Tasks that look at their context.

/** Tells what its context says. */
export function describeContext(): {
  id: string;
  name: string;
  attempt: number;
  cancelled: boolean;
  aborted: boolean;
  isSignal: boolean;
} {
  const task = currentTask();
  task.throwIfCancelled();
  const { id, name, attempt, cancelled, signal } = task;
  const isSignal = signal instanceof AbortSignal;
  return { id, name, attempt, cancelled, aborted: signal.aborted, isSignal };
}

/** Waits for what is no handle, and returns why it can't. */
export async function waitForNoHandle(): Promise<string> {
  return await currentTask().wait({} as TaskHandle).then(() => "", (error) => `${error}`);
}

/** After some turns, what a helper finds: number and name of the attempt, or the error. Fails before attempt `first`. */
export async function lateContext(first = 1): Promise<string> {
  const { attempt } = currentTask();
  if (attempt < first) throw new Error("Too early");
  await Promise.resolve();
  await sleep(1);
  return nameOfContext();
}

function nameOfContext(): string {
  try {
    const { attempt, name } = currentTask();
    return `${attempt} ${name}`;
  } catch (error) {
    return (error as Error).name;
  }
}

/** What is found in tasks of a queue of its own, two at a time, and then by itself. */
export async function nestContexts(): Promise<string[]> {
  const { AsyncQueue } = await import("../../src/lanes/async/queue.ts");
  const queue = new AsyncQueue({ workers: 2 });
  const inner = queue.map(lateContext, [[], []], { name: "inner" });
  await queue.run();
  return [...await Promise.all(inner.map((handle) => handle.value())), nameOfContext()];
}

/** Whether the context can be used after an `await`, and stays the same. */
export async function keepContext(): Promise<boolean> {
  const task = currentTask();
  const same = task === currentTask();
  const { id, signal } = task;
  await sleep(1);
  task.throwIfCancelled();
  return same && task.id === id && task.signal === signal;
}

/** Reports each of the values in turn. */
export function report(...values: unknown[]): void {
  const task = currentTask();
  for (const value of values) task.progress(value);
}

/** Adds to a list wherever in a value it is, and says how long it is then. */
// deno-lint-ignore no-explicit-any
export function grow(value: any): number {
  if (Array.isArray(value)) return value.push(0);
  if (value instanceof Map) return grow([...value.keys()][0]);
  if (value instanceof Set) return grow([...value][0]);
  if (value instanceof Uint8Array) return ++value[0];
  if (value instanceof Date) return value.setTime(value.getTime() + 1);
  return grow(value instanceof Error ? value.cause : value.list);
}

/** Reports that it has begun and, once its file exists, once more, cancelled or not. */
export async function reportLate(file: string, log: string): Promise<void> {
  const task = currentTask();
  task.progress(task.attempt);
  await opened(file);
  task.progress("late");
  note(log, "reported");
}

/**
 * Polls `cancelled` until it is and writes a line, another when `throwIfCancelled` throws, and as a third
 * the reason's message once the signal has aborted.
 */
export async function pollCancelled(log: string): Promise<void> {
  const task = currentTask();
  task.throwIfCancelled();
  task.progress(task.attempt);
  while (!task.cancelled) await sleep(1);
  note(log, "cancelled");
  try {
    task.throwIfCancelled();
  } catch {
    note(log, "thrown");
  }
  while (!task.signal.aborted) await sleep(1);
  const { reason } = task.signal;
  note(log, reason instanceof Error ? reason.message : `${reason}`);
}
