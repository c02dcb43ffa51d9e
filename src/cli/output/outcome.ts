import { isInstance, show } from "../../base/errors.ts";
import { jsonable } from "../../base/json.ts";
import { printable, printableJson, printableLines } from "../../base/printable.ts";
import type { TaskResult } from "../../task/result.ts";
import type { Input } from "../input/format.ts";

/** How an input ended. */
export type Status = TaskResult["status"];

/** What was written for an input. */
export interface Written {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** What came of an input. */
export interface Outcome {
  readonly input: Input;
  readonly status: Status;
  /** The value, if it succeeded, and the same as JSON. */
  readonly value?: unknown;
  readonly json?: string;
  /** Why it did not succeed, as JSON can hold it. */
  readonly error?: unknown;
  readonly attempts: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly workerId?: number;
  /** What a command, or a function in a process, has written. */
  readonly written?: Written;
}

/** What is known of a task, whatever came of it. */
export function commonOf(
  input: Input,
  { attempts, duration, workerId }: TaskResult,
): Pick<Outcome, "input" | "attempts" | "duration" | "workerId"> {
  return { input, attempts, duration: rounded(duration), workerId };
}

/**
 * What came of an input that a task was run for alone.
 *
 * @param input The input.
 * @param result How the task ended.
 * @returns What came of it.
 */
export function outcomeOf(input: Input, result: TaskResult): Outcome {
  const common = commonOf(input, result);
  if (result.status === "succeeded") return succeeded(common, result.value);
  const error = result.status === "failed" ? jsonable(result.error) : nameAndMessage(result.reason);
  return { ...common, status: result.status, error };
}

/**
 * What came of an input that has a value. One that JSON can't hold counts as a failure: there is no telling it.
 *
 * @param common What is known of the task.
 * @param value The value.
 * @returns What came of it.
 */
export function succeeded(
  common: Omit<Outcome, "status">,
  value: unknown,
): Outcome {
  try {
    return { ...common, status: "succeeded", value, json: encode(value) };
  } catch (cause) {
    const { message } = nameAndMessage(cause);
    const error = { name: "TypeError", message: `The value cannot be written as JSON: ${message}` };
    return { ...common, status: "failed", error };
  }
}

/** What came of an input that couldn't be read. */
export function notRead(input: Input): Outcome {
  return { input, status: "failed", error: input.unreadable, attempts: 0, duration: 0 };
}

/**
 * What came of an input that was read and not run.
 *
 * @param input The input.
 * @param reason Why not.
 * @returns What came of it.
 */
export function notRun(input: Input, reason: unknown): Outcome {
  return { input, status: "cancelled", error: nameAndMessage(reason), attempts: 0, duration: 0 };
}

/** A line of the format `jsonl`. */
export function jsonLine({ input, status, json, error, attempts, duration }: Outcome): string {
  const what = status === "succeeded" ? `"value":${json}` : `"error":${encodeError(error)}`;
  return printableJson(
    `{"input":${input.json},"status":"${status}",${what},` +
      `"attempts":${attempts},"duration":${duration}}`,
  );
}

/** The bare value as text; there is none for what didn't succeed. */
export function valueText({ status, value, json }: Outcome): string | undefined {
  if (status !== "succeeded") return undefined;
  return printableLines(typeof value === "string" ? value : json!);
}

/** A line for people, of what failed. */
export function failureLine({ input, error }: Outcome): string {
  return printable(`${JSON.stringify(input.text)} failed: ${messageOf(error)}`);
}

/** A line of the job log: how an input ended, without its value. */
export function jobLine({ input, status, attempts, duration, workerId, error }: Outcome): string {
  const ended = status === "succeeded" ? { workerId } : { workerId, message: messageOf(error) };
  const rest = JSON.stringify({ status, attempts, duration, ...ended });
  const finished = new Date().toISOString();
  return printableJson(`{"finished":"${finished}","input":${input.json},${rest.slice(1)}`);
}

/** An error as JSON. */
export function encodeError(error: unknown): string {
  return JSON.stringify(error ?? null);
}

/** A function without a result gives `null`. */
function encode(value: unknown): string {
  const json: string | undefined = JSON.stringify(value ?? null);
  if (json === undefined) throw new TypeError(`${show(value)} is not data`);
  return json;
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return String(message ?? error);
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
