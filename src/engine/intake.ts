import type { AsyncContext } from "../base/async_contexts.ts";
import type { Clock } from "../base/clock.ts";
import { show } from "../base/errors.ts";
import type { Keys, ResolvedOptions } from "../task/options.ts";
import { FAILED, type Place, SUCCEEDED } from "../task/place.ts";
import type { Entry, RecordedValue } from "../task/recorder.ts";
import { type AnyFunction, Task, type TaskOwner } from "../task/task.ts";
import type { Admission } from "./admission.ts";
import type { Announcer } from "./announcer.ts";
import type { Blocked, Dependency } from "./blocked.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Executor } from "./executor.ts";
import type { Scheduled } from "./scheduled.ts";
import type { SignalTies } from "./signal_ties.ts";
import type { Tracing } from "./tracing.ts";

/** One task that is to be submitted. */
export interface TaskSpec {
  readonly fn: AnyFunction;
  readonly args: readonly unknown[];
  /** Where its success is recorded. */
  readonly entry?: Entry | undefined;
  /** What is recorded of an earlier success. */
  readonly recorded?: RecordedValue | undefined;
  /** The keys that it has under the queue's limits. */
  readonly keys?: Keys | undefined;
  /** The string by which it stands for others. */
  readonly dedupe?: string | undefined;
}

/** What is to be kept of the place of a submission. */
export interface Origin {
  /** Where it is, as the platform says it. */
  readonly site: object | undefined;
  readonly context: AsyncContext | undefined;
}

/** What is needed of the engine to take tasks in. */
export interface IntakeHost extends TaskOwner {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly announcer: Announcer;
  readonly admission: Admission;
  readonly dispatcher: Dispatcher;
  readonly blocked: Blocked;
  readonly scheduled: Scheduled;
  readonly scheduledByDay: Scheduled;
  readonly ties: SignalTies;
  /** Tasks that have not ended, and how many of them are protected. */
  outstanding: number;
  protected: number;
  /** Notes where the program is, where that is known. */
  site(): object | undefined;
  /** Ends a task that is in no place. */
  finish(task: Task, place: Place<Task>, outcome: unknown, now: number): void;
}

/** How tasks come into a queue: made, tied to their signals and put into their first place. */
export class Intake {
  readonly #host: IntakeHost;
  /** The outstanding tasks that stand for others, by their `dedupe`. */
  readonly #deduped = new Map<string, Task>();
  /** How many tasks were ever made; the `order` of the last. */
  submitted = 0;

  constructor(host: IntakeHost) {
    this.#host = host;
  }

  /**
   * Submits all of them or, when it throws, none. Those whose success is recorded end at once. For one whose `dedupe` an
   * outstanding task has, that task stands.
   *
   * @param after What they wait for.
   * @param origin Where that was asked for. Default: here.
   */
  submit(
    specs: readonly TaskSpec[],
    priority: number,
    options: ResolvedOptions,
    after?: Dependency,
    origin: Origin = this.originOf(options),
  ): Task[] {
    this.#host.admission.assertRoom(this.#countWanted(specs));
    if (options.signal !== undefined) this.#host.ties.prepare(options.signal);
    const now = this.#host.clock.now();
    const at = dueAt(options, now, this.#host.clock);
    // Those that there is more to do with.
    const added: Task[] = [];
    const isFollowed = after !== undefined || options.signal !== undefined;
    this.#host.announcer.enter();
    const tasks = specs.map(({ fn, args, entry, recorded, keys, dedupe }) => {
      const twin = dedupe === undefined ? undefined : this.#deduped.get(dedupe);
      if (twin !== undefined) return twin;
      const task = this.#make(fn, args, priority, options, now, keys, origin.context);
      this.#trace(task, origin.context);
      if (recorded !== undefined) {
        this.#host.finish(task, SUCCEEDED, recorded.value, now);
        return task;
      }
      task.site = origin.site;
      task.entry = entry;
      if (dedupe !== undefined) this.#deduped.set(task.dedupe = dedupe, task);
      if (after === undefined) this.#enter(task, at);
      else if (at !== undefined) task.scheduledFor = at;
      if (isFollowed) added.push(task);
      return task;
    });
    if (after !== undefined && added.length > 0) {
      this.#host.announcer.next(this.#host.blocked.add(added, after));
    }
    this.#host.announcer.leave();
    if (options.signal !== undefined) {
      this.#host.ties.tie(added.filter((task) => !task.done), options.signal);
    }
    return tasks;
  }

  /** What is to be kept of where the program is, for tasks with these options. */
  originOf(options: ResolvedOptions): Origin {
    return { site: this.#host.site(), context: this.#contextFor(options) };
  }

  /** The async context that the program is in, if it matters for tasks with these options. */
  #contextFor({ retryIf }: ResolvedOptions): AsyncContext | undefined {
    const { contexts, executor } = this.#host;
    if (contexts === undefined) return undefined;
    const isUsed = executor.runsHere || retryIf !== undefined || this.#tracing !== undefined;
    return isUsed ? contexts.capture() : undefined;
  }

  get #tracing(): Tracing | undefined {
    return this.#host.dispatcher.tracing;
  }

