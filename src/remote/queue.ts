import { show } from "../base/errors.ts";
import { HandlePromise } from "../base/handle_promise.ts";
import { shared } from "../base/shared.ts";
import type { Portable } from "../portable/portable.ts";
import {
  areCalls,
  callsOf,
  groupCalls,
  submittedArguments,
  submittedOptions,
} from "../queue/calls.ts";
import type { ItemArguments, Items, LoneArgument, OptionsIfNone } from "../queue/items.ts";
import type { QueueStats } from "../queue/queue.ts";
import type { TaskOptions } from "../task/options.ts";
import type { AnyFunction } from "../task/task.ts";
import { assertRemoteTask } from "./batch.ts";
import { Connection } from "./connection.ts";
import { RemoteGroup } from "./group.ts";
import type { PlainRemoteHandle, RemoteHandle } from "./handle.ts";
import { SHUTDOWN, STATS } from "./protocol.ts";
import { submitBatch } from "./submission.ts";

/**
 * A queue of another thread, as `attachQueue` gives it. Its tasks are portable, whatever the queue is, and run where the
 * queue's own do.
 *
 * * Calls are made in order: what is submitted first is admitted first.
 * * What a local queue throws, the promises reject with. They do so with `QueueClosedError` when the queue or
 *   the connection closes before the answer is here.
 * * Arguments, values and errors are copied, arguments marked with `transfer` handed over.
 * * When the queue's thread ends without closing it, calls reject on Bun. Deno doesn't tell: they wait for ever, unless a
 *   wait has a `timeout`.
 * * It keeps its thread alive while a call has no answer or someone waits for a task.
 *
 * Close it when it isn't needed any more. That cancels nothing, but what becomes of its tasks can't be seen here then.
 *
 * @example
 * ```ts
 * import { AsyncQueue, attachQueue, inlineTask } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * await queue.start();
 * using remote = attachQueue(queue.share()); // usually on another thread
 * const double = inlineTask((n: number) => n * 2);
 * const handles = await remote.map(double, [1, 2, 3], { priority: 0 });
 * console.log(await Promise.all(handles.map((handle) => handle.value()))); // [ 2, 4, 6 ]
 * ```
 */
export class RemoteQueue implements Disposable {
  readonly #connection: Connection;

