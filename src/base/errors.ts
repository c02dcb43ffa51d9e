import { cut } from "./cut.ts";

/** Of a value that a message shows. */
const MAX_SHOWN_CHARACTERS = 80;

/**
 * The base of every error that Trilane itself raises, so that one `instanceof` tells them from a
 * task's own errors.
 *
 * @example
 * ```ts
 * import { AsyncQueue, TrilaneError } from "@trilane/trilane";
 *
 * const queue = new AsyncQueue();
 * await queue.shutdown();
 * try {
 *   queue.submit(() => 1);
 * } catch (error) {
 *   console.log(error instanceof TrilaneError); // true
 * }
 * ```
 */
export class TrilaneError extends Error {
  /** The error's name: the class name, except where a class says otherwise. */
  override name = "TrilaneError";
}

/**
 * Thrown when work is given to a queue that has been shut down or is shutting down.
 *
 * @example
 * ```ts
 * import { AsyncQueue, QueueClosedError } from "@trilane/trilane";
 *
 * const queue = new AsyncQueue();
 * await queue.shutdown();
 * try {
 *   queue.submit(() => 1);
 * } catch (error) {
 *   console.log(error instanceof QueueClosedError); // true
 * }
 * ```
 */
export class QueueClosedError extends TrilaneError {
  /** `"QueueClosedError"` */
  override name = "QueueClosedError";
}

/**
 * Thrown when a bounded queue (option `size`) has no room for what is submitted.
 *
 * @example
 * ```ts
 * import { AsyncQueue, QueueFullError } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue({ size: 1 });
 * queue.submit(() => 1);
 * try {
 *   queue.submit(() => 2);
 * } catch (error) {
 *   console.log(error instanceof QueueFullError); // true
 * }
 * ```
 */
export class QueueFullError extends TrilaneError {
  /** `"QueueFullError"` */
  override name = "QueueFullError";
}

/**
 * Thrown when a call doesn't fit the state of the queue, the task or the context it is made on.
 *
 * @example
 * ```ts
 * import { AsyncQueue, QueueStateError } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * const handle = queue.submit(() => 1);
 * try {
 *   handle.result(); // it has not ended
 * } catch (error) {
 *   console.log(error instanceof QueueStateError); // true
 * }
 * ```
 */
export class QueueStateError extends TrilaneError {
  /** `"QueueStateError"` */
  override name = "QueueStateError";
}

/**
 * The error of an attempt that ran longer than its `timeout`, and of a `wait` that did.
 *
 * @example
 * ```ts
 * import { AsyncQueue, TaskTimeoutError } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * const result = await queue.submit(() => new Promise(() => {}), { timeout: 10 });
 * console.log(result.status === "failed" && result.error instanceof TaskTimeoutError); // true
 * ```
 */
export class TaskTimeoutError extends TrilaneError {
  /** `"TimeoutError"`, as the platform's own timeouts are named. */
  override name = "TimeoutError";
}

/**
 * What `value()` rejects with, and what a task's signal aborts with, when the task is cancelled.
 *
 * @example
 * ```ts
 * import { AsyncQueue, TaskCancelledError } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * const handle = queue.submit(() => 1);
 * handle.cancel("No longer needed");
 * try {
 *   await handle.value();
 * } catch (error) {
 *   console.log(error instanceof TaskCancelledError && error.cause); // No longer needed
 * }
 * ```
 */
export class TaskCancelledError extends TrilaneError {
  /** `"AbortError"`, as the platform's own cancellations are named. */
  override name = "AbortError";
}

/**
 * How a worker ended, as far as the runtime tells.
 *
 * @example
 * ```ts
 * import { WorkerCrashError, type WorkerExit } from "@trilane/trilane";
 *
 * // A pool makes these errors itself; code that handles them is tested with ones like this.
 * const exit: WorkerExit = { workerId: 1, signal: "SIGKILL" };
 * console.log(new WorkerCrashError("Worker 1 died", exit).signal); // SIGKILL
 * ```
 */
export interface WorkerExit {
  /** The worker, by its number in the pool. */
  readonly workerId: number;
  /** Its exit status. */
  readonly exitCode?: number;
  /** The signal that ended it, for a process. */
  readonly signal?: string;
  /** Why it ended, where that is known. */
  readonly reason?: "memory";
}

/**
 * The error of an attempt whose worker died under it: the attempt counts and may be retried.
 *
 * @example
 * ```ts
 * import { inlineTask, ProcessQueue, WorkerCrashError } from "@trilane/trilane";
 *
 * const crash = inlineTask(async () => (await import("node:process")).default.exit(7));
 * await using queue = new ProcessQueue({ workers: 1 });
 * const result = await queue.submit(crash, { retries: 1 });
 * if (result.status === "failed" && result.error instanceof WorkerCrashError) {
 *   console.log(result.error.exitCode, result.attempts); // 7 2
 * }
 * ```
 */
export class WorkerCrashError extends TrilaneError {
  /** `"WorkerCrashError"` */
  override name = "WorkerCrashError";
  /** The worker, by its number in the pool. */
  readonly workerId: number;
  /** The worker's exit status, where the runtime tells it. */
  readonly exitCode: number | undefined;
  /** The signal that ended the worker, for a process. */
  readonly signal: string | undefined;
  /**
   * `"memory"` where it is known that the worker ran out of memory: it was above the queue's `memoryLimit`, its heap was
   * full (V8's limit), or the system had none left. Otherwise `undefined`.
   */
  readonly reason: "memory" | undefined;

