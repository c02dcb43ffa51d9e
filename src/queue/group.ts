import type { Timers } from "../base/timers.ts";
import type { WaitOptions } from "../base/wait.ts";
import { waitFor } from "../base/wait.ts";
import type { Tally } from "../engine/history.ts";
import type { PlainHandle, TaskHandle, TaskStatus } from "../task/handle.ts";
import type { TaskResult } from "../task/result.ts";
import { byEnd, type Task } from "../task/task.ts";
import { asCompleted } from "./as_completed.ts";
import { executionError, RunSummary } from "./summary.ts";

/**
 * Tasks that were submitted together, in the order of their inputs.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * await queue.start();
 * const squares = queue.group((n: number) => n * n, [1, 2, 3]);
 * console.log(await squares.values()); // [ 1, 4, 9 ]
 * ```
 */
export class TaskGroup<T = unknown> implements Iterable<TaskHandle<T>> {
  /** The option `groupId`, or a name of the group's own. */
  readonly groupId: string;
  /** The tasks, in input order. */
  readonly handles: readonly TaskHandle<T>[];
  readonly #tasks: readonly Task<T>[];
  readonly #timers: Timers;
  readonly #before: number;

  /**
   * Made by `queue.group()`.
   *
   * @param groupId Its name.
   * @param tasks Its tasks.
   * @param timers Where the timeouts of waits are kept.
   * @param before How many tasks the queue had ever had before.
   */
  constructor(groupId: string, tasks: readonly Task<T>[], timers: Timers, before: number) {
    this.groupId = groupId;
    this.handles = this.#tasks = tasks;
    this.#timers = timers;
    this.#before = before;
  }

  /** How many tasks it has. */
  get length(): number {
    return this.handles.length;
  }

  /**
   * Iterates over the handles.
   *
   * @returns The handles, in input order.
   */
  [Symbol.iterator](): Iterator<TaskHandle<T>> {
    return this.handles[Symbol.iterator]();
  }

  /**
   * Waits for all tasks to end. Giving up the wait doesn't touch them.
   *
   * @param options How long to wait.
   * @returns What came of them; the results in order of completion. `duration` goes from the first
   * submission to the last end.
   * @throws {TaskTimeoutError} (rejects) When the timeout passes first.
   */
  async wait(options: WaitOptions = {}): Promise<RunSummary<T>> {
    await waitFor<void>(
      (resolve) => this.#whenAllDone(resolve),
      options,
      this.#timers,
      () => `Waiting for the ${this.length} tasks of group '${this.groupId}'`,
    );
    return groupSummary(new Set(this.#tasks), () => this.#ended());
  }

  /**
   * Waits for all tasks to end.
   *
   * @returns Their values, in input order.
   * @throws {ExecutionError} (rejects) When a task failed or was cancelled, once all have ended.
   */
  async values(): Promise<T[]> {
    await new Promise<void>((resolve) => this.#whenAllDone(resolve));
    return valuesOf(this.#tasks.map((task) => task.result()), () => this.#ended());
  }

  /**
   * Cancels the tasks that have not ended, but for those that others had submitted (see `dedupe`).
   *
   * @param reason As for a handle.
   * @returns How many were cancelled.
   */
  cancel(reason?: unknown): number {
    return this.#tasks.filter((task) => task.order > this.#before && task.cancel(reason)).length;
  }

  /**
   * The tasks as they end.
   *
   * @returns An iterator over the handles, in order of completion.
   */
  asCompleted(): AsyncIterableIterator<PlainHandle<T>> {
    return asCompleted(this.handles);
  }

  /** The results in order of completion. */
  #ended(): TaskResult<T>[] {
    return Array.from(new Set(this.#tasks)).sort(byEnd).map((task) => task.result());
  }

  #whenAllDone(resolve: () => void): () => void {
    this.#tasks[0]?.owner.awaited();
    let left = 1;
    const one = () => {
      if (--left === 0) resolve();
    };
    const unsubscribes: (() => void)[] = [];
    for (const task of this.#tasks) {
      if (task.done) continue;
      left++;
      unsubscribes.push(task.observe(one));
    }
    one();
    return () => unsubscribes.forEach((unsubscribe) => unsubscribe());
  }
}

/** The part of an ended task, or of its result, that a summary counts. */
interface Ended {
  readonly status: TaskStatus;
  readonly createdAt: number;
  readonly finishedAt?: number;
}

/**
 * What came of a group whose tasks have all ended.
 *
 * @param ended The tasks or their results.
 * @param results Makes their results when they are first asked for.
 * @returns The summary, from the first submission to the last end.
 */
export function groupSummary<T>(
  ended: Iterable<Ended>,
  results: () => TaskResult<T>[],
): RunSummary<T> {
  const tally: Tally = { succeeded: 0, failed: 0, cancelled: 0 };
  let from = Infinity;
  let to = -Infinity;
  for (const { status, createdAt, finishedAt } of ended) {
    tally[status as keyof Tally]++;
    from = Math.min(from, createdAt);
    to = Math.max(to, finishedAt!);
  }
  return new RunSummary<T>(
    tally,
    // Those that ended at one time stay in the order that they come in.
    () => results().sort((a, b) => a.finishedAt - b.finishedAt),
    {
      timedOut: false,
      startedAt: Number.isFinite(from) ? from : 0,
      duration: Math.max(0, to - from),
    },
  );
}

/**
 * The values of tasks that have all ended.
 *
 * @param results Their results.
 * @param ended Makes their results in order of completion, for the error. Default: by the time of their end.
 * @returns The values, in the order of `results`.
 * @throws {ExecutionError} When one did not succeed.
 */
export function valuesOf<T>(
  results: readonly TaskResult<T>[],
  ended = () => results.toSorted((a, b) => a.finishedAt - b.finishedAt),
): T[] {
  if (results.every((result) => result.status === "succeeded")) {
    return results.map((result) => result.value);
  }
  const bad = ended().filter((result) => result.status !== "succeeded");
  throw executionError(bad, bad.length, results.length);
}
