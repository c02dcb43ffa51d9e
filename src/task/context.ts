import type { AsyncContext, AsyncContexts, ContextVariable } from "../base/async_contexts.ts";
import { QueueStateError, TaskCancelledError } from "../base/errors.ts";
import { guardListeners } from "../base/guarded_signal.ts";
import { shared } from "../base/shared.ts";
import type { PlainHandle } from "./handle.ts";
import type { TaskResult } from "./result.ts";

/**
 * What a running attempt knows of itself; see {@linkcode currentTask}.
 *
 * @example
 * ```ts
 * import { AsyncQueue, currentTask, type TaskContext } from "@trilane/trilane";
 *
 * const steps = (task: TaskContext, total: number) => {
 *   for (let step = 1; step <= total; step++) {
 *     task.throwIfCancelled();
 *     task.progress(step / total);
 *   }
 *   return task.attempt;
 * };
 * await using queue = new AsyncQueue({ onProgress: (_task, share) => console.log(share) });
 * console.log(await queue.submit(() => steps(currentTask(), 4)).value()); // 1
 * ```
 */
export interface TaskContext {
  /** The task's id. */
  readonly id: string;
  /** The task's name. */
  readonly name: string;
  /** 1 on the first attempt. */
  readonly attempt: number;
  /**
   * Aborts on cancel, timeout and forced shutdown, with the reason for it. In a `ProcessQueue` the reason comes by
   * message, so a task that never yields doesn't see it: there `cancelled` is the one to ask. What a listener throws is
   * reported and ends nothing.
   */
  readonly signal: AbortSignal;
  /** Whether the task is to stop; cheap enough to ask in every turn of a loop, also of one that never yields. */
  readonly cancelled: boolean;
  /**
   * Throws if the task is to stop: the signal's reason or, where that has not come yet, a `TaskCancelledError`.
   */
  throwIfCancelled(): void;
  /**
   * Reports how far the task is: becomes the handle's `progress` and calls the queue's `onProgress`.
   * Ignored once the attempt is over.
   *
   * @param data Anything.
   */
  progress(data: unknown): void;
  /**
   * Waits for another task. On an `AsyncQueue` this task's slot is lent to others meanwhile, so that
   * tasks that wait for tasks they submitted can't block each other, however few the workers; its keys are lent too, and the
   * time doesn't count towards its `timeout`.
   *
   * @param handle The task to wait for.
   * @returns Its result, whatever the status.
   * @throws {QueueStateError} (rejects) When it is the handle of this very task, or of one that waits for this one: by such a
   * wait or its `after`, also by way of further tasks.
   * @throws {TypeError} (rejects) When it is no handle.
   * @throws (rejects) This task's own cancel reason, when it is cancelled while it waits.
   */
  wait<T>(handle: PlainHandle<T>): Promise<TaskResult<T>>;
}

/** An attempt that can be asked for its context. */
export interface ContextSource {
  /** The context of the attempt, made at the first call. */
  context(): TaskContext;
}

/** Where `currentTask()` finds the attempt. */
interface Running {
  /** The one whose function is on the stack, on queues that keep no async context. */
  top: ContextSource | undefined;
  /** Those that each belong to an async context. */
  inContext: ContextVariable<ContextSource> | undefined;
  /** The one that a worker runs, which runs no other meanwhile. */
  lone: ContextSource | undefined;
}

const running = shared(
  "running",
  (): Running => ({ top: undefined, inContext: undefined, lone: undefined }),
);

function currentSource(): ContextSource | undefined {
  return running.top ?? running.inContext?.get() ?? running.lone;
}

/**
 * The context of the task that this is called in: by its function or by whatever that calls, after an `await` too.
 *
 * With `asyncContext: false`, and in browsers, it is found before the function's first `await` alone: call it there and keep what
 * it returns. In the workers of a `ThreadQueue` or `ProcessQueue`, what a task left running after its end may find the task
 * that its worker runs now.
 *
 * @returns The context of this attempt.
 * @throws {QueueStateError} When it is called outside any task.
 *
 * @example
 * ```ts
 * import { AsyncQueue, currentTask } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * queue.submit(async () => {
 *   for (let part = 1; part <= 3; part++) {
 *     await Promise.resolve();
 *     report(part / 3);
 *   }
 * });
 *
 * function report(done: number): void {
 *   const task = currentTask();
 *   task.throwIfCancelled();
 *   task.progress(done);
 * }
 * ```
 */
export function currentTask(): TaskContext {
  const source = currentSource();
  if (source !== undefined) return source.context();
  throw new QueueStateError(
    "currentTask() needs a running task: called outside one or, without async context, after its first await",
  );
}

