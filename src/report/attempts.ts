import type { TaskResult } from "../task/result.ts";

/** How an attempt ended: `"retried"` if it failed and its task was to be tried again. */
export type AttemptStatus = TaskResult["status"] | "retried";

/** One attempt of a task, as reports show it. */
export interface Attempt {
  /** What became of its task. */
  readonly result: TaskResult;
  /** Which attempt of the task it was, from 1. */
  readonly number: number;
  readonly workerId: number | undefined;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly status: AttemptStatus;
  /** The `name` of its error, if it failed with one. */
  readonly errorName: string | undefined;
  /** Why it did not succeed. */
  readonly message: string | undefined;
}

/**
 * The attempts of a task that are known.
 *
 * @param result The task's result.
 * @returns Its attempts in order; none if it never started.
 */
export function attemptsOf(result: TaskResult): Attempt[] {
  const { attemptHistory, attempts, startedAt, finishedAt, workerId, status, message } = result;
  if (attemptHistory !== undefined) {
    return attemptHistory.map(({ errorName, message, ...attempt }) => {
      const last = attempt.number === attempts;
      // A task that was cancelled while it waited for its retry has failed in its last attempt, too.
      const again = message !== undefined && !(last && status === "failed");
      return {
        ...attempt,
        ...{ result, status: again ? "retried" : status },
        ...{ errorName, message: message ?? (last ? result.message : undefined) },
      };
    });
  }
  if (startedAt === undefined) return [];
  const errorName = status === "failed" ? nameOf(result.error) : undefined;
  return [{
    ...{ result, number: attempts, workerId, startedAt, finishedAt },
    ...{ status, errorName, message },
  }];
}

/**
 * Why an attempt did not succeed.
 *
 * @param attempt The attempt.
 * @returns The name of its error, if it has one, and the message; `undefined` if it succeeded.
 */
export function explanation(
  { errorName, message }: Pick<Attempt, "errorName" | "message">,
): string | undefined {
  return errorName === undefined ? message : `${errorName}: ${message}`;
}

/** The `name` of an error, which may be anything. */
export function nameOf(error: unknown): string | undefined {
  return textField(error, "name");
}

/**
 * Reads a text from what may be anything, even what throws when it is looked at.
 *
 * @param value The error or whatever was thrown instead.
 * @param field Which of its fields.
 * @returns The field's value if that is a text.
 */
export function textField(value: unknown, field: "name" | "message" | "stack"): string | undefined {
  try {
    const text = (value as Record<string, unknown> | null | undefined)?.[field];
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}
