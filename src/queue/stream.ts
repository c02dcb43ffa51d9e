import { checks, type OptionChecks } from "../base/checks.ts";
import { isAsyncIterable } from "../base/iterables.ts";
import type { Engine } from "../engine/engine.ts";
import { outcomeError } from "../task/outcome.ts";
import type { TaskResult } from "../task/result.ts";
import type { Task } from "../task/task.ts";
import { BATCH_OPTION_CHECKS, type BatchOptions } from "./resume.ts";

/**
 * How a stream runs, besides the options of each of its tasks.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type StreamOptions } from "@trilane/trilane";
 *
 * const options: StreamOptions<string> = { window: 8, ordered: false, metadataOf: (path) => path };
 * await using queue = new AsyncQueue();
 * const sizes = queue.stream((path: string) => path.length, ["a", "bc"], { ...options, settled: true });
 * for await (const result of sizes) console.log(result.metadata, result.status); // a succeeded
 * ```
 */
export interface StreamOptions<I = unknown> extends BatchOptions<I> {
  /**
   * How many items may be held at once: pulled from the source and not yet taken by the consumer.
   * Default: twice the number of workers.
   */
  readonly window?: number;
  /** Whether values come in input order (`true`, the default) or as completed. */
  readonly ordered?: boolean;
  /**
   * Whether the stream yields a `TaskResult` for each item, whatever its status, instead of values. Default
   * `false`: it yields values and rejects at the first failure.
   */
  readonly settled?: boolean;
  /**
   * Makes each task's `metadata` of its item: so that a result tells what it is the result of, also as completed.
   * When it throws, so does the stream, as if the source had. Default: `metadata`, the same for all.
   *
   * @param item The item.
   * @returns The metadata.
   */
  metadataOf?(item: I): unknown;
}

/**
 * What a stream yields: values or, if it is `settled`, results.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type StreamItem } from "@trilane/trilane";
 *
 * const values: StreamItem<number, false>[] = []; // numbers; with `true` their results
 * await using queue = new AsyncQueue();
 * for await (const square of queue.stream((n: number) => n * n, [1, 2])) values.push(square);
 * console.log(values); // [ 1, 4 ]
 * ```
 */
export type StreamItem<T, S extends boolean> = S extends true ? TaskResult<T> : T;

/** The options of `stream`. */
export const STREAM_OPTION_CHECKS: OptionChecks = {
  ...BATCH_OPTION_CHECKS,
  window: checks.count,
  ordered: checks.boolean,
  settled: checks.boolean,
  metadataOf: checks.function,
};

/** How one stream runs, all filled in. */
export interface StreamPlan<I> {
  readonly source: Iterable<I> | AsyncIterable<I>;
  readonly window: number;
  readonly ordered: boolean;
  readonly settled: boolean;
  /**
   * Submits the task of an item, as soon as the queue has room: at once if it has.
   *
   * @param item The item.
   * @param stopped Whether it is not wanted any more; asked when there is room. Then this throws or rejects.
   */
  submit(item: I, stopped: () => boolean): Submitted | Promise<Submitted>;
}

/** A task that was submitted, in an object: it is thenable. */
export interface Submitted {
  readonly task: Task;
}

/**
 * Runs a task for each item of a source and yields what becomes of them.
 *
 * How it works: a puller takes items from the source and submits them while fewer than `window` are held, and
 * the consumer's side yields what has ended; each wakes the other. A failure or the source's own error stops
 * the puller, but only a failure cuts short what is in flight. However the loop ends, what is then left is
 * cancelled and the source is told.
 *
 * It is no generator since that would hold a `return()` back until the `next()` before it is answered, which
 * may take for ever.
 */
export class Stream<I> implements AsyncIterableIterator<unknown> {
  readonly #engine: Engine;
  readonly #plan: StreamPlan<I>;
  #puller: Puller<I> | undefined;
  /** The last answer that is awaited: they are given in the order of the questions. */
  #previous: Promise<unknown> = Promise.resolve();
  #unanswered = 0;
  #over = false;
  readonly #answered = () => {
    this.#unanswered--;
  };

  constructor(engine: Engine, plan: StreamPlan<I>) {
    this.#engine = engine;
    this.#plan = plan;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    const first = this.#unanswered === 0;
    const ready = first ? this.#take() : undefined;
    if (ready !== undefined) return Promise.resolve(ready);
    this.#unanswered++;
    const answer = first ? this.#next() : this.#previous.then(() => this.#next());
    this.#previous = answer.then(this.#answered, this.#answered);
    return answer;
  }

  async return(): Promise<IteratorResult<unknown>> {
    await this.#end();
    return { done: true, value: undefined };
  }

  async #next(): Promise<IteratorResult<unknown>> {
    try {
      if (!this.#over && this.#puller === undefined) {
        await this.#engine.lifecycle.start();
        // It may have been left meanwhile.
        if (!this.#over) this.#puller = new Puller(this.#plan);
      }
      while (!this.#over) {
        const ready = this.#take();
        if (ready !== undefined) return ready;
        const { failure, finished, pullError } = this.#puller!;
        if (failure !== undefined) throw failure.error;
        if (!finished) await this.#puller!.change();
        else if (pullError !== undefined) throw pullError.error;
        else break;
      }
    } catch (error) {
      // What the source says to its end is of less interest.
      await this.#end().catch(() => {});
      throw error;
    }
    return await this.return();
  }

  /** What there is to yield now. */
  #take(): IteratorResult<unknown> | undefined {
    if (this.#over) return undefined;
    const task = this.#puller?.takeNext();
    if (task === undefined) return undefined;
    return { done: false, value: this.#plan.settled ? task.result() : task.outcome };
  }

  async #end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#puller?.stop();
  }
}

