import { isInstance, show } from "../base/errors.ts";
import type { TaskResult } from "../task/result.ts";
import { jsonable } from "../base/json.ts";

/** How an input ended. */
export type Status = TaskResult["status"];

/** What is told of an input. */
export interface Outcome {
  readonly input: unknown;
  readonly status: Status;
  /** The value, if it succeeded, and the same as JSON. */
  readonly value?: unknown;
  readonly json?: string;
  /** Why it did not succeed, as JSON can hold it. */
  readonly error?: unknown;
  readonly attempts: number;
  /** Milliseconds. */
  readonly duration: number;
}

/**
 * What is told of an input that a task was run for.
 *
 * @param input The input.
 * @param result How the task ended. A value that JSON can't hold counts as a failure: there is no telling it.
 * @returns What is told.
 */
export function outcomeOf(input: unknown, result: TaskResult): Outcome {
  const { status, attempts } = result;
  const told = { input, status, attempts, duration: rounded(result.duration) };
  if (result.status === "failed") return { ...told, error: jsonable(result.error) };
  if (result.status === "cancelled") return { ...told, error: nameAndMessage(result.reason) };
  const { value } = result;
  try {
    return { ...told, value, json: encode(value) };
  } catch (cause) {
    const { message } = nameAndMessage(cause);
    const error = { name: "TypeError", message: `The value cannot be written as JSON: ${message}` };
    return { ...told, status: "failed", error };
  }
}

/**
 * What is told of an input that isn't JSON.
 *
 * @param input The input.
 * @param cause What reading it has thrown.
 * @returns What is told.
 */
export function notJson(input: string, cause: unknown): Outcome {
  const { message } = nameAndMessage(cause);
  const error = { name: "SyntaxError", message: `The input is not JSON: ${message}` };
  return { input, status: "failed", error, attempts: 0, duration: 0 };
}

/**
 * What is told of an input that was read and not run.
 *
 * @param input The input.
 * @param reason Why not.
 * @returns What is told.
 */
export function notRun(input: unknown, reason: unknown): Outcome {
  return { input, status: "cancelled", error: nameAndMessage(reason), attempts: 0, duration: 0 };
}

/** A line of the format `jsonl`. */
export function jsonLine({ input, status, json, error, attempts, duration }: Outcome): string {
  const what = status === "succeeded"
    ? `"value":${json}`
    : `"error":${JSON.stringify(error ?? null)}`;
  return `{"input":${JSON.stringify(input)},"status":"${status}",${what},` +
    `"attempts":${attempts},"duration":${duration}}`;
}

/** A line of the format `values`; there is none for what didn't succeed. */
export function valueLine({ status, value, json }: Outcome): string | undefined {
  if (status !== "succeeded") return undefined;
  return typeof value === "string" ? value : json;
}

/** A line for people, of what failed. */
export function failureLine({ input, error }: Outcome): string {
  const why = (error as { message?: unknown } | null)?.message ?? error;
  return `${JSON.stringify(input)} failed: ${why}`;
}

/** What the job log tells of an input: how it ended, without its value. */
export type Ended = Pick<
  TaskResult,
  "status" | "attempts" | "duration" | "workerId" | "message"
>;

/** A line of the job log. */
export function jobLine(
  input: unknown,
  { status, attempts, duration, workerId, message }: Ended,
): string {
  const finished = new Date().toISOString();
  const took = rounded(duration);
  return JSON.stringify({ finished, input, status, attempts, duration: took, workerId, message });
}

/** A function without a result gives `null`. */
function encode(value: unknown): string {
  const json: string | undefined = JSON.stringify(value ?? null);
  if (json === undefined) throw new TypeError(`${show(value)} is not data`);
  return json;
}

/** Where an error comes from is of no interest if it doesn't come from a task. */
function nameAndMessage(error: unknown): { name: string; message: string } {
  if (!isInstance(error, Error)) return { name: "Error", message: show(error) };
  return { name: error.name, message: error.message };
}

/** To the microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
