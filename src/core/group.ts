import { asCompleted } from "./as_completed.ts";
import type { PlainHandle, TaskHandle } from "./handle.ts";
import type { Tally } from "./history.ts";
import type { WaitOptions } from "./options.ts";
import { executionError, RunSummary } from "./summary.ts";
import type { Task } from "./task.ts";
import type { Timers } from "./timers.ts";
import { waitFor } from "./wait.ts";

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

  /**
   * Made by `queue.group()`.
   *
   * @param groupId Its name.
   * @param tasks Its tasks.
   * @param timers Where the timeouts of waits are kept.
   */
  constructor(groupId: string, tasks: readonly Task<T>[], timers: Timers) {
    this.groupId = groupId;
    this.handles = this.#tasks = tasks;
    this.#timers = timers;
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
    const tally: Tally = { succeeded: 0, failed: 0, cancelled: 0 };
    let from = Infinity;
    let to = -Infinity;
    for (const task of this.#tasks) {
      tally[task.status as keyof Tally]++;
      from = Math.min(from, task.createdAt);
      to = Math.max(to, task.finishedAt!);
    }
    return new RunSummary<T>(
      tally,
      () => this.#tasks.map((task) => task.result()).sort((a, b) => a.finishedAt - b.finishedAt),
      { timedOut: false, duration: Math.max(0, to - from) },
    );
  }

  /**
   * Waits for all tasks to end.
   *
   * @returns Their values, in input order.
   * @throws {ExecutionError} (rejects) When a task failed or was cancelled, once all have ended.
   */
  async values(): Promise<T[]> {
    await new Promise<void>((resolve) => this.#whenAllDone(resolve));
    const results = this.#tasks.map((task) => task.result());
    const bad = results.filter((result) => result.status !== "succeeded");
    if (bad.length > 0) throw executionError(bad, bad.length, results.length);
    return results.map((result) => (result as { value: T }).value);
  }

  /**
   * Cancels the tasks that have not ended.
   *
   * @param reason As for a handle.
   * @returns How many were cancelled.
   */
  cancel(reason?: unknown): number {
    return this.#tasks.filter((task) => task.cancel(reason)).length;
  }

  /**
   * The tasks as they end.
   *
   * @returns An iterator over the handles, in order of completion.
   */
  asCompleted(): AsyncIterableIterator<PlainHandle<T>> {
    return asCompleted(this.handles);
  }

  #whenAllDone(resolve: () => void): () => void {
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
