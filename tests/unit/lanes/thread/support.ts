/**
 * What the tests of `ThreadQueue` have in common.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { importTasks, type PoolOptions, ThreadQueue } from "../../../../mod.ts";
import { eventually } from "../../../conformance/support.ts";
import { RUN_FLAGS } from "../../../run_flags.ts";
import { withFolder } from "../../../temporary_folder.ts";

export { eventually };

/** The tasks of `tasks.ts`. */
export const tasks = importTasks<typeof import("./tasks.ts")>(
  new URL("./tasks.ts", import.meta.url),
);

/**
 * Runs a body with a started queue, which is shut down by force afterwards; then nothing may be left.
 *
 * @param options the queue's options
 * @param body the test
 */
export async function withThreads(
  options: PoolOptions,
  body: (queue: ThreadQueue) => Promise<void>,
): Promise<void> {
  const queue = new ThreadQueue(options);
  try {
    await queue.start();
    await body(queue);
  } finally {
    for (const gate of gates.splice(0)) open(gate);
    await queue.cancel();
  }
  await eventually(() => queue.stats.abandoned === 0, "all threads have ended");
  const { pending, scheduled, active, workers } = queue.stats;
  assertEquals(
    { pending, scheduled, active, workers },
    { pending: 0, scheduled: 0, active: 0, workers: 0 },
  );
}

const gates: Int32Array[] = [];

/** Shared memory for tasks to wait at; opened at the end of the test at the latest. */
export function gate(): Int32Array {
  const words = new Int32Array(new SharedArrayBuffer(12));
  gates.push(words);
  return words;
}

/** Lets those go on who wait at a gate, and who will. */
export function open(gate: Int32Array): void {
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
}

/** Resolves once so many tasks have come to a gate. */
export async function reached(gate: Int32Array, count = 1): Promise<void> {
  await eventually(() => Atomics.load(gate, 1) >= count, `${count} have come to the gate`);
}

/** Resolves once so many tasks have left a gate. */
export async function left(gate: Int32Array, count = 1): Promise<void> {
  await eventually(() => Atomics.load(gate, 2) >= count, `${count} have left the gate`);
}

/** Calls back with a file's path and what reads the lines that have been written to it. */
export function withLog(
  body: (path: string, lines: () => string[]) => Promise<void>,
): Promise<void> {
  return withFolder((folder) => {
    const path = join(folder, "log");
    return body(path, () => {
      try {
        return readFileSync(path, "utf8").split("\n").slice(0, -1);
      } catch {
        return [];
      }
    });
  });
}

/** How a program ended. */
export interface Outcome {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** How long it took, in milliseconds. */
  readonly took: number;
}

/** Far above what a program here takes. */
const PATIENCE_MS = 40_000;

/**
 * Runs a program of the tests with the runtime that runs them.
 *
 * @param path the program, from here
 * @param args its arguments
 * @returns how it ended; one that hangs is killed
 */
export function runProgram(path: string | URL, ...args: string[]): Promise<Outcome> {
  const file = path instanceof URL && path.protocol !== "file:"
    ? path.href
    : fileURLToPath(new URL(path, import.meta.url));
  const from = performance.now();
  const child = spawn(process.execPath, [...RUN_FLAGS, file, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => stdout += data);
  child.stderr.on("data", (data) => stderr += data);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => {
      resolve({ status, signal, stdout, stderr, took: performance.now() - from });
    });
  });
}

/** Runs a program that must end well and print these lines. */
export async function assertPrints(
  lines: readonly string[],
  path: string,
  ...args: string[]
): Promise<Outcome> {
  const outcome = await runProgram(path, ...args);
  assertEquals(outcome.stdout.trimEnd().split("\n"), [...lines], outcome.stderr);
  assert(outcome.status === 0, `${outcome.signal ?? outcome.status}: ${outcome.stderr}`);
  return outcome;
}
