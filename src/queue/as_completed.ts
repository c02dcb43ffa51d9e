import { ownOptions } from "../base/checks.ts";
import { show } from "../base/errors.ts";
import { WAIT_OPTION_CHECKS, type WaitOptions } from "../base/wait.ts";
import { Limit } from "../base/wait.ts";
import type { HandleValue, PlainHandle } from "../task/handle.ts";
import { byEnd, Task } from "../task/task.ts";

/**
 * Iterates over tasks as they end, those that already have first. Leaving the loop early
 * leaves the tasks alone.
 *
 * @param handles The tasks' handles, of one queue or several.
 * @param options How long to wait for all of them, from this call. When the limit is reached the iterator
 * rejects and is over.
 * @returns An iterator over the handles, each one once. Its elements are the handles themselves; see
 * {@linkcode PlainHandle} for why their type lacks `then`.
 * @throws {TypeError} When something is not a task's handle.
 *
 * @example
 * ```ts
 * import { asCompleted, AsyncQueue } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * await queue.start();
 * const handles = queue.map((n: number) => n * 2, [1, 2, 3]);
 * for await (const handle of asCompleted(handles)) {
 *   console.log(handle.name, await handle.value());
 * }
 * ```
 */
export function asCompleted<H extends PlainHandle>(
  handles: Iterable<H>,
  options: WaitOptions = {},
): AsyncIterableIterator<PlainHandle<HandleValue<H>>> {
  const own = ownOptions("wait", options, WAIT_OPTION_CHECKS);
  return new Completions([...new Set(handles)].map(asTask), own) as AsyncIterableIterator<
    PlainHandle<HandleValue<H>>
  >;
}

function asTask(handle: unknown): Task {
  if (handle instanceof Task) return handle;
  throw new TypeError(`asCompleted takes the handles of tasks: got ${show(handle)}`);
}

/** Written by hand since an async generator would await the handles that it yields. */
class Completions implements AsyncIterableIterator<PlainHandle> {
  readonly #done: Task[];
  #taken = 0;
  #waiting: number;
  readonly #unsubscribes: (() => void)[];
  readonly #limit: Limit | undefined;
  #changed = Promise.withResolvers<void>();
  #over = false;

  constructor(tasks: Task[], options: WaitOptions) {
    const pending = tasks.filter((task) => !task.done);
    this.#done = tasks.filter((task) => task.done).sort(byEnd);
    this.#waiting = pending.length;
    for (const { owner } of pending) if (!owner.started) owner.awaited();
    if (pending.length > 0) {
      this.#limit = new Limit(
        options,
        pending[0].owner.timers,
        () => `Waiting for ${tasks.length} tasks to complete`,
      );
    }
    this.#unsubscribes = pending.map((task) =>
      task.observe(() => {
        this.#done.push(task);
        this.#waiting--;
        // There is nothing left to limit, whether or not the rest is ever taken.
        if (this.#waiting === 0) this.#limit?.clear();
        this.#change();
      })
    );
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<PlainHandle>> {
    while (!this.#over) {
      if (this.#taken < this.#done.length) {
        const value = this.#done[this.#taken++];
        return { done: false, value };
      }
      if (this.#waiting === 0) break;
      const changed = this.#changed.promise;
      try {
        await (this.#limit === undefined ? changed : Promise.race([changed, this.#limit.reached]));
      } catch (error) {
        this.#end();
        throw error;
      }
    }
    this.#end();
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<PlainHandle>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#unsubscribes.forEach((unsubscribe) => unsubscribe());
    this.#limit?.clear();
    this.#change();
  }

  /** Wakes all who wait for the next task to end, of whom there may be several. */
  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
