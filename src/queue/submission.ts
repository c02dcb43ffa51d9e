import { bound } from "../base/async_contexts.ts";
import { type OptionChecks, ownOptions, refuse } from "../base/checks.ts";
import { QueueStateError, show } from "../base/errors.ts";
import { isAsyncIterable, isIterable } from "../base/iterables.ts";
import type { Dependency } from "../engine/blocked.ts";
import type { Engine } from "../engine/engine.ts";
import type { Origin, TaskSpec } from "../engine/intake.ts";
import type { QueueOptions } from "../engine/options.ts";
import type { Keys, TaskOptions } from "../task/options.ts";
import type { AnyFunction, Task } from "../task/task.ts";
import { areCalls, argumentsOf, type Call, callOf, callsOf, groupCalls, itemOf } from "./calls.ts";
import { TaskGroup } from "./group.ts";
import { BATCH_OPTION_CHECKS, type BatchOptions, resumption, taskOptionsOf } from "./resume.ts";
import { Stream, STREAM_OPTION_CHECKS, type StreamOptions, type Submitted } from "./stream.ts";
import { dedupeOf, handlesOf, TaskOptionReader, type TaskPlan } from "./task_options.ts";

/** The most items that a stream holds by default, where the number of workers has no limit. */
const MAX_DEFAULT_WINDOW = 1024;

let groups = 0;

/** How tasks come into a queue: what is behind `submit`, `map`, `group` and `stream`. */
export class Submission {
  readonly #engine: Engine;
  readonly #assertTask: (fn: unknown) => void;
  readonly #reader: TaskOptionReader;

  /**
   * @param engine Where they are submitted.
   * @param options The queue's options.
   * @param assertTask Refuses what the lane can't run.
   * @param checks Those of task options that the lane takes in its own way, or not at all.
   * @throws {TypeError} When the queue's defaults don't fit it.
   */
  constructor(
    engine: Engine,
    options: QueueOptions,
    assertTask: (fn: unknown) => void,
    checks?: OptionChecks,
  ) {
    this.#engine = engine;
    this.#assertTask = assertTask;
    this.#reader = new TaskOptionReader(options.defaults, options.limits, checks);
  }

  /** Checks options; returns a copy that can be read again and again. */
  read(options: TaskOptions): TaskOptions {
    const { after } = this.#reader.read(options);
    return after === undefined ? { ...options } : { ...options, after };
  }