  /**
   * Made by the pool.
   *
   * @param message What died, and what it was doing.
   * @param exit How the worker ended.
   * @param options The error that ended it, as `cause`, where there is one.
   */
  constructor(message: string, exit: WorkerExit, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.workerId = exit.workerId;
    this.exitCode = exit.exitCode;
    this.signal = exit.signal;
    this.reason = exit.reason;
  }
}

/**
 * The error of a function, an argument or a return value that can't be brought to another thread or
 * process. Never retried: it would fail again.
 *
 * @example
 * ```ts
 * import { inlineTask, NotPortableError, ThreadQueue } from "@trilane/trilane";
 *
 * const call = inlineTask((fn: () => number) => fn());
 * await using queue = new ThreadQueue({ workers: 1 });
 * const result = await queue.submit(call, [() => 1]); // a function can't be cloned
 * console.log(result.status === "failed" && result.error instanceof NotPortableError); // true
 * ```
 */
export class NotPortableError extends TrilaneError {
  /** `"NotPortableError"` */
  override name = "NotPortableError";
}

/**
 * Thrown when one or more tasks of a batch or a run did not succeed.
 *
 * @example
 * ```ts
 * import { asyncMap, ExecutionError } from "@trilane/trilane";
 *
 * try {
 *   await asyncMap((text: string) => JSON.parse(text), ["1", "{", "}"]);
 * } catch (error) {
 *   if (error instanceof ExecutionError) console.log(error.errors.length); // 2
 * }
 * ```
 */
export class ExecutionError<R = unknown> extends AggregateError {
  /** `"ExecutionError"` */
  override name = "ExecutionError";
  /** The results of the tasks that did not succeed, in the order in which they ended. */
  readonly results: readonly R[];

  /**
   * Made where a batch of tasks is awaited as a whole.
   *
   * @param errors What each unsuccessful task ended with: its error or its cancel reason.
   * @param message What was attempted and how much of it failed.
   * @param results The result of each unsuccessful task, in the order of `errors`.
   */
  constructor(errors: Iterable<unknown>, message: string, results: readonly R[]) {
    super(errors, message);
    this.results = results;
  }
}

/**
 * A value as an error message shows it: short, on one line, and telling `"3"` from `3`.
 *
 * @param value The value seen.
 * @returns Its text, at most about 80 characters.
 */
export function show(value: unknown): string {
  try {
    return describe(value);
  } catch {
    // A revoked proxy or a getter that throws.
    return "an object";
  }
}

/**
 * Why something failed, as part of another error's message.
 *
 * @param error Anything that was thrown.
 * @returns The error's message, without the full stop that some runtimes end it with; of what has none, its text.
 */
export function reasonOf(error: unknown): string {
  try {
    if (isError(error) && typeof error.message === "string" && error.message !== "") {
      return error.message.replace(/\.$/, "");
    }
  } catch {
    // A revoked proxy or a getter that throws.
  }
  return show(error);
}

/**
 * `instanceof` for what anyone may have thrown or given as a reason: a revoked proxy throws when it is asked.
 *
 * @param value The value.
 * @param Class The class that it may be an instance of.
 * @returns Whether it is one.
 */
export function isInstance<T>(
  value: unknown,
  Class: abstract new (...args: never[]) => T,
): value is T {
  try {
    return value instanceof Class;
  } catch {
    return false;
  }
}

/**
 * The name of a function, which may have been set to anything.
 *
 * @param fn The function.
 * @returns Its name; an empty text if it has none that is text.
 */
// deno-lint-ignore ban-types -- nothing but its name is of interest
export function ownName(fn: Function): string {
  try {
    const name: unknown = fn.name;
    return typeof name === "string" ? name : "";
  } catch {
    // A getter, or a revoked proxy.
    return "";
  }
}

/** The class of all errors, whatever a program has put in the place of `Error`. */
const PlainError: ErrorConstructor = Object.getPrototypeOf(TypeError);

/**
 * Whether something is an error, also where a program has replaced `Error`.
 *
 * @param value Anything.
 * @returns Whether it is one; not if it can't be asked, as a revoked proxy.
 */
export function isError(value: unknown): value is Error {
  return isInstance(value, PlainError);
}

/** How runtimes say that there is no memory left: JavaScriptCore, V8 for large buffers, Node for one of its threads. */
const OUT_OF_MEMORY = /out of memory|allocation failed/i;

/**
 * Whether an error says that there was no memory left.
 *
 * @param error Anything that was thrown.
 * @returns Whether it does.
 */
export function isOutOfMemory(error: unknown): boolean {
  if (!isError(error)) return false;
  const { code } = error as { code?: unknown };
  return code === "ERR_WORKER_OUT_OF_MEMORY" ||
    isInstance(error, RangeError) && OUT_OF_MEMORY.test(error.message);
}

function describe(value: unknown): string {
  if (typeof value === "string") return `'${cut(value, MAX_SHOWN_CHARACTERS)}'`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${ownName(value) || "(anonymous)"}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
  }
  if (isError(value)) return cut(`${value.name}: ${value.message}`, MAX_SHOWN_CHARACTERS);
  if (typeof value === "object" && value !== null) {
    const name = Object.getPrototypeOf(value)?.constructor?.name;
    return name && name !== "Object" ? `an instance of ${name}` : "an object";
  }
  return String(value);
}
