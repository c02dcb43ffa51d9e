/**
 * One attempt of a task that was retried.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type TaskAttempt } from "@trilane/trilane";
 *
 * const line = ({ number, message }: TaskAttempt) => `${number}: ${message ?? "succeeded"}`;
 * let calls = 0;
 * await using queue = new AsyncQueue();
 * const result = await queue.submit(() => {
 *   if (++calls === 1) throw new Error("Not yet");
 * }, { retries: 1 });
 * console.log(result.attemptHistory?.map(line)); // [ "1: Not yet", "2: succeeded" ]
 * ```
 */
export interface TaskAttempt {
  /** Which one it was, from 1. */
  readonly number: number;
  /** The worker that ran it. */
  readonly workerId: number;
  /** When it started, on the `performance.now()` time line, in milliseconds. */
  readonly startedAt: number;
  /** When it ended. */
  readonly finishedAt: number;
  /** The `name` of the error that it failed with, if that was an `Error`. */
  readonly errorName?: string;
  /** Why it did not succeed, in a line. */
  readonly message?: string;
}

/**
 * What every {@linkcode TaskResult} says, however the task ended.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type TaskResultBase } from "@trilane/trilane";
 *
 * const line = ({ name, attempts, duration }: TaskResultBase) =>
 *   `${name}: ${attempts} attempt, ${Math.floor(duration / 1000)} s`;
 * await using queue = new AsyncQueue();
 * console.log(line(await queue.submit(() => 1, { name: "one" }))); // one: 1 attempt, 0 s
 * ```
 */
export interface TaskResultBase {
  /** The task's id, as on its handle. */
  readonly id: string;
  /** The task's name. */
  readonly name: string;
  /** The task's priority. */
  readonly priority: number;
  /** The group it belongs to. */
  readonly groupId?: string;
  /** Whether it was protected. */
  readonly mustComplete: boolean;
  /** Whether it is left out of summaries. */
  readonly detached: boolean;
  /** The caller's own, from the options. */
  readonly metadata: unknown;
  /** How many attempts were started; 0 for a task that never ran. */
  readonly attempts: number;
  /** When it was submitted, on the `performance.now()` time line, in milliseconds. */
  readonly createdAt: number;
  /** When its first attempt started. */
  readonly startedAt?: number;
  /** When it ended. */
  readonly finishedAt: number;
  /** Milliseconds from `startedAt` to `finishedAt`, waits between attempts included; 0 if it never started. */
  readonly duration: number;
  /** When it was due by `delay` or `runAt`. */
  readonly scheduledFor?: number;
  /** The worker that ran its last attempt: the number of its slot, thread or process in the queue. */
  readonly workerId?: number;
  /** Why it did not succeed, in a line. */
  readonly message?: string;
  /**
   * The attempts of a task that was retried, in order: the last 100. A task without it had one at most, from
   * `startedAt` to `finishedAt`. It is not enumerable: results are printed, compared and copied without it, to
   * other threads too.
   */
  readonly attemptHistory?: readonly TaskAttempt[];
  /**
   * What `JSON.stringify` writes: times as ISO dates, errors as objects, what JSON can't hold as text. Not enumerable.
   *
   * @returns Plain data.
   */
  toJSON?(): unknown;
}

/**
 * The result of a task whose function returned.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type SucceededResult } from "@trilane/trilane";
 *
 * const total = (results: readonly SucceededResult<number>[]) =>
 *   results.reduce((sum, { value }) => sum + value, 0);
 * await using queue = new AsyncQueue();
 * const squares = queue.group((n: number) => n * n, [1, 2, 3]);
 * console.log(total((await squares.wait()).successes())); // 14
 * ```
 */
export interface SucceededResult<T = unknown> extends TaskResultBase {
  /** Tells the results apart. */
  readonly status: "succeeded";
  /** What the function returned, or its promise resolved to. */
  readonly value: T;
}

/**
 * The result of a task whose last attempt threw, timed out or lost its worker.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type FailedResult } from "@trilane/trilane";
 *
 * const line = ({ name, error }: FailedResult) => `${name}: ${error instanceof SyntaxError}`;
 * await using queue = new AsyncQueue();
 * queue.submit(() => JSON.parse("{"), { name: "parse" });
 * console.log((await queue.run()).errors.map(line)); // [ "parse: true" ]
 * ```
 */
export interface FailedResult extends TaskResultBase {
  /** Tells the results apart. */
  readonly status: "failed";
  /** What the last attempt failed with. */
  readonly error: unknown;
}

/**
 * The result of a task that was cancelled before or while it ran.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type CancelledResult } from "@trilane/trilane";
 *
 * const why = ({ reason }: CancelledResult) => reason;
 * await using queue = new AsyncQueue();
 * queue.submit(() => 1).cancel("No longer needed");
 * console.log((await queue.run()).cancellations().map(why)); // [ "No longer needed" ]
 * ```
 */
export interface CancelledResult extends TaskResultBase {
  /** Tells the results apart. */
  readonly status: "cancelled";
  /** What `cancel` or the signal was given, or a `TaskCancelledError` that says why. */
  readonly reason: unknown;
}

/**
 * How a task ended. Each task ends in exactly one, which is frozen; `status` tells which fields it has.
 *
 * @example
 * ```ts
 * import type { TaskResult } from "@trilane/trilane";
 *
 * function describe(result: TaskResult<number>): string {
 *   switch (result.status) {
 *     case "succeeded":
 *       return `${result.name} gave ${result.value + 1}`;
 *     case "failed":
 *       return `${result.name} failed: ${result.error}`;
 *     case "cancelled":
 *       return `${result.name} was cancelled: ${result.reason}`;
 *   }
 * }
 * console.log(typeof describe);
 * ```
 */
export type TaskResult<T = unknown> = SucceededResult<T> | FailedResult | CancelledResult;