  one(fn: AnyFunction, args: readonly unknown[], options: TaskOptions | undefined): Task {
    this.#assertTask(fn);
    const plan = this.#reader.read(options);
    const { priority, checkpoint, keys, dedupe, after } = plan;
    if (checkpoint === undefined && dedupe === undefined && after === undefined) {
      return this.#engine.intake.submitOne(
        fn,
        args,
        priority,
        plan.options,
        keys as Keys | undefined,
      );
    }
    return this.#submit(this.#specs([callOf(fn, args, itemOf(args))], fn, plan), plan)[0]!;
  }

  /** Submits a task that gets its arguments of the values of what it waits for. */
  after(
    handles: Iterable<unknown>,
    fn: AnyFunction,
    argsOrOptions: AnyFunction | TaskOptions | undefined,
    options: TaskOptions | undefined,
  ): Task {
    this.#assertTask(fn);
    if (options !== undefined && typeof argsOrOptions === "object") {
      throw new TypeError(`args must be a function of the values: got ${show(argsOrOptions)}`);
    }
    const argsOf = typeof argsOrOptions === "function" ? argsOrOptions : undefined;
    const plan = this.#reader.read(options ?? (argsOf ? undefined : argsOrOptions as TaskOptions));
    if (!isIterable(handles)) refuse(TypeError, "handles", "an iterable of handles", handles);
    const values = handlesOf("handles", handles);
    const dependency = {
      sources: [...values, ...plan.after ?? []],
      argsOf: bound((...all: unknown[]) => {
        const own = all.slice(0, values.length);
        return argsOf === undefined ? own : argsOf(...own) as unknown[];
      }, this.#engine.contexts),
    };
    const specs = this.#specs([callOf(fn, [], [])], fn, plan);
    return this.#submit(specs, plan, dependency)[0]!;
  }

  /**
   * Submits a task as soon as there is room. It comes in an object, since a promise can't hold a thenable.
   *
   * @param options How to run it.
   */
  async whenReady(
    fn: AnyFunction,
    args: readonly unknown[],
    options: TaskOptions | undefined,
  ): Promise<Submitted> {
    this.#assertTask(fn);
    const plan = this.#reader.read(options);
    const [spec] = this.#specs([callOf(fn, args, itemOf(args))], fn, plan);
    return await this.#whenReady(spec!, plan);
  }

  /**
   * @param origin Where the task was asked for: room may be made by a call from quite another place.
   * @param isWithdrawn Whether nobody wants the task any more; asked when there is room. Then this throws or rejects.
   * @returns The task at once, if there is room.
   */
  #whenReady(
    spec: TaskSpec,
    plan: TaskPlan,
    origin = this.#engine.intake.originOf(plan.options),
    isWithdrawn: () => boolean = () => false,
  ): Submitted | Promise<Submitted> {
    const submit = () => {
      if (isWithdrawn()) throw new QueueStateError("The task was withdrawn before there was room");
      return { task: this.#submitOne(spec, plan, origin) };
    };
    if (this.#engine.intake.needsNoRoom(spec)) return submit();
    return this.#engine.admission.wait(
      submit,
      plan.options.signal,
      () => this.#engine.awaited(),
    );
  }

  map(fn: AnyFunction, items: Iterable<unknown>, options: BatchOptions | undefined): Task[] {
    this.#assertTask(fn);
    const calls = callsOf(fn, items);
    const plan = this.#reader.read(options, BATCH_OPTION_CHECKS);
    return this.#submit(this.#specs(calls, fn, plan), plan);
  }

  group(
    fnOrCalls: AnyFunction | Iterable<readonly [AnyFunction, ...unknown[]]>,
    itemsOrOptions: Iterable<unknown> | BatchOptions | undefined,
    options: BatchOptions | undefined,
  ): TaskGroup {
    const isMixed = areCalls(fnOrCalls);
    // One function for all is looked at even for a batch of none.
    if (!isMixed) this.#assertTask(fnOrCalls);
    const [calls, own] = groupCalls(fnOrCalls, itemsOrOptions, options);
    if (isMixed) { for (const call of calls) this.#assertTask(call.fn); }
    const read = this.#reader.read(own, BATCH_OPTION_CHECKS);
    const groupId = read.options.groupId ?? `group-${++groups}`;
    const plan = { ...read, options: { ...read.options, groupId } };
    const specs = this.#specs(calls, isMixed ? undefined : fnOrCalls, plan);
    const { submitted } = this.#engine.intake;
    const tasks = this.#submit(specs, plan);
    return new TaskGroup(groupId, tasks, this.#engine.timers, submitted);
  }

  stream(
    fn: AnyFunction,
    source: Iterable<unknown> | AsyncIterable<unknown>,
    options: StreamOptions,
  ): AsyncIterableIterator<unknown> {
    this.#assertTask(fn);
    const own = ownOptions("stream", options, STREAM_OPTION_CHECKS);
    const { limit } = this.#engine.executor;
    const { window = limit === Infinity ? MAX_DEFAULT_WINDOW : 2 * limit } = own;
    const { ordered = true, settled = false, metadataOf } = own;
    const plan = this.#reader.read(taskOptionsOf(own), BATCH_OPTION_CHECKS);
    if (!isIterable(source) && !isAsyncIterable(source)) {
      throw new TypeError(`stream needs something to iterate over: got ${show(source)}`);
    }
    this.#engine.admission.assertOpen();
    const origin = this.#engine.intake.originOf(plan.options);
    const submit = (item: unknown, stopped: () => boolean) => {
      const [spec] = this.#specs([callOf(fn, argumentsOf(item), item)], fn, plan);
      if (metadataOf === undefined) return this.#whenReady(spec!, plan, origin, stopped);
      const taskOptions = { ...plan.options, metadata: metadataOf(item) };
      return this.#whenReady(spec!, { ...plan, options: taskOptions }, origin, stopped);
    };
    return new Stream(this.#engine, { source, window, ordered, settled, submit });
  }

  /**
   * What is to be known of each call before any is submitted.
   *
   * @param fn The function that all calls are of; `undefined` when they are of different ones.
   */
  #specs(calls: readonly Call[], fn: AnyFunction | undefined, plan: TaskPlan): readonly TaskSpec[] {
    if (plan.keys !== undefined || plan.dedupe !== undefined) {
      for (const call of calls) {
        call.keys = this.#reader.keysOf(plan, call.item);
        call.dedupe = dedupeOf(plan, call.item);
      }
    }
    resumption(plan, plan.options.name, fn)?.(calls);
    return calls;
  }

  /** Submits one task; most need no lists for that. */
  #submitOne(spec: TaskSpec, plan: TaskPlan, origin: Origin): Task {
    const { fn, args, entry, recorded, keys, dedupe } = spec;
    const isPlain = entry === undefined && recorded === undefined && dedupe === undefined &&
      plan.after === undefined;
    if (!isPlain) return this.#submit([spec], plan, undefined, origin)[0]!;
    return this.#engine.intake.submitOne(fn, args, plan.priority, plan.options, keys, origin);
  }

  #submit(
    specs: readonly TaskSpec[],
    { priority, options, after }: TaskPlan,
    dependency: Dependency | undefined = after && { sources: after },
    origin?: Origin,
  ): Task[] {
    return this.#engine.intake.submit(specs, priority, options, dependency, origin);
  }
}
