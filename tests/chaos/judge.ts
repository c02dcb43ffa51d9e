/**
 * Says what of a task's story cannot be, if anything.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { type TaskResult, TaskTimeoutError, WorkerCrashError } from "../../mod.ts";

import type { Begin, Line } from "./log.ts";

/** All that is known of a task when its queue has come to rest. */
export interface Story {
  readonly id: string;
  /** What its value must be. */
  readonly answer: unknown;
  readonly retries: number;
  readonly hasTimeout: boolean;
  /** The results that it ended in. */
  readonly results: readonly TaskResult[];
  /** What ended each attempt that was to be retried. */
  readonly errors: readonly unknown[];
  /** Whether it was cancelled while it had not ended. */
  readonly cancelled: boolean;
  /** What its attempts wrote. */
  readonly lines: readonly Line[];
}

/** What else there was. */
export interface Surroundings {
  /** Whether workers were killed while they started, so that starts may have failed. */
  readonly startsMayFail: boolean;
}

/**
 * Judges all tasks of a queue.
 *
 * @param stories the tasks
 * @param surroundings what else there was
 * @returns a line for each thing that cannot be
 */
export function judge(stories: readonly Story[], surroundings: Surroundings): string[] {
  const turns = lastTurns(stories);
  return stories.flatMap((story) =>
    [...faults(story, surroundings), ...lostSuccesses(story, turns)]
      .map((fault) => `${story.id}: ${fault}: ${tell(story)}`)
  );
}

function* faults(story: Story, { startsMayFail }: Surroundings): Generator<string> {
  const { results, lines, retries, errors, cancelled, hasTimeout } = story;
  if (results.length !== 1) return yield `ended ${results.length} times`;
  const [result] = results;
  const { attempts, status } = result;
  const begun = attemptsOf(lines, "begin");
  const ended = attemptsOf(lines, "end");
  if (attempts > 1 + retries) yield "more attempts than retries allow";
  if (errors.length > retries) yield "more retries than allowed";
  if (new Set(begun).size < begun.length) yield "an attempt that ran twice";
  if (begun.some((attempt) => attempt > attempts)) yield "an attempt that was not counted ran";
  if (attemptsOf(lines, "overlap").length > 0) yield "attempts that overlapped";
  if (cancelled !== (status === "cancelled")) yield `${status}, though cancelled is ${cancelled}`;
  for (const error of [...errors, ...(status === "failed" ? [result.error] : [])]) {
    if (!isPossible(error, hasTimeout)) yield `failed with ${error}`;
  }
  if (status === "succeeded") {
    if (!isDeepStrictEqual(result.value, story.answer)) yield "the wrong value";
    if (!ended.includes(attempts)) yield "a success without an end";
  }
  if (status === "failed" && attempts <= retries && !startsMayFail) yield "gave up too early";
}

/**
 * A success that was followed by another attempt in the same worker had been handed over by then, and no death of
 * that worker may undo it.
 */
function* lostSuccesses(
  { lines, errors, results }: Story,
  turns: ReadonlyMap<string, number>,
): Generator<string> {
  const ended = attemptsOf(lines, "end");
  for (const { attempt, worker, turn } of lines.filter((line) => line.kind === "begin")) {
    if (!ended.includes(attempt) || turns.get(worker) === turn) continue;
    const [result] = results;
    const error = errors[attempt - 1] ??
      (result?.status === "failed" && result.attempts === attempt ? result.error : undefined);
    if (error instanceof WorkerCrashError) yield `attempt ${attempt} had ended, and was lost`;
  }
}

/** The last turn of each worker. */
function lastTurns(stories: readonly Story[]): Map<string, number> {
  const turns = new Map<string, number>();
  for (const { lines } of stories) {
    for (const { worker, turn } of lines.filter((line): line is Begin => line.kind === "begin")) {
      turns.set(worker, Math.max(turn, turns.get(worker) ?? 0));
    }
  }
  return turns;
}

function isPossible(error: unknown, hasTimeout: boolean): boolean {
  if (error instanceof WorkerCrashError) return true;
  if (error instanceof TaskTimeoutError) return hasTimeout;
  return error instanceof RangeError && error.message === "as planned";
}

function attemptsOf(lines: readonly Line[], kind: Line["kind"]): number[] {
  return lines.filter((line) => line.kind === kind).map(({ attempt }) => attempt);
}

function tell({ lines, errors, results }: Story): string {
  const outcome = results.map(({ status, attempts, message }) => ({ status, attempts, message }));
  return JSON.stringify({ outcome, errors: errors.map(String), lines });
}