/** Pulls items from the source, submits them, and keeps what is held. */
class Puller<I> {
  /** A task's failure, with which the stream rejects once nothing that goes before it is there to yield. */
  failure: { readonly error: unknown } | undefined;
  /** What the source threw or the queue refused an item with; thrown when all before it has been yielded. */
  pullError: { readonly error: unknown } | undefined;
  readonly #plan: StreamPlan<I>;
  readonly #iterator: Iterator<I> | AsyncIterator<I>;
  /** Ordered: the held tasks, in input order. Else: those that have ended, in order of completion. */
  readonly #line: Task[] = [];
  readonly #inFlight = new Set<Task>();
  /** Items that are pulled and not yet taken, one that is being submitted included. */
  #held = 0;
  #pulling = false;
  #exhausted = false;
  #stopped = false;
  /** Settled at the next change, if one is waited for. */
  #changed: PromiseWithResolvers<void> | undefined;
  readonly #isStopped = () => this.#stopped;
  readonly #ended = (task: Task) => {
    this.#inFlight.delete(task);
    if (!this.#plan.ordered) this.#line.push(task);
    if (!this.#plan.settled && task.status !== "succeeded") {
      this.failure ??= { error: outcomeError(task.result()) };
    }
    this.#change();
  };

  constructor(plan: StreamPlan<I>) {
    this.#plan = plan;
    const { source } = plan;
    this.#iterator = isAsyncIterable(source)
      ? source[Symbol.asyncIterator]()
      : source[Symbol.iterator]();
    this.#pull();
  }

  get finished(): boolean {
    return (this.#exhausted || this.pullError !== undefined) && this.#held === 0;
  }

  /** The next task to yield, if there is one now. */
  takeNext(): Task | undefined {
    const task = this.#line[0];
    if (task === undefined || !task.done) return undefined;
    if (!this.#plan.settled && task.status !== "succeeded") return undefined;
    this.#line.shift();
    this.#held--;
    this.#change();
    return task;
  }

  /** Resolves at the next change to what is held, to the source or to the failure. */
  change(): Promise<void> {
    return (this.#changed ??= Promise.withResolvers<void>()).promise;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#change();
    for (const task of this.#inFlight) task.cancel();
    if (this.#exhausted) return;
    this.#exhausted = true;
    const returned = this.#iterator.return?.();
    // A source that is asked for its next item may take for ever to answer: the loop's end doesn't wait for it.
    if (this.#pulling) Promise.resolve(returned).catch(() => {});
    else await returned;
  }

  async #pull(): Promise<void> {
    while (!this.#stopped && this.failure === undefined && this.pullError === undefined) {
      if (this.#held >= this.#plan.window) {
        await this.change();
        continue;
      }
      const item = await this.#next();
      if (item === undefined) break;
      // Those that come at once leave nothing to wait for.
      const submitting = this.#submit(item.value);
      if (submitting !== undefined) await submitting;
    }
    this.#change();
  }

  /** The source's next item; `undefined` when there is none or it is not wanted any more. */
  async #next(): Promise<{ readonly value: I } | undefined> {
    this.#pulling = true;
    try {
      const item = await this.#iterator.next();
      if (item.done) this.#exhausted = true;
      else if (!this.#stopped && this.failure === undefined) return item;
    } catch (error) {
      // A source that has thrown is over: it isn't told to return.
      this.#exhausted = true;
      this.pullError = { error };
    } finally {
      this.#pulling = false;
    }
    return undefined;
  }

  #submit(item: I): void | Promise<void> {
    this.#held++;
    try {
      const submitted = this.#plan.submit(item, this.#isStopped);
      if (!(submitted instanceof Promise)) return this.#keep(submitted.task);
      return submitted.then(({ task }) => this.#keep(task), (error) => this.#refused(error));
    } catch (error) {
      this.#refused(error);
    }
  }

  #refused(error: unknown): void {
    this.#held--;
    this.pullError = { error };
  }

  #keep(task: Task): void {
    if (this.#plan.ordered) this.#line.push(task);
    this.#inFlight.add(task);
    if (this.#stopped) task.cancel();
    task.enlist(this.#ended);
  }

  #change(): void {
    this.#changed?.resolve();
    this.#changed = undefined;
  }
}
