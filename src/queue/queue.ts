/*
 * Longer than 400 lines because it is the page that users read: nearly all of it are the doc comments of public methods, each
 * of which hands over to the engine or to `submission.ts` in a line or two.
 */
import { checks, oneOf, type OptionChecks, ownOptions } from "../base/checks.ts";
import { QueueClosedError, QueueStateError } from "../base/errors.ts";
import { HandlePromise } from "../base/handle_promise.ts";
import type { Platform } from "../base/platform.ts";
import type { Hooks } from "../engine/announcer.ts";
import { Engine } from "../engine/engine.ts";
import type { ElsewhereHost } from "../engine/elsewhere.ts";
import type { Executor } from "../engine/executor.ts";
import type { KeyLoad } from "../engine/options.ts";
import {
  checkBurst,
  checkRate,
  HOOK_CHECKS,
  type QueueOptions,
  type Rate,
} from "../engine/options.ts";
import type { Awaitable, HandleValues, PlainHandle, TaskHandle } from "../task/handle.ts";
import type { TaskOptions } from "../task/options.ts";
import type { TaskResult } from "../task/result.ts";
import type { AnyFunction, Task } from "../task/task.ts";
import { asCompleted } from "./as_completed.ts";
import { bindTask, type BoundTask } from "./bound_task.ts";
import { submittedArguments, submittedOptions } from "./calls.ts";
import { engines } from "./engines.ts";
import type { TaskGroup } from "./group.ts";
import type { ItemArguments, Items, LoneArgument, MapItem, OptionsIfNone } from "./items.ts";
import type { BatchOptions } from "./resume.ts";
import type { RunOptions } from "./run.ts";
import { runEngine } from "./run.ts";
import { serveShared, type Share } from "./sharing.ts";
import type { StreamItem, StreamOptions } from "./stream.ts";
import { Submission } from "./submission.ts";
import type { RunSummary } from "./summary.ts";

/**
 * What a queue is doing, in numbers.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type QueueStats } from "@trilane/trilane";
 *
 * const line = ({ active, pending, failed }: QueueStats) => `${active} run, ${pending} wait, ${failed} failed`;
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * console.log(line(queue.stats)); // 0 run, 3 wait, 0 failed
 * ```
 */
export interface QueueStats {
  /** Tasks that wait for their turn. */
  readonly pending: number;
  /** Tasks that wait for their time: a `delay`, a `runAt`, a retry. */
  readonly scheduled: number;
  /** Tasks that wait for others, by `after`. */
  readonly blocked: number;
  /** How many of those that wait for their turn are held back by a rate or a key. */
  readonly limited: number;
  /** Tasks whose attempt is under way. */
  readonly active: number;
  /** Tasks that have ended, since construction or `reset()`. */
  readonly completed: number;
  /** Tasks that succeeded. */
  readonly succeeded: number;
  /** Tasks that failed. */
  readonly failed: number;
  /** Tasks that were cancelled. */
  readonly cancelled: number;
  /** Retries, of all tasks together. */
  readonly retried: number;
  /** Interrupted attempts that could not be stopped and still run, unobserved. */
  readonly abandoned: number;
  /** Workers there are now: none after shutdown, on an `AsyncQueue` as many as there may be before. */
  readonly workers: number;
  /** Whether the queue refuses new work. */
  readonly closed: boolean;
  /** Whether the queue starts no attempts for now. */
  readonly paused: boolean;
}

const SHUTDOWN_OPTION_CHECKS: OptionChecks = {
  force: checks.boolean,
  timeout: checks.notNegative,
};

const checkStatus = oneOf("pending", "scheduled", "running", "retrying", "blocked");

/** What a lane brings to the queue that it is. */
export interface Lane {
  /** The options it takes. */
  readonly checks: OptionChecks;
  /** Checks of the task options that it takes in its own way, or not at all, beside those that all lanes have. */
  readonly taskChecks?: OptionChecks;
  /** What it needs from the platform. */
  readonly platform: Platform;
  /** Refuses what it can't run. */
  assertTask(fn: unknown): void;
  /** Makes what runs its attempts. */
  createExecutor(host: ElsewhereHost): Executor;
}