  /**
   * Made by `attachQueue`.
   *
   * @param connection The connection to the queue.
   */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Submits a task.
   *
   * The promise resolves to the task's handle itself, and so do those that its `then`, `catch` and `finally` give. Return
   * it from an `async` function only inside an object: JavaScript would await it there; see {@linkcode PlainHandle}.
   *
   * @param fn The portable task to run.
   * @param args Its arguments.
   * @param options How to run it. `retryIf` can't be sent; the `signal` is heard on this thread.
   * @returns Its handle, once the queue has admitted it.
   * @throws {QueueClosedError} (rejects) When the queue or the connection is closed.
   * @throws {QueueFullError} (rejects) When the queue has no room.
   * @throws {NotPortableError} (rejects) When the function is not a portable task, or an argument or an option
   * can't be sent.
   * @throws {TypeError} (rejects) When `fn` is not a function, or an option is unknown or of the wrong type.
   * @throws {RangeError} (rejects) When an option's value is out of range.
   */
  submit<A extends readonly unknown[], R>(
    fn: ((...args: A) => R) & Portable,
    args: Readonly<A>,
    options: TaskOptions | undefined,
  ): Promise<PlainRemoteHandle<Awaited<R>>>;
  /**
   * Submits a task with its arguments or, when the function needs none, with options.
   *
   * @param fn The portable task to run.
   * @param argsOrOptions Its arguments, or how to run it.
   * @returns Its handle, once the queue has admitted it.
   */
  submit<A extends readonly unknown[], R>(
    fn: ((...args: A) => R) & Portable,
    argsOrOptions: Readonly<A> | OptionsIfNone<A, TaskOptions>,
  ): Promise<PlainRemoteHandle<Awaited<R>>>;
  /**
   * Submits a task whose function needs no arguments.
   *
   * @param fn The portable task to run.
   * @returns Its handle, once the queue has admitted it.
   */
  submit<R>(fn: (() => R) & Portable): Promise<PlainRemoteHandle<Awaited<R>>>;
  submit(
    fn: AnyFunction & Portable,
    argsOrOptions?: readonly unknown[] | TaskOptions,
    options?: TaskOptions,
  ): Promise<PlainRemoteHandle> {
    return HandlePromise.of<PlainRemoteHandle>((resolve, reject) => {
      const args = submittedArguments(argsOrOptions, options);
      const own = submittedOptions(argsOrOptions, options);
      submitBatch(this.#connection, [{ fn, args }], false, own)
        .then(({ tasks }) => resolve(tasks[0]!), reject);
    });
  }

  /**
   * Submits a task for each item: all of them or, when this rejects, none.
   *
   * @param fn The portable task to run.
   * @param items For each task an array of arguments, or its one argument.
   * @param options How to run each.
   * @returns Their handles, in the order of the items, once the queue has admitted them.
   * @throws {QueueFullError} (rejects) When the queue has no room for all of them.
   * @throws (rejects) As `submit` does.
   */
  async map<
    I extends Readonly<A> | LoneArgument<A>,
    A extends readonly unknown[] = ItemArguments<I>,
    R = unknown,
  >(
    fn: ((...args: A) => R) & Portable,
    items: Items<I>,
    options?: TaskOptions,
  ): Promise<RemoteHandle<Awaited<R>>[]> {
    assertRemoteTask(fn);
    const { tasks } = await submitBatch(this.#connection, callsOf(fn, items), false, options);
    return tasks as RemoteHandle<Awaited<R>>[];
  }

  /**
   * Submits a task for each item, as `map` does, to be awaited and cancelled together.
   *
   * @param fn The portable task to run.
   * @param items For each task an array of arguments, or its one argument.
   * @param options How to run each.
   * @returns The group, once the queue has admitted it.
   * @throws (rejects) As `map` does.
   */
  group<
    I extends Readonly<A> | LoneArgument<A>,
    A extends readonly unknown[] = ItemArguments<I>,
    R = unknown,
  >(
    fn: ((...args: A) => R) & Portable,
    items: Items<I>,
    options?: TaskOptions,
  ): Promise<RemoteGroup<Awaited<R>>>;
  /**
   * Submits tasks of different functions, to be awaited and cancelled together.
   *
   * @param calls For each task an array of the function and its arguments.
   * @param options How to run each.
   * @returns The group.
   */
  group<F extends readonly (AnyFunction & Portable)[]>(
    calls: readonly [...{ [K in keyof F]: readonly [F[K], ...Parameters<F[K]>] }],
    options?: TaskOptions,
  ): Promise<RemoteGroup<Awaited<ReturnType<F[number]>>>>;
  async group(
    fnOrCalls: (AnyFunction & Portable) | Iterable<readonly [AnyFunction, ...unknown[]]>,
    itemsOrOptions?: Iterable<unknown> | TaskOptions,
    options?: TaskOptions,
  ): Promise<RemoteGroup> {
    if (!areCalls(fnOrCalls)) assertRemoteTask(fnOrCalls);
    const [specs, own] = groupCalls(fnOrCalls, itemsOrOptions, options);
    const { groupId, tasks } = await submitBatch(this.#connection, specs, true, own);
    return new RemoteGroup(groupId!, tasks, this.#connection);
  }

  /**
   * Cancels everything on the queue, whoever submitted it, and closes it: a `run()` that is under way ends.
   *
   * @returns When the queue has closed.
   * @throws {QueueClosedError} (rejects) When the connection is closed, but not by the queue's having closed.
   */
  async cancel(): Promise<void> {
    try {
      await this.#connection.request("cancel the queue", (request) => [SHUTDOWN, request]);
    } catch (error) {
      if (this.#connection.lastStats === undefined) throw error;
    }
  }

  /**
   * Asks what the queue is doing.
   *
   * @returns Its statistics; when it has closed, the last ones.
   * @throws {QueueClosedError} (rejects) When the connection is closed, but not by the queue's having closed.
   */
  async stats(): Promise<QueueStats> {
    try {
      return await this.#connection.request("ask for statistics", (request) => [STATS, request]);
    } catch (error) {
      if (this.#connection.lastStats === undefined) throw error;
      return this.#connection.lastStats;
    }
  }

  /** Whether the connection is closed: by `close()`, or because the queue has closed or its thread has ended. */
  get closed(): boolean {
    return this.#connection.closed;
  }

  /**
   * Closes the connection. The queue goes on, and so does what was submitted.
   */
  close(): void {
    this.#connection.close("it was closed here");
  }

  /**
   * Closes the connection at the end of a `using` block.
   */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** The ports that are in use. */
const attached = shared("attached", () => new WeakSet<MessagePort>());

/**
 * Gives access to a queue of another thread.
 *
 * @param port What the queue's `share()` returned, transferred to this thread.
 * @returns The queue. Close it when it isn't needed any more.
 * @throws {TypeError} When it is not a port, or attached already.
 *
 * @example A task on a thread that submits to a queue of the main thread
 * ```ts
 * import { AsyncQueue, inlineTask, ThreadQueue, transfer } from "@trilane/trilane";
 *
 * const add = inlineTask(async (port: MessagePort, trilane: string) => {
 *   const { attachQueue, inlineTask } = await import(trilane);
 *   using remote = attachQueue(port);
 *   const sum = await remote.submit(inlineTask((a: number, b: number) => a + b), [1, 2]);
 *   return await sum.value();
 * });
 * await using main = new AsyncQueue();
 * await main.start();
 * await using threads = new ThreadQueue({ workers: 1 });
 * await threads.start();
 * const port = main.share();
 * const library = import.meta.resolve("@trilane/trilane");
 * const handle = threads.submit(add, [transfer(port, [port]), library]);
 * console.log(await handle.value()); // 3
 * ```
 */
export function attachQueue(port: MessagePort): RemoteQueue {
  if (!(port instanceof MessagePort)) {
    throw new TypeError(`attachQueue takes the port of a shared queue: got ${show(port)}`);
  }
  if (attached.has(port)) throw new TypeError("Cannot attach a port twice");
  attached.add(port);
  return new RemoteQueue(new Connection(port));
}
