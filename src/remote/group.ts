import type { QueueStateError } from "../base/errors.ts";
import type { WaitOptions } from "../base/wait.ts";
import { waitFor } from "../base/wait.ts";
import { groupSummary, valuesOf } from "../queue/group.ts";
import type { RunSummary } from "../queue/summary.ts";
import type { Connection } from "./connection.ts";
import { cancelTasks, type RemoteHandle, type RemoteTask } from "./handle.ts";

/**
 * Tasks that were submitted together through a {@linkcode RemoteQueue}, in the order of their inputs.
 *
 * @example
 * ```ts
 * import { AsyncQueue, attachQueue, inlineTask } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * await queue.start();
 * using remote = attachQueue(queue.share()); // usually on another thread
 * const squares = await remote.group(inlineTask((n: number) => n * n), [1, 2, 3]);
 * console.log(await squares.values()); // [ 1, 4, 9 ]
 * ```
 */
export class RemoteGroup<T = unknown> implements Iterable<RemoteHandle<T>> {
  /** The option `groupId`, or a name of the group's own. */
  readonly groupId: string;
  /** The tasks, in input order. */
  readonly handles: readonly RemoteHandle<T>[];
  readonly #tasks: readonly RemoteTask<T>[];
  readonly #connection: Connection;

  /**
   * Made by `remote.group()`.
   *
   * @param groupId Its name.
   * @param tasks Its tasks.
   * @param connection What they were submitted over.
   */
  constructor(groupId: string, tasks: readonly RemoteTask<T>[], connection: Connection) {
    this.groupId = groupId;
    this.handles = this.#tasks = tasks;
    this.#connection = connection;
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
  [Symbol.iterator](): Iterator<RemoteHandle<T>> {
    return this.handles[Symbol.iterator]();
  }

  /**
   * Waits for all tasks to end. Giving up the wait doesn't touch them.
   *
   * @param options How long to wait.
   * @returns What came of them; the results in order of completion.
   * @throws {TaskTimeoutError} (rejects) When the timeout passes first.
   * @throws {QueueStateError} (rejects) When the connection closes first.
   */
  async wait(options: WaitOptions = {}): Promise<RunSummary<T>> {
    if (this.#tasks.some((task) => !task.done)) this.#connection.awaited();
    const lost = await waitFor<QueueStateError | undefined>(
      (resolve) => this.#whenAllDone(resolve),
      options,
      this.#connection.timers,
      () => `Waiting for the ${this.length} tasks of group '${this.groupId}'`,
    );
    if (lost !== undefined) throw lost;
    const results = this.#tasks.map((task) => task.result());
    return groupSummary(results, () => results);
  }

  /**
   * Waits for all tasks to end.
   *
   * @returns Their values, in input order.
   * @throws {ExecutionError} (rejects) When a task failed or was cancelled, once all have ended.
   * @throws {QueueStateError} (rejects) When the connection closes first.
   */
  async values(): Promise<T[]> {
    await this.wait();
    return valuesOf(this.#tasks.map((task) => task.result()));
  }

  /**
   * Cancels the tasks that have not ended.
   *
   * @param reason As for a handle.
   * @returns How many were cancelled.
   * @throws {QueueStateError} (rejects) When the connection closes first.
   */
  cancel(reason?: unknown): Promise<number> {
    return cancelTasks(this.#connection, this.#tasks as readonly RemoteTask[], reason);
  }

  #whenAllDone(resolve: (lost: QueueStateError | undefined) => void): () => void {
    let left = 1;
    const one = () => {
      if (--left === 0) resolve(undefined);
    };
    const unsubscribes = this.#tasks.filter((task) => !task.done).map((task) => {
      left++;
      return task.observe((outcome) => "lost" in outcome ? resolve(outcome.lost) : one());
    });
    one();
    return () => unsubscribes.forEach((unsubscribe) => unsubscribe());
  }
}
