/**
 * What the tests of reports have in common: results and summaries made by hand.
 *
 * @module
 */
import { RunSummary, type TaskAttempt, type TaskResult } from "../../mod.ts";

/** What the tests decide about a result. */
export interface Fields {
  id?: string;
  name?: string;
  priority?: number;
  groupId?: string;
  attempts?: number;
  createdAt?: number;
  scheduledFor?: number;
  startedAt?: number;
  finishedAt?: number;
  workerId?: number;
  message?: string;
  attemptHistory?: readonly TaskAttempt[];
}

let results = 0;

function base(fields: Fields) {
  const { startedAt, finishedAt = startedAt ?? 0 } = fields;
  return {
    id: `q1-${++results}`,
    name: "task",
    priority: 3,
    mustComplete: false,
    detached: false,
    metadata: undefined,
    attempts: startedAt === undefined ? 0 : 1,
    createdAt: 0,
    finishedAt,
    duration: startedAt === undefined ? 0 : finishedAt - startedAt,
    ...fields,
  };
}

/** The result of a task that ran on a worker from one time to another. */
export function ran(
  workerId: number | undefined,
  startedAt: number,
  finishedAt: number,
  fields: Fields = {},
): TaskResult {
  const result = base({ startedAt, finishedAt, ...fields });
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
  const result = base({ startedAt, finishedAt, workerId, ...fields, message });
  return { ...result, status: "failed", error };
}

/** The result of a task that was cancelled before it started. */
export function cancelled(reason: unknown, finishedAt: number, fields: Fields = {}): TaskResult {
  return { ...base({ message: `${reason}`, finishedAt, ...fields }), status: "cancelled", reason };
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
