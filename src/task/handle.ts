import type { WaitOptions } from "../base/wait.ts";
import type { TaskResult } from "./result.ts";

/**
 * Where a task stands.
 *
 * * `"pending"`: ready, waiting for its turn.
 * * `"scheduled"`: waiting for its `delay` or `runAt`.
 * * `"blocked"`: waiting for the tasks of its `after`.
 * * `"running"`: an attempt is under way.
 * * `"retrying"`: an attempt has failed, and the next one waits for its time.
 * * `"succeeded"`, `"failed"`, `"cancelled"`: done, for good.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type TaskStatus } from "@trilane/trilane";
 *
 * const waits: TaskStatus[] = ["pending", "scheduled", "blocked", "retrying"];
 * await using queue = new AsyncQueue();
 * const handle = queue.submit(() => 1, { delay: 10 });
 * console.log(waits.includes(handle.status), handle.status); // true scheduled
 * ```
 */
export type TaskStatus =
  | "pending"
  | "scheduled"
  | "running"
  | "retrying"
  | "blocked"
  | "succeeded"
  | "failed"
  | "cancelled";

/**
 * All of a {@linkcode TaskHandle} but its `then`: the form in which a promise or an async iterator can
 * carry a handle.
 *
 * JavaScript resolves a promise that holds a thenable to what the thenable resolves to, and so do
 * TypeScript's types. Where a call gives you a handle through a promise (`submitWhenReady`) or an async
 * iterator (`asCompleted`), what you get *is* the task's handle; its type leaves `then` out, so
 * that the types stay right. Use `wait()` or `value()` on it.
 *
 * @example
 * ```ts
 * import { asCompleted, AsyncQueue, type PlainHandle } from "@trilane/trilane";
 *
 * const line = (task: PlainHandle) => `${task.name}: ${task.status} after ${task.attempts} attempt`;
 * await using queue = new AsyncQueue();
 * const handles = [queue.submit(() => 1, { name: "one" })];
 * for await (const task of asCompleted(handles)) console.log(line(task)); // one: succeeded after 1 attempt
 * ```
 */
export interface PlainHandle<T = unknown> {
  /** Unique among all tasks of this program. */
  readonly id: string;
  /** The option `name`, or the function's name. */
  readonly name: string;
  /** Lower runs first. */
  readonly priority: number;
  /** The option `groupId`, or the group's own for a task of a group. */
  readonly groupId?: string | undefined;
  /** Whether the task is protected; see the option. */
  readonly mustComplete: boolean;
  /** Whether the task is left out of summaries; see the option. */
  readonly detached: boolean;
  /** The caller's own, from the options. */
  readonly metadata: unknown;
  /** How many attempts have started. */
  readonly attempts: number;
  /** What the task last reported by `progress(data)`. */
  readonly progress: unknown;
  /** Where the task stands. */
  readonly status: TaskStatus;
  /** Whether the task has ended. */
  readonly done: boolean;
  /** Whether the task has ended by being cancelled. */
  readonly cancelled: boolean;
  /** When it was submitted, on the `performance.now()` time line. */
  readonly createdAt: number;
  /** When it is or was due by `delay` or `runAt`, on the same time line. */
  readonly scheduledFor?: number | undefined;
  /**
   * Waits for the task to end. Giving up the wait doesn't touch the task.
   *
   * @param options How long to wait.
   * @returns The result, whatever the status.
   * @throws {TaskTimeoutError} (rejects) When the timeout passes first.
   */
  wait(options?: WaitOptions): Promise<TaskResult<T>>;
  /**
   * Waits for the task's value.
   *
   * @returns What the function returned or its promise resolved to.
   * @throws (rejects) The task's own error when it failed; {@linkcode TaskCancelledError} when it was
   * cancelled, with the reason as its `cause`.
   */
  value(): Promise<T>;
  /**
   * The result of a task that has ended.
   *
   * @throws {QueueStateError} While the task has not ended.
   */
  result(): TaskResult<T>;
  /**
   * The error of a task that has ended, `undefined` unless it failed.
   *
   * @throws {QueueStateError} While the task has not ended.
   */
  error(): unknown;
  /**
   * Cancels the task: one that has not started never runs; a running one has its signal aborted.
   * The handle is done at once.
   *
   * @param reason What the result's `reason` and the signal's are. Default: a `TaskCancelledError`.
   * @returns `false` if the task had already ended.
   */
  cancel(reason?: unknown): boolean;
  /**
   * Gives a task that waits another priority. Among equals it keeps its place by order of submission, and one that was sent to a
   * worker ahead of its turn is taken back.
   *
   * @param priority Lower runs first.
   * @returns `false` if the task doesn't wait: its attempt has begun, or it has ended.
   * @throws {TypeError} When the priority is not a number.
   * @throws {RangeError} When it is NaN.
   */
  reprioritize(priority: number): boolean;
  /**
   * Calls back once, synchronously, when the task ends; at once if it has. What the callback throws is
   * reported and affects nothing. It runs in the async context of this call.
   *
   * @param callback Called with the handle.
   * @throws {TypeError} When it is not a function.
   */
  onDone(callback: (handle: this) => void): void;
}

/**
 * A submitted task: await it for its {@linkcode TaskResult} (which never rejects), or call
 * `value()` for what the function returned.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * await queue.start();
 * const handle = queue.submit((a: number, b: number) => a + b, [1, 2]);
 * const result = await handle;
 * if (result.status === "succeeded") console.log(result.value); // 3
 * ```
 */
export interface TaskHandle<T = unknown> extends PlainHandle<T>, PromiseLike<TaskResult<T>> {}

/**
 * What the task of a handle returns; of a union of handles, what any of them does.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type HandleValue } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * const handle = queue.submit(() => ({ lines: 3 }));
 * type Count = HandleValue<typeof handle>; // { lines: number }
 * const count: Count = await handle.value();
 * console.log(count.lines); // 3
 * ```
 */
export type HandleValue<H extends PlainHandle> = H extends PlainHandle<infer T> ? T : never;

/**
 * What a task can wait for by `after`: a handle, of any queue, or whatever else has a `wait()` like one.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type Awaitable } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * const afterAll = (tasks: readonly Awaitable[]) => queue.submit(() => "all done", { after: tasks });
 * console.log(await afterAll([queue.submit(() => 1), queue.submit(() => 2)]).value()); // all done
 * ```
 */
export interface Awaitable<T = unknown> {
  /**
   * Waits for the end.
   *
   * @returns The result. Any status but `"succeeded"` counts as a failure, and so does a rejection.
   */
  wait(): PromiseLike<TaskResult<T>>;
}

/**
 * The values of handles, in their order.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type HandleValues } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * const parts = [queue.submit(() => "a"), queue.submit(() => 2)] as const;
 * const show = (...[name, count]: HandleValues<typeof parts>) => `${name}: ${count}`; // string, number
 * console.log(await queue.submitAfter(parts, show).value()); // a: 2
 * ```
 */
export type HandleValues<H extends readonly Awaitable[]> = {
  -readonly [K in keyof H]: H[K] extends Awaitable<infer T> ? T : never;
};