  /** Makes a task part of the trace that its submission is part of. */
  #trace(task: Task, context: AsyncContext | undefined): void {
    const tracing = this.#tracing;
    if (tracing === undefined) return;
    const { announcer, contexts } = this.#host;
    const tell = () => tracing.submitted(task);
    announcer.tell(context === undefined ? tell : () => contexts!.run(context, tell));
  }

  /** How many tasks have to be made, and need room. */
  #countWanted(specs: readonly TaskSpec[]): number {
    let wanted = 0;
    let dedupes: Set<string> | undefined;
    for (const { recorded, dedupe } of specs) {
      if (dedupe !== undefined && (dedupes?.has(dedupe) || this.#deduped.has(dedupe))) continue;
      if (recorded !== undefined) continue;
      if (dedupe !== undefined) (dedupes ??= new Set()).add(dedupe);
      wanted++;
    }
    return wanted;
  }

  /** Whether it needs no room: its success is recorded, or an outstanding task stands for it. */
  needsNoRoom(spec: TaskSpec): boolean {
    return this.#countWanted([spec]) === 0;
  }

  /**
   * Submits one task: `submit` without the lists.
   *
   * @param origin Where that was asked for. Default: here.
   */
  submitOne(
    fn: AnyFunction,
    args: readonly unknown[],
    priority: number,
    options: ResolvedOptions,
    keys?: Keys,
    origin?: Origin,
  ): Task {
    const site = origin === undefined ? this.#host.site() : origin.site;
    this.#host.admission.assertRoom(1);
    if (options.signal !== undefined) this.#host.ties.prepare(options.signal);
    const now = this.#host.clock.now();
    const at = dueAt(options, now, this.#host.clock);
    const context = origin === undefined ? this.#contextFor(options) : origin.context;
    const task = this.#make(fn, args, priority, options, now, keys, context);
    task.site = site;
    this.#trace(task, context);
    this.#enter(task, at);
    if (options.signal !== undefined) this.#host.ties.tie([task], options.signal);
    return task;
  }

  #make(
    fn: AnyFunction,
    args: readonly unknown[],
    priority: number,
    options: ResolvedOptions,
    now: number,
    keys: Keys | undefined,
    context: AsyncContext | undefined,
  ): Task {
    this.#host.outstanding++;
    if (options.mustComplete) this.#host.protected++;
    const order = ++this.submitted;
    const task = new Task(this.#host, order, fn, args, priority, options, now, context);
    if (keys !== undefined) this.#host.dispatcher.limits?.admit(task, keys);
    return task;
  }

  /** Gives a new task its first place. */
  #enter(task: Task, at: number | undefined): void {
    if (at === undefined) return this.#host.dispatcher.add(task);
    task.scheduledFor = at;
    const place = task.options.runAt === undefined
      ? this.#host.scheduled
      : this.#host.scheduledByDay;
    place.add(task, at);
    // Another engine is to wait for its time.
    if (this.#host.executor.elsewhere !== undefined) this.#host.dispatcher.request();
  }

  /** What a task waits for has come about. */
  unblocked(task: Task, makeArgs: (() => readonly unknown[]) | undefined): void {
    let failure: { readonly error: unknown } | undefined;
    try {
      if (makeArgs !== undefined) task.args = argumentList(makeArgs());
    } catch (error) {
      failure = { error };
    }
    // What makes the arguments is a program's own code.
    if (task.place !== this.#host.blocked) return;
    const now = this.#host.clock.now();
    this.#host.announcer.enter();
    this.#host.blocked.remove(task);
    if (failure !== undefined) {
      this.#host.finish(task, FAILED, failure.error, now);
    } else {
      const { options, scheduledFor } = task;
      // A delay counts from the submission; the time of day may have been set since.
      const at = options.runAt === undefined ? scheduledFor : dueAt(options, now, this.#host.clock);
      this.#enter(task, at! > now ? at : undefined);
      this.#host.announcer.changed(task);
    }
    this.#host.announcer.leave();
  }

  /** A task has ended: it stands for no other any more. */
  ended(task: Task): void {
    if (this.#deduped.size > 0 && task.dedupe !== undefined) this.#deduped.delete(task.dedupe);
  }
}

function argumentList(args: unknown): readonly unknown[] {
  if (Array.isArray(args)) return args;
  throw new TypeError(`The arguments of a task must be an array: got ${show(args)}`);
}

/** When a task is due, on the clock's `now()` line; `undefined` if it is ready at once. */
function dueAt(options: ResolvedOptions, now: number, clock: Clock): number | undefined {
  if (options.runAt !== undefined) {
    const wait = options.runAt - clock.wallNow();
    return wait > 0 ? now + wait : undefined;
  }
  return options.delay > 0 ? now + options.delay : undefined;
}