/** Calls the functions of tasks so that `currentTask()` finds their attempts. */
export interface TaskCaller {
  /**
   * Calls a task's function.
   *
   * @param source The attempt.
   * @param fn The task's function.
   * @param args Its arguments.
   * @param context The async context that it is called in, where that is kept. Default: that of the caller.
   * @returns What the function returned, a promise as it is.
   */
  call(
    source: ContextSource,
    fn: (...args: never[]) => unknown,
    args: readonly unknown[],
    context?: AsyncContext,
  ): unknown;
  /** The attempt that was last called has ended. */
  ended(): void;
}

/** Its attempts are found while their functions are on the stack. */
export const stackCaller: TaskCaller = {
  call(source, fn, args) {
    const { inContext } = running;
    if (inContext?.get() === undefined) return callOnStack(source, fn, args);
    // It was submitted by a task, which is not found in its stead after an `await`.
    return inContext.call(undefined, callOnStack as () => unknown, [source, fn, args]);
  },
  ended() {},
};

/** Of a worker that runs one attempt at a time: that is found until it has ended. */
export const loneCaller: TaskCaller = {
  call(source, fn, args) {
    running.lone = source;
    return args.length === 0 ? fn() : fn(...args as never[]);
  },
  ended() {
    running.lone = undefined;
  },
};

/** Its attempts are found by the async context of whoever asks. */
export function contextCaller(contexts: AsyncContexts): TaskCaller {
  const inContext = running.inContext ??= contexts.variable();
  return {
    call: (source, fn, args, context) => inContext.call(source, fn, args, context),
    ended() {},
  };
}

function callOnStack(
  source: ContextSource,
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
): unknown {
  const outer = running.top;
  running.top = source;
  try {
    // To spread nothing costs more than the call.
    return args.length === 0 ? fn() : fn(...args as never[]);
  } finally {
    running.top = outer;
  }
}

/**
 * For a function that has to wait for the task's own: lets `currentTask()` find the attempt in that one too.
 *
 * @returns Calls a function as part of the attempt that is under way now. When that has been interrupted meanwhile it throws
 * the reason instead.
 */
export function continueTask(): typeof callLater {
  const isOnStack = running.top !== undefined;
  const context = currentSource()?.context();
  if (context === undefined) return callLater;
  const source = { context: () => context };
  return (fn, args) => {
    if (context instanceof AttemptContext) context.throwIfAborted();
    return isOnStack ? callOnStack(source, fn, args) : callLater(fn, args);
  };
}

function callLater(fn: (...args: never[]) => unknown, args: readonly unknown[]): unknown {
  return fn(...args as never[]);
}

/** What an attempt's context does outside itself. */
export interface ContextActions {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  progress(data: unknown): void;
  wait<T>(handle: PlainHandle<T>): Promise<TaskResult<T>>;
  /** Tells of what a listener of the signal has thrown. */
  report(error: unknown): void;
  /** The task has asked for its signal or its state, which others have to know. */
  touch?(): void;
  /** Whether the attempt is to stop. If the reason has come, the context has been aborted with it. */
  isInterrupted?(): boolean;
}

/**
 * The context of one attempt on the thread it runs on. The `AbortController` is made when the signal is
 * first asked for: most tasks never do.
 */
export class AttemptContext implements TaskContext {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  /** Whether the task has asked for its signal or its state: then it may be trusted to clean up. */
  touched = false;
  readonly #actions: ContextActions;
  #controller: AbortController | undefined;
  #aborted = false;
  #reason: unknown;

  constructor(actions: ContextActions) {
    this.id = actions.id;
    this.name = actions.name;
    this.attempt = actions.attempt;
    this.#actions = actions;
  }

  get signal(): AbortSignal {
    this.#look();
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      guardListeners(this.#controller.signal, (error) => this.#actions.report(error));
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get cancelled(): boolean {
    return this.#look();
  }

  throwIfCancelled(): void {
    if (!this.#look()) return;
    // What it is to stop for may still be on its way.
    throw this.#aborted
      ? this.#reason
      : new TaskCancelledError(`Task '${this.name}' was interrupted`);
  }

  /** `throwIfCancelled` without the look at the state counting as the task's own. */
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  progress(data: unknown): void {
    this.#actions.progress(data);
  }

  wait<T>(handle: PlainHandle<T>): Promise<TaskResult<T>> {
    return this.#actions.wait(handle);
  }

  /** Interrupts the attempt. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  /**
   * The task asks for its signal or its state, which may have changed without its thread having been told.
   *
   * @returns Whether it is to stop.
   */
  #look(): boolean {
    if (!this.touched) {
      this.touched = true;
      this.#actions.touch?.();
    }
    return this.#aborted || (this.#actions.isInterrupted?.() ?? false);
  }
}
