/**
 * Runs the tests of a file in a page.
 *
 * @module
 */
import { lanes } from "../../conformance/lanes.ts";
import { leaveOut } from "../../harness.ts";
import { LEFT_OUT } from "./left_out.ts";
import { type Registered, registered } from "./registry.ts";

/** What came of a test. */
export interface Outcome {
  readonly name: string;
  readonly status: "passed" | "failed" | "ignored";
  /** How long it took, in milliseconds. */
  readonly duration: number;
  /** What it threw, as text. */
  readonly error?: string;
}

/** Loads a file and runs its tests, one after the other. */
export async function run(path: string): Promise<Outcome[]> {
  leaveOut(lanes.flatMap((lane) => LEFT_OUT.map((name) => `${lane.name}: ${name}`)));
  await import(path);
  const outcomes: Outcome[] = [];
  for (const test of registered) outcomes.push(await outcomeOf(test));
  return outcomes;
}

async function outcomeOf({ name, fn, timeout, ignore }: Registered): Promise<Outcome> {
  if (ignore) return { name, status: "ignored", duration: 0 };
  const start = performance.now();
  const outcome = await inTime(fn, timeout).then(
    () => ({ status: "passed" }) as const,
    (error) => ({ status: "failed", error: textOf(error) }) as const,
  );
  return { name, duration: performance.now() - start, ...outcome };
}

async function inTime(fn: Registered["fn"], timeout: number): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Took longer than ${timeout} ms`)), timeout);
  try {
    await Promise.race([fn(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : String(error);
}
