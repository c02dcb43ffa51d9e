import { checkOptions } from "../base/checks.ts";
import { QueueStateError, show } from "../base/errors.ts";
import { isAsyncIterable, isIterable } from "../base/iterables.ts";
import type { Engine } from "../engine/engine.ts";
import { DEFAULT_PRIORITY, resolveTaskOptions, type TaskOptions } from "../task/options.ts";
import type { Entry } from "../task/recorder.ts";
import type { AnyFunction, Task } from "../task/task.ts";
import { areCalls, argumentsOf, type Call, callsOf, groupCalls } from "./calls.ts";
import { TaskGroup } from "./group.ts";
import { BATCH_OPTION_CHECKS, type BatchOptions, resumption, taskOptionsOf } from "./resume.ts";
import { Stream, STREAM_OPTION_CHECKS, type StreamOptions } from "./stream.ts";

let groups = 0;

/** How tasks come into a queue: what is behind `submit`, `map`, `group` and `stream`. */
export class Submission {
  readonly #engine: Engine;
  readonly #assertTask: (fn: unknown) => void;

  /**
   * @param engine Where they are submitted.
   * @param assertTask Refuses what the lane can't run.
   */
  constructor(engine: Engine, assertTask: (fn: unknown) => void) {
    this.#engine = engine;
    this.#assertTask = assertTask;
  }

  one(fn: AnyFunction, args: readonly unknown[], options: TaskOptions | undefined): Task {
    this.#assertTask(fn);
    const resolved = resolveTaskOptions(options);
    const priority = options?.priority ?? DEFAULT_PRIORITY;
    return this.#engine.submitOne(fn, args, priority, resolved, this.#engine.site());
  }

  /**
   * Submits a task as soon as there is room. It comes in an object, since a promise can't hold a thenable.
   *
   * @param isWithdrawn Whether nobody wants the task any more; asked when there is room. Then this rejects.
   * @param entry Where its success is recorded.
   */
  async whenReady(
    fn: AnyFunction,
    args: readonly unknown[],
    options: TaskOptions | undefined,
    isWithdrawn: () => boolean = () => false,
    entry?: Entry,
  ): Promise<{ task: Task }> {
    this.#assertTask(fn);
    const resolved = resolveTaskOptions(options);
    // Now: room may be made by a call from quite another place.
    const site = this.#engine.site();
    return await this.#engine.admission.wait(
      () => {
        if (isWithdrawn()) {
          throw new QueueStateError("The task was withdrawn before there was room");
        }
        const priority = options?.priority ?? DEFAULT_PRIORITY;
        const task = this.#engine.submitOne(fn, args, priority, resolved, site);
        task.entry = entry;
        return { task };
      },
      resolved.signal,
      () => this.#engine.awaited(),
    );
  }

  map(fn: AnyFunction, items: Iterable<unknown>, options: BatchOptions | undefined): Task[] {
    this.#assertTask(fn);
    return this.#all(callsOf(fn, items), fn, options);
  }

  group(
    fnOrCalls: AnyFunction | Iterable<readonly [AnyFunction, ...unknown[]]>,
    itemsOrOptions: Iterable<unknown> | BatchOptions | undefined,
    options: BatchOptions | undefined,
  ): TaskGroup {
    const mixed = areCalls(fnOrCalls);
    if (!mixed) this.#assertTask(fnOrCalls);
    const [calls, own] = groupCalls(fnOrCalls, itemsOrOptions, options);
    const groupId = own?.groupId ?? `group-${++groups}`;
    const tasks = this.#all(calls, mixed ? undefined : fnOrCalls, { ...own, groupId });
    return new TaskGroup(groupId, tasks, this.#engine.timers);
  }

  stream(
    fn: AnyFunction,
    source: Iterable<unknown> | AsyncIterable<unknown>,
    options: StreamOptions,
  ): AsyncIterableIterator<unknown> {
    this.#assertTask(fn);
    checkOptions("stream", options, STREAM_OPTION_CHECKS);
    const { window = 2 * this.#engine.executor.limit, ordered = true, settled = false } = options;
    resolveTaskOptions(taskOptionsOf(options));
    if (!isIterable(source) && !isAsyncIterable(source)) {
      throw new TypeError(`stream needs something to iterate over: got ${show(source)}`);
    }
    this.#engine.admission.assertOpen();
    const submit = this.#streamed(fn, options);
    return new Stream(this.#engine, { source, window, ordered, settled, submit });
  }

  /** What submits the task of one item of a stream. */
  #streamed(
    fn: AnyFunction,
    options: StreamOptions,
  ): (item: unknown, stopped: () => boolean) => Promise<{ task: Task }> {
    const { metadataOf } = options;
    const own = taskOptionsOf(options);
    const lookUp = resumption(options, fn);
    return async (item, stopped) => {
      const args = argumentsOf(item);
      const [call] = lookUp?.([{ fn, args, item }]) ?? [];
      const each = metadataOf === undefined ? own : { ...own, metadata: metadataOf(item) };
      if (call?.recorded === undefined) {
        return await this.whenReady(fn, args, each, stopped, call?.entry);
      }
      const [task] = this.#engine.submit(
        [call],
        own.priority ?? DEFAULT_PRIORITY,
        resolveTaskOptions(each),
      );
      return { task };
    };
  }

  /** @param fn The function that all calls are of; `undefined` when they are of different ones. */
  #all(
    calls: readonly Call[],
    fn: AnyFunction | undefined,
    options: BatchOptions = {},
  ): Task[] {
    // One function for all has been looked at, even for a batch of none.
    if (fn === undefined) { for (const call of calls) this.#assertTask(call.fn); }
    const resolved = resolveTaskOptions(options, BATCH_OPTION_CHECKS);
    const { priority = DEFAULT_PRIORITY } = options;
    const specs = resumption(options, fn)?.(calls) ?? calls;
    return this.#engine.submit(specs, priority, resolved);
  }
}
