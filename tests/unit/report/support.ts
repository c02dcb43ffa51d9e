/**
 * What the tests of reports have in common: results and summaries made by hand.
 *
 * @module
 */
import { RunSummary, type TaskResult } from "../../../mod.ts";
import { type Fields, resultBase } from "../../made_results.ts";

/** The result of a task that ran on a worker from one time to another. */
export function ran(
  workerId: number | undefined,
  startedAt: number,
  finishedAt: number,
  fields: Fields = {},
): TaskResult {
  const result = resultBase({ startedAt, finishedAt, ...fields });
  return { ...result, ...(workerId !== undefined && { workerId }), status: "succeeded", value: 1 };
}

/** The same for one that failed. */
export function failed(
  error: unknown,
  workerId: number,
  startedAt: number,
  finishedAt: number,
  fields: Fields = {},
): TaskResult {
  const message = fields.message ?? (error as Error).message;
  const result = resultBase({ startedAt, finishedAt, workerId, ...fields, message });
  return { ...result, status: "failed", error };
}

/** The result of a task that was cancelled before it started. */
export function cancelled(reason: unknown, finishedAt: number, fields: Fields = {}): TaskResult {
  return {
    ...resultBase({ message: `${reason}`, finishedAt, ...fields }),
    status: "cancelled",
    reason,
  };
}

/** A summary of results; by default of all tasks that there were, from 0 to the end of the last. */
export function summaryOf(
  results: TaskResult[],
  { startedAt = 0, duration, timedOut = false, more = 0 }: {
    startedAt?: number;
    duration?: number;
    timedOut?: boolean;
    /** How many tasks succeeded whose results were not kept. */
    more?: number;
  } = {},
): RunSummary {
  const count = (status: string) => results.filter((result) => result.status === status).length;
  const end = results.reduce((end, { finishedAt }) => Math.max(end, finishedAt), startedAt);
  return new RunSummary(
    {
      succeeded: count("succeeded") + more,
      failed: count("failed"),
      cancelled: count("cancelled"),
    },
    () => results,
    { timedOut, startedAt, duration: duration ?? end - startedAt },
  );
}
