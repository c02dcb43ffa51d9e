/**
 * The tasks that the tests of shared queues submit, beside those of the conformance tests.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { currentTask } from "../../../src/task/context.ts";

/** An error with all that can be lost on the way. */
export class OddError extends RangeError {
  readonly code = "E_ODD";
  readonly details = { tries: [1, 2] };
}

/** Throws an {@linkcode OddError}. */
export function odd(): never {
  throw new OddError("odd", { cause: new TypeError("deep", { cause: "deepest" }) });
}

/** Returns what can't be sent. */
export function closure(): unknown {
  return () => 1;
}

/** Tells what it knows of itself. */
export function self(): { id: string; name: string; attempt: number } {
  const { id, name, attempt } = currentTask();
  return { id, name, attempt };
}

/** Reports what can't be sent. */
export function odder(): string {
  try {
    currentTask().progress(() => 1);
  } catch {
    // On a thread of its own it is told so.
  }
  return "done";
}

/** Answers on a port that it was given. */
export function answer(port: MessagePort, value: unknown): void {
  port.postMessage(value);
  port.close();
}

/** Sums up. */
export function sum(numbers: Uint8Array): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** Waits until a file is gone and says nothing meanwhile. */
export async function quiet(file: string): Promise<void> {
  while (existsSync(file)) await delay(1);
}