/**
 * The queue that every lane is: submission, lifecycle and results. What differs is where
 * attempts run; see `AsyncQueue`.
 *
 * `Portable` is what a function must have besides being callable to be run by the lane.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type TaskQueue } from "@trilane/trilane";
 *
 * // Takes a queue of any lane.
 * const finish = async (queue: TaskQueue<never>) => (await queue.run()).succeeded;
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * console.log(await finish(queue)); // 3
 * ```
 */
export abstract class TaskQueue<Portable = unknown> implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #options: QueueOptions;
  readonly #lane: Lane;
  readonly #submission: Submission;
  #running = false;
  #shutdown: Promise<void> | undefined;
  readonly #shares = new Set<Share>();

  /**
   * Made by the lanes' own constructors.
   *
   * @param options The queue's options.
   * @param lane What the lane brings.
   * @throws {TypeError} When an option is unknown or of the wrong type.
   * @throws {RangeError} When an option's value is out of range.
   */
  protected constructor(options: QueueOptions, lane: Lane) {
    const own = ownOptions("queue", options, lane.checks);
    checkBurst(own.rate, own.burst);
    this.#options = own;
    this.#lane = lane;
    this.#engine = new Engine(own, lane.platform, (host) => lane.createExecutor(host));
    engines.set(this, this.#engine);
    this.#submission = new Submission(
      this.#engine,
      own,
      (fn) => lane.assertTask(fn),
      lane.taskChecks,
    );
  }

  // Submission

  /**
   * Submits a task. A queue that has been started begins it as soon as a worker is free, but never within this
   * call: what is submitted in one go is ordered by priority first.
   *
   * @param fn The function to run.
   * @param args Its arguments. The array is copied.
   * @param options How to run it.
   * @returns Its handle.
   * @throws {QueueClosedError} When the queue has been shut down.
   * @throws {QueueFullError} When the queue has no room.
   * @throws {TypeError} When `fn` is not a function (a promise is not: its work has already started), or an
   * option is unknown or of the wrong type.
   * @throws {RangeError} When an option's value is out of range.
   *
   * @example
   * ```ts
   * import { AsyncQueue } from "@trilane/trilane";
   *
   * await using queue = new AsyncQueue();
   * await queue.start();
   * const sum = queue.submit((a: number, b: number) => a + b, [1, 2], { priority: 0 });
   * console.log(await sum.value()); // 3
   * ```
   */
  submit<A extends readonly unknown[], R>(
    fn: ((...args: A) => R) & Portable,
    args: Readonly<A>,
    options: TaskOptions | undefined,
  ): TaskHandle<Awaited<R>>;
  /**
   * Submits a task with its arguments or, when the function needs none, with options.
   *
   * @param fn The function to run.
   * @param argsOrOptions Its arguments, or how to run it.
   * @returns Its handle.
   */
  submit<A extends readonly unknown[], R>(
    fn: ((...args: A) => R) & Portable,
    argsOrOptions: Readonly<A> | OptionsIfNone<A, TaskOptions>,
  ): TaskHandle<Awaited<R>>;
  /**
   * Submits a task whose function needs no arguments.
   *
   * @param fn The function to run.
   * @returns Its handle.
   */
  submit<R>(fn: (() => R) & Portable): TaskHandle<Awaited<R>>;
  submit(
    fn: AnyFunction & Portable,
    argsOrOptions?: readonly unknown[] | TaskOptions,
    options?: TaskOptions,
  ): TaskHandle {
    const args = submittedArguments(argsOrOptions, options);
    return this.#submission.one(fn, args, submittedOptions(argsOrOptions, options));
  }

  /**
   * Submits a task that runs on the values of others, once they have succeeded; see the option `after`. Until then it is
   * `"blocked"`. When one of them fails or is cancelled, so is this task.
   *
   * @param handles What it waits for: handles of any queue of this thread, or whatever else has a `wait()` like theirs.
   * @param fn The function to run. Its arguments are their values, in order.
   * @param options How to run it.
   * @returns Its handle.
   * @throws As `submit` does. {@linkcode TypeError} also when one of the handles is none.
   *
   * @example
   * ```ts
   * import { AsyncQueue } from "@trilane/trilane";
   *
   * await using queue = new AsyncQueue();
   * const parts = [queue.submit(() => 20), queue.submit(() => 22)] as const;
   * const sum = queue.submitAfter(parts, (a, b) => a + b);
   * console.log(await sum.value()); // 42
   * ```
   */
  submitAfter<const H extends readonly Awaitable[], R>(
    handles: H,
    fn: ((...values: HandleValues<H>) => R) & Portable,
    options?: TaskOptions,
  ): TaskHandle<Awaited<R>>;
  /**
   * Submits a task that runs on what is made of the values of others.
   *
   * @param handles What it waits for.
   * @param fn The function to run.
   * @param args Makes its arguments of their values. When it throws, the task fails with that. `undefined` for the values
   * themselves.
   * @param options How to run it.
   * @returns Its handle.
   */
  submitAfter<const H extends readonly Awaitable[], A extends readonly unknown[], R>(
    handles: H,
    fn: ((...args: A) => R) & Portable,
    args: ((...values: HandleValues<H>) => Readonly<A>) | undefined,
    options?: TaskOptions,
  ): TaskHandle<Awaited<R>>;
  submitAfter(
    handles: Iterable<Awaitable>,
    fn: AnyFunction & Portable,
    argsOrOptions?: AnyFunction | TaskOptions,
    options?: TaskOptions,
  ): TaskHandle {
    return this.#submission.after(handles, fn, argsOrOptions, options);
  }

  /**
   * Submits a task as soon as a bounded queue has room for it; those who wait are served in turn.
   *
   * The promise resolves to the task's handle itself. Return it from an `async` function only inside
   * an object: JavaScript would await it there; see {@linkcode PlainHandle}.
   *
   * @param fn The function to run.
   * @param args Its arguments.
   * @param options How to run it. Aborting its `signal` gives up waiting for room, too.
   * @returns A promise of its handle.
   * @throws {QueueClosedError} (rejects) When the queue is shut down before there is room.
   * @throws {TypeError} (rejects) As `submit` throws.
   * @throws {RangeError} (rejects) As `submit` throws.
   */
  submitWhenReady<A extends readonly unknown[], R>(
    fn: ((...args: A) => R) & Portable,
    args: Readonly<A>,
    options: TaskOptions | undefined,
  ): Promise<PlainHandle<Awaited<R>>>;
  /**
   * Submits a task with its arguments or, when the function needs none, with options, as soon as there is room.
   *
   * @param fn The function to run.
   * @param argsOrOptions Its arguments, or how to run it.
   * @returns A promise of its handle.
   */
  submitWhenReady<A extends readonly unknown[], R>(
    fn: ((...args: A) => R) & Portable,
    argsOrOptions: Readonly<A> | OptionsIfNone<A, TaskOptions>,
  ): Promise<PlainHandle<Awaited<R>>>;
  /**
   * Submits a task whose function needs no arguments, as soon as there is room.
   *
   * @param fn The function to run.
   * @returns A promise of its handle.
   */
  submitWhenReady<R>(fn: (() => R) & Portable): Promise<PlainHandle<Awaited<R>>>;
  submitWhenReady(
    fn: AnyFunction & Portable,
    argsOrOptions?: readonly unknown[] | TaskOptions,
    options?: TaskOptions,
  ): Promise<PlainHandle> {
    return HandlePromise.of<PlainHandle>((resolve, reject) => {
      const args = submittedArguments(argsOrOptions, options);
      const own = submittedOptions(argsOrOptions, options);
      this.#submission.whenReady(fn, args, own).then(({ task }) => resolve(task), reject);
    });
  }

  /**
   * Submits a task for each item: all of them or, when this throws, none.
   *
   * @param fn The function to run.
   * @param items For each task an array of arguments, or its one argument. Read to its end at once; for
   * what is too long for that there is `stream`.
   * @param options How to run each, and where the batch goes on if it was begun before.
   * @returns Their handles, in the order of the items: an array, which to await waits for nothing. Await
   * `Promise.all(handles)`, or use `group`; `@trilane/trilane/lint` finds where that was forgotten.
   * @throws {QueueClosedError} When the queue has been shut down.
   * @throws {QueueFullError} When the queue has no room for all of them.
   * @throws {TypeError} As `submit` throws, and when an item has no key for the checkpoint.
   * @throws {RangeError} As `submit` throws.
   * @throws What the checkpoint throws when it can't look an item up.
   */
  map<
    I extends Readonly<A> | LoneArgument<A>,
    A extends readonly unknown[] = ItemArguments<I>,
    R = unknown,
  >(
    fn: ((...args: A) => R) & Portable,
    items: Items<I>,
    options?: BatchOptions<NoInfer<I>>,
  ): TaskHandle<Awaited<R>>[] {
    return this.#submission.map(fn, items, options) as TaskHandle<Awaited<R>>[];
  }

  /**
   * Submits a task for each item, as `map` does, to be awaited and cancelled together.
   *
   * @param fn The function to run.
   * @param items For each task an array of arguments, or its one argument.
   * @param options How to run each, and where the batch goes on if it was begun before.
   * @returns The group.
   * @throws As `map` does.
   */
  group<
    I extends Readonly<A> | LoneArgument<A>,
    A extends readonly unknown[] = ItemArguments<I>,
    R = unknown,
  >(
    fn: ((...args: A) => R) & Portable,
    items: Items<I>,
    options?: BatchOptions<NoInfer<I>>,
  ): TaskGroup<Awaited<R>>;
  /**
   * Submits tasks of different functions, to be awaited and cancelled together.
   *
   * @param calls For each task an array of the function and its arguments.
   * @param options How to run each.
   * @returns The group.
   * @throws As `map` does. {@linkcode TypeError} also when there is a checkpoint and no `namespace`.
   */
  group<F extends readonly (AnyFunction & Portable)[]>(
    calls: readonly [...{ [K in keyof F]: readonly [F[K], ...Parameters<F[K]>] }],
    options?: BatchOptions<readonly [F[number], ...unknown[]]>,
  ): TaskGroup<Awaited<ReturnType<F[number]>>>;
  group(
    fnOrCalls: (AnyFunction & Portable) | Iterable<readonly [AnyFunction, ...unknown[]]>,
    itemsOrOptions?: Iterable<unknown> | BatchOptions,
    options?: BatchOptions,
  ): TaskGroup {
    return this.#submission.group(fnOrCalls, itemsOrOptions, options);
  }

  /**
   * Binds a function and options to this queue: a function whose calls are submissions.
   *
   * @param fn The function to run.
   * @param options How to run it.
   * @returns The bound task.
   * @throws {TypeError} When `fn` is not a function, or an option is unknown or of the wrong type.
   * @throws {RangeError} When an option's value is out of range.
   *
   * @example
   * ```ts
   * import { AsyncQueue } from "@trilane/trilane";
   *
   * await using queue = new AsyncQueue();
   * await queue.start();
   * const add = queue.task((a: number, b: number) => a + b, { retries: 2 });
   * console.log(await add(1, 2).value()); // 3
   * console.log(await add.with({ priority: 0 }).group([[1, 1], [2, 2]]).values()); // [ 2, 4 ]
   * ```
   */
  task<A extends readonly unknown[], R>(
    fn: ((...args: A) => R) & Portable,
    options: TaskOptions = {},
  ): BoundTask<A, Awaited<R>> {
    this.#lane.assertTask(fn);
    return bindTask<A, Awaited<R>>({
      read: (own) => this.#submission.read(own),
      submit: (args, own) => this.#submission.one(fn, [...args], own) as Task<Awaited<R>>,
      map: (items, own) => this.map<MapItem<A>, A, R>(fn, items, own),
      group: (items, own) => this.group<MapItem<A>, A, R>(fn, items, own),
    }, options);
  }

  /**
   * Runs a task for each item of a source that is pulled lazily, and yields the values. Starts the
   * queue when its first value is asked for.
   *
   * * At most `window` items are held: pulled and not yet taken by the consumer.
   * * It rejects at the first failure: as soon as a task has failed and the values that come before it
   *   and are there have been taken. With `settled: true` it yields results and goes on.
   * * When the source throws, what was pulled before is still yielded, then its error is thrown.
   * * Leaving the loop early stops pulling, cancels what is in flight and calls the source's `return()`
   *   once. It is awaited, unless the source was just asked for an item: that may take for ever.
   * * With a `checkpoint` the recorded values are yielded among the others, without a task being submitted.
   * * Its results are kept by the queue as `retain` says. For a source without end choose `retain: "none"`.
   *
   * @param fn The function to run.
   * @param source For each task an array of arguments, or its one argument.
   * @param options How to run each, and the stream.
   * @returns An iterator over the values.
   * @throws {QueueClosedError} When the queue has been shut down.
   * @throws {TypeError} When the source can't be iterated, or as `submit` throws.
   * @throws {RangeError} As `submit` throws.
   *
   * @example
   * ```ts
   * import { AsyncQueue } from "@trilane/trilane";
   *
   * await using queue = new AsyncQueue({ workers: 2 });
   * for await (const square of queue.stream((n: number) => n * n, [1, 2, 3])) console.log(square);
   * ```
   */
  stream<
    I extends Readonly<A> | LoneArgument<A>,
    A extends readonly unknown[] = ItemArguments<I>,
    R = unknown,
    S extends boolean = false,
  >(
    fn: ((...args: A) => R) & Portable,
    source: Items<I> | AsyncIterable<I>,
    options: StreamOptions<NoInfer<I>> & { readonly settled?: S } = {},
  ): AsyncIterableIterator<StreamItem<Awaited<R>, S>> {
    const values = this.#submission.stream(fn, source, options);
    return values as AsyncIterableIterator<StreamItem<Awaited<R>, S>>;
  }

  // From other threads

  /**
   * Lets another thread submit portable tasks to this queue. Transfer the port to a worker of your own or, with
   * `transfer`, to a task on a `ThreadQueue`, and call `attachQueue` on it there. For each thread share anew.
   *
   * * Tasks run where the queue's own tasks run. An `AsyncQueue` runs them on this thread, which loads their
   *   modules.
   * * An open port doesn't keep the program alive. It is closed by either end, by the end of the other thread, and
   *   when the queue has closed. What was submitted stays submitted.
   *
   * @returns The end to give away.
   * @throws {QueueClosedError} When the queue has been shut down.
   * @throws {QueueStateError} When the program has loaded but the entry points `./async`, `./thread` or `./process`, which
   * leave sharing out.
   *
   * @example
   * ```ts
   * import { AsyncQueue, attachQueue, inlineTask } from "@trilane/trilane";
   *
   * await using queue = new AsyncQueue();
   * await queue.start();
   * using remote = attachQueue(queue.share()); // usually on another thread
   * const double = inlineTask((n: number) => n * 2);
   * const handle = await remote.submit(double, [21]);
   * console.log(await handle.value()); // 42
   * ```
   */
  share(): MessagePort {
    if (this.closed) throw new QueueClosedError("Cannot share a queue that has been shut down");
    const share = serveShared(this, () => this.#shares.delete(share));
    this.#shares.add(share);
    return share.end;
  }

  // Lifecycle

  /**
   * Starts workers and dispatch. Called by `run()`, `join()` and `stream()`; once is enough.
   *
   * @returns The queue.
   * @throws {QueueClosedError} (rejects) When the queue has been shut down.
   */
  async start(): Promise<this> {
    await this.#engine.lifecycle.start();
    return this;
  }

  /**
   * Runs what is submitted: until nothing is outstanding (mode `"finite"`), or until `shutdown()` (`"infinite"`);
   * in either mode until the timeout, which cancels what is left but `mustComplete` tasks, unless the
   * queue's `onExit` is `"cancel"`. Afterwards the queue is open for more.
   *
   * @param options How to run.
   * @returns The summary of all tasks that ended since the last summary (or since construction or `reset()`).
   * @throws {QueueStateError} (rejects) When the queue is running already.
   * @throws {QueueClosedError} (rejects) When the queue has been shut down.
   * @throws {ExecutionError} (rejects) When a task failed and `strict` is set, after the run.
   * @throws (rejects) The signal's reason when it aborts. What ended is then told by the next summary.
   * @throws {TypeError} (rejects) When an option is unknown or of the wrong type.
   * @throws {RangeError} (rejects) When an option's value is out of range.
   */
  async run(options: RunOptions = {}): Promise<RunSummary> {
    if (this.#running) throw new QueueStateError("Cannot run a queue that is already running");
    this.#running = true;
    try {
      return await runEngine(this.#engine, this.#options, options);
    } finally {
      this.#running = false;
    }
  }

  /**
   * Starts the queue, if need be, and waits until nothing is outstanding; in both modes.
   *
   * @returns When that is so.
   */
  async join(): Promise<void> {
    if (!this.#engine.closed) await this.#engine.lifecycle.start();
    await this.#engine.lifecycle.idle();
  }

  /**
   * Closes the queue: refuses new work, runs what is outstanding (scheduled tasks and retries included; a
   * paused queue is resumed for that) and stops the workers. A task that awaits the graceful shutdown of
   * its own queue waits for itself.
   *
   * @param options With `force` everything outstanding is cancelled instead, `mustComplete` tasks too; also
   * while a graceful shutdown is under way. With a `timeout`, in milliseconds, that is done once it has passed.
   * @returns When the queue has closed.
   */
  async shutdown(
    options: { readonly force?: boolean; readonly timeout?: number } = {},
  ): Promise<void> {
    const own = ownOptions("shutdown", options, SHUTDOWN_OPTION_CHECKS);
    const { force = false, timeout = Infinity } = own;
    const { timers } = this.#engine;
    const limit = { timer: 0, expire: () => this.#engine.lifecycle.cancelForShutdown() };
    if (force) this.#engine.lifecycle.cancelForShutdown();
    else if (timeout !== Infinity) timers.addIn(limit, timeout);
    this.#shutdown ??= this.#engine.lifecycle.close();
    try {
      await this.#shutdown;
    } finally {
      timers.remove(limit);
    }
    for (const share of this.#shares) share.close();
  }

  /**
   * Cancels everything and closes the queue: the same as `shutdown({ force: true })`.
   *
   * @returns When the queue has closed.
   */
  cancel(): Promise<void> {
    return this.shutdown({ force: true });
  }

  /**
   * Cancels the tasks that have not started, those that wait for a retry too. What runs goes on, and so do `mustComplete` tasks
   * unless they wait, by `after`, for one that is cancelled.
   *
   * @param reason What the results' `reason` is. Default: a `TaskCancelledError` for each.
   * @returns How many were cancelled.
   */
  cancelPending(reason?: unknown): number {
    return this.#engine.cancelPending(reason);
  }

  /**
   * The tasks that have not ended.
   *
   * @param status Which of them. Default: all.
   * @returns Their handles, in order of submission.
   * @throws {TypeError} When the status is not a string.
   * @throws {RangeError} When it is none that a task can have before its end.
   */
  tasks(status?: "pending" | "scheduled" | "running" | "retrying" | "blocked"): TaskHandle[] {
    if (status !== undefined) checkStatus("status", status);
    return this.#engine.tasks().filter((task) => status === undefined || task.status === status);
  }

  /**
   * Makes the queue as good as new: cancels what is outstanding, forgets results and statistics,
   * resumes it if it was paused and reopens it if it was shut down.
   *
   * @throws {QueueStateError} While `run()` or `shutdown()` is under way.
   */
  reset(): void {
    if (this.#running || this.#engine.lifecycle.closing) {
      const state = this.#running ? "running" : "shutting down";
      throw new QueueStateError(`Cannot reset a queue while it is ${state}`);
    }
    this.#shutdown = undefined;
    this.#engine.lifecycle.reset();
  }

  /** Lets go of the results that are kept; counts and everything else stay. */
  clearResults(): void {
    this.#engine.history.clear();
  }

  /** Stops starting attempts. Those that are running go on. Without effect while the queue shuts down. */
  pause(): void {
    this.#engine.lifecycle.pause();
  }

  /** Starts attempts again. */
  resume(): void {
    this.#engine.lifecycle.resume();
  }

  /**
   * Shuts down gracefully at the end of an `await using` block.
   *
   * @returns When the queue has closed.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * Makes a queue, starts it, runs the body and shuts the queue down: gracefully when the body
   * returns, by force when it throws.
   *
   * @param options The queue's options.
   * @param body What to do with it.
   * @returns What the body returned, once the queue has closed.
   * @throws (rejects) What the body throws.
   *
   * @example
   * ```ts
   * import { AsyncQueue } from "@trilane/trilane";
   *
   * const value = await AsyncQueue.use({ workers: 2 }, (queue) => queue.submit(() => 42).value());
   * console.log(value); // 42
   * ```
   */
  static async use<Q extends TaskQueue<never>, O, T>(
    this: new (options: O) => Q,
    options: O,
    body: (queue: Q) => T | Promise<T>,
  ): Promise<T> {
    const queue = new this(options);
    try {
      await queue.start();
      const value = await body(queue);
      await queue.shutdown();
      return value;
    } catch (error) {
      await queue.cancel();
      throw error;
    }
  }

  /** Iterates over tasks as they end; the function `asCompleted` under the queue's name. */
  static readonly asCompleted: typeof asCompleted = asCompleted;

  /**
   * Adds hooks beside those of the constructor, which are called first. Like those they are called between the queue's own
   * steps, in order; what they throw is reported and affects nothing.
   *
   * @param hooks The hooks: `onStart`, `onComplete`, `onRetry`, `onProgress`.
   * @returns Takes them back when it is disposed of.
   * @throws {TypeError} When a hook is unknown or not a function.
   *
   * @example
   * ```ts
   * import { AsyncQueue } from "@trilane/trilane";
   *
   * await using queue = new AsyncQueue();
   * using _watch = queue.observe({ onComplete: ({ name, status }) => console.log(name, status) });
   * await queue.submit(() => 1, { name: "one" }); // prints "one succeeded"
   * ```
   */
  observe(hooks: Hooks): Disposable {
    const own = ownOptions("hook", hooks, HOOK_CHECKS);
    return { [Symbol.dispose]: this.#engine.announcer.observe(own) };
  }

  // State

  /** How many tasks have an attempt under way. */
  get activeCount(): number {
    return this.#engine.running.size;
  }

  /** How many tasks wait: for their turn, their time or others. */
  get pendingCount(): number {
    return this.#engine.waiting;
  }

  /** Whether the queue refuses new work, from the call of `shutdown()` on. */
  get closed(): boolean {
    return this.#engine.closed;
  }

  /** Whether the queue starts no attempts for now. */
  get paused(): boolean {
    return this.#engine.paused;
  }

  /** The results that are kept (see the option `retain`), in order of completion, without detached tasks. */
  get results(): TaskResult[] {
    return this.#engine.history.kept().map((task) => task.result());
  }

  /**
   * How many attempts may run at once. Setting it fixes the number: more are started at once, and when
   * there are too many, those that are running go on to their end.
   */
  get workers(): number {
    return this.#engine.executor.limit;
  }

  set workers(workers: number) {
    this.#lane.checks.workers!("workers", workers);
    this.#engine.atHome(() => this.#engine.executor.resize(workers));
  }

  /**
   * How many attempts may start in a time, `undefined` for no limit. When it is set, the starts that were count under the new
   * rate too.
   */
  get rate(): Rate | undefined {
    return this.#engine.dispatcher.rate;
  }

  set rate(rate: Rate | undefined) {
    if (rate !== undefined) checkRate("rate", rate);
    checkBurst(rate, this.#options.burst);
    this.#engine.dispatcher.rate = typeof rate === "object" ? Object.freeze({ ...rate }) : rate;
  }

  /**
   * What waits and runs under each key of the queue's `limits`. Idle keys are left out.
   *
   * @returns The keys, those that came first first. Iterate over them at once: they change with the queue.
   */
  keyLoads(): Iterable<KeyLoad> {
    return this.#engine.keyLoads();
  }

  /** What the queue is doing, in numbers. */
  get stats(): QueueStats {
    const engine = this.#engine;
    const { succeeded, failed, cancelled } = engine.history.total;
    return {
      pending: engine.waiting - engine.scheduledCount - engine.blocked.size,
      scheduled: engine.scheduledCount,
      blocked: engine.blocked.size,
      limited: engine.dispatcher.limited,
      active: engine.running.size,
      completed: succeeded + failed + cancelled,
      succeeded,
      failed,
      cancelled,
      retried: engine.retrying.count,
      abandoned: engine.executor.abandoned,
      workers: engine.executor.workers,
      closed: engine.closed,
      paused: engine.paused,
    };
  }
}
