/*
 * Longer than 400 lines because a task is one object: the record that the engine keeps, the node of the list that it waits in,
 * and the handle that the caller holds. To split it would cost every task an allocation.
 */
import { type AsyncContext, type AsyncContexts, bound } from "../base/async_contexts.ts";
import { checks } from "../base/checks.ts";
import { ownName, QueueStateError } from "../base/errors.ts";
import type { Timed, Timers } from "../base/timers.ts";
import type { WaitOptions } from "../base/wait.ts";
import { waitFor } from "../base/wait.ts";
import type { TaskHandle, TaskStatus } from "./handle.ts";
import type { ResolvedOptions } from "./options.ts";
import { cancelError } from "./outcome.ts";
import { explain, makeResult } from "./made_result.ts";
import { CANCELLED, FAILED, NOWHERE, type Place, SUCCEEDED } from "./place.ts";
import type { Entry } from "./recorder.ts";
import type { TaskAttempt, TaskResult } from "./result.ts";

/**
 * Any function that can be a task.
 *
 * @example
 * ```ts
 * import { type AnyFunction, AsyncQueue } from "@trilane/trilane";
 *
 * const steps: AnyFunction[] = [() => "read", () => "written"];
 * await using queue = new AsyncQueue();
 * for (const step of steps) console.log(await queue.submit(step).value()); // read
 * ```
 */
// deno-lint-ignore no-explicit-any
export type AnyFunction = (...args: any[]) => unknown;

/** What a task asks of the queue that it belongs to. */
export interface TaskOwner {
  /** The first part of its tasks' ids. */
  readonly id: string;
  /** When the queue was made: what its tasks' times are kept relative to. */
  readonly epoch: number;
  /** The queue's timers. */
  readonly timers: Timers;
  /** Whether the queue has been started. */
  readonly started: boolean;
  /** Someone waits for a task: starts the queue if it was never started. */
  awaited(): void;
  /** Cancels a task; `false` if it has ended. */
  cancel(task: Task, reason: unknown): boolean;
  /** Gives a task that waits another priority; `false` if it doesn't wait. */
  reprioritize(task: Task, priority: number): boolean;
  /** Calls a program's own code, once no task is half moved. */
  tell(call: () => unknown): void;
  /** The program's async contexts, unless tasks run in none. */
  readonly contexts: AsyncContexts | undefined;
  /** Calls back at each step of a task before its end. Returns what takes that back. */
  follow(task: Task, changed: () => void): () => void;
}

/** Tasks are numbered as they end, since several may end at one time of the clock. */
let ended = 0;

/** Called when a task has ended. */
export type Observer = (task: Task) => unknown;

/** What settles a promise of a task's value or, without `reject`, of its result. */
export interface Settler {
  resolve(value: unknown): void;
  readonly reject: ((reason: unknown) => void) | undefined;
}

/** What few tasks have. */
interface Rare {
  scheduledFor: number | undefined;
  progress: unknown;
  site: object | undefined;
  entry: Entry | undefined;
  dedupe: string | undefined;
  result: TaskResult | undefined;
  readyAt: number;
  /** When its last attempt started, if that was not the first. */
  restarted: number;
  /** The attempts that a retry followed. */
  attempts: TaskAttempt[] | undefined;
}

/** A time that has not come. */
const NEVER = -1;
/** How many attempts of a task are remembered. */
const MAX_HISTORY = 100;

/**
 * A task from its submission to its result: the record that the engine keeps, the node of the list or
 * heap that it waits in, and the handle that the caller holds are this one object, so that a task costs
 * one allocation and everything else (promises, the result) is made when someone asks for it.
 *
 * Where it is in its life is its {@linkcode Place}, which the engine alone changes:
 *
 * ```
 * blocked ──▶ scheduled ──▶ ready ◀──▶ sent ──▶ running ──▶ recording, if its success is recorded
 *                           ▲   ▲                  │
 *      parked, by its keys ◀┘   └── retrying ◀─ stopping
 * any of these ──▶ SUCCEEDED | FAILED | CANCELLED
 * ```
 */
export class Task<T = unknown> implements TaskHandle<T>, Timed {
  readonly owner: TaskOwner;
  readonly order: number;
  readonly name: string;
  priority: number;
  readonly options: ResolvedOptions;
  /** What is called; let go when the task ends, since it may hold on to much. */
  fn: AnyFunction | undefined;
  args: readonly unknown[] | undefined;
  /** The async context that it was submitted in, where that is kept; let go like the function. */
  context: AsyncContext | undefined;
  /** Where it is: the one witness of what becomes of it. */
  place: Place<Task> = NOWHERE;
  attempts = 0;
  /** Its number in the order in which tasks end, of all queues. */
  endOrder = 0;
  workerId: number | undefined = undefined;
  /** The value, the error or the cancel reason, as the state says. */
  outcome: unknown = undefined;
  next: this | undefined = undefined;
  timer = 0;
  /** The attempt that the executor has of it, in the executor's own terms. */
  attempt: unknown = undefined;
  /** What the limits by key know of it, in their own terms. */
  keyed: unknown = undefined;
  #observers: Observer | Settler | (Observer | Settler)[] | undefined = undefined;
  #rare: Rare | undefined = undefined;
  // Times are kept as whole microseconds since the queue was made: small integers take no memory of their own.
  readonly #created: number;
  #started = NEVER;
  #finished = NEVER;

  constructor(
    owner: TaskOwner,
    order: number,
    fn: AnyFunction,
    args: readonly unknown[],
    priority: number,
    options: ResolvedOptions,
    now: number,
    context: AsyncContext | undefined,
  ) {
    this.owner = owner;
    this.order = order;
    this.name = nameOf(fn, options.name);
    this.fn = fn;
    this.args = args;
    this.context = context;
    this.priority = priority;
    this.options = options;
    this.#created = since(this.owner, now);
  }

  // What the handle shows.

  get id(): string {
    return `${this.owner.id}-${this.order}`;
  }

  get groupId(): string | undefined {
    return this.options.groupId;
  }

  get mustComplete(): boolean {
    return this.options.mustComplete;
  }

  get detached(): boolean {
    return this.options.detached;
  }

  get metadata(): unknown {
    return this.options.metadata;
  }

  get createdAt(): number {
    return timeOf(this.owner, this.#created);
  }

  get startedAt(): number | undefined {
    return this.#started === NEVER ? undefined : timeOf(this.owner, this.#started);
  }

  get finishedAt(): number | undefined {
    return this.#finished === NEVER ? undefined : timeOf(this.owner, this.#finished);
  }

  get scheduledFor(): number | undefined {
    return this.#rare?.scheduledFor;
  }

  /** When it is due by `delay` or `runAt`. */
  set scheduledFor(at: number) {
    Task.#rarely(this).scheduledFor = at;
  }

  get progress(): unknown {
    return this.#rare?.progress;
  }

  /** What the task reports of itself. */
  set progress(data: unknown) {
    Task.#rarely(this).progress = data;
  }

  /** Where it was submitted, as the platform says it. */
  get site(): object | undefined {
    return this.#rare?.site;
  }

  set site(site: object | undefined) {
    if (site !== undefined) Task.#rarely(this).site = site;
  }

  /** Where its success is recorded. */
  get entry(): Entry | undefined {
    return this.#rare?.entry;
  }

  set entry(entry: Entry | undefined) {
    if (entry !== undefined) Task.#rarely(this).entry = entry;
  }

  /** The string by which it stands for others. */
  get dedupe(): string | undefined {
    return this.#rare?.dedupe;
  }

  set dedupe(dedupe: string | undefined) {
    if (dedupe !== undefined) Task.#rarely(this).dedupe = dedupe;
  }

  get readyAt(): number {
    return this.#rare?.readyAt ?? 0;
  }

  /** When it became ready, where waiting makes a task more urgent. */
  set readyAt(at: number) {
    Task.#rarely(this).readyAt = at;
  }

  get status(): TaskStatus {
    return this.place.status;
  }

  get done(): boolean {
    return this.endOrder !== 0;
  }

  get cancelled(): boolean {
    return this.place === CANCELLED;
  }

  result(): TaskResult<T> {
    assertDone(this, "result");
    return (Task.#rarely(this).result ??= makeResult(this)) as TaskResult<T>;
  }

  error(): unknown {
    assertDone(this, "error");
    return this.place === FAILED ? this.outcome : undefined;
  }

  wait(options?: WaitOptions): Promise<TaskResult<T>> {
    if (options === undefined) {
      awaited(this);
      return resultOf(this);
    }
    return waitFor<TaskResult<T>>(
      (resolve) => {
        awaited(this);
        return this.observe(() => resolve(this.result()));
      },
      options,
      this.owner.timers,
      () => `Waiting for task '${this.name}'`,
    );
  }

  value(): Promise<T> {
    awaited(this);
    return new Promise((resolve, reject) => {
      // A plain object with its promise, rather than a closure: V8 then makes both where what lives long is kept.
      this.enlist({ resolve: resolve as Settler["resolve"], reject });
    });
  }

  then<A = TaskResult<T>, B = never>(
    onFulfilled?: ((result: TaskResult<T>) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    awaited(this);
    return resultOf(this).then(onFulfilled, onRejected);
  }

  cancel(reason?: unknown): boolean {
    return this.owner.cancel(this, reason);
  }

  reprioritize(priority: number): boolean {
    checks.ordered("priority", priority);
    return this.owner.reprioritize(this as Task, priority);
  }

  onDone(callback: (handle: this) => void): void {
    checks.function("callback", callback);
    this.observe(bound(callback as Observer, this.owner.contexts));
  }

  /** How runtimes print it: in one line. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const { id, name, status } = this;
    return `TaskHandle { id: ${JSON.stringify(id)}, name: ${
      JSON.stringify(name)
    }, status: "${status}" }`;
  }

  // What the engine does

  begin(workerId: number, now: number): void {
    this.attempts++;
    if (this.#started === NEVER) this.#started = since(this.owner, now);
    else Task.#rarely(this).restarted = since(this.owner, now);
    this.workerId = workerId;
  }

  /** Its attempt has not begun after all. */
  unbegin(): void {
    this.attempts--;
    this.workerId = this.#rare?.attempts?.at(-1)?.workerId;
    if (this.attempts === 0) this.#started = NEVER;
  }

  /** Remembers the attempt that failed just now, since another one will follow. */
  remember(error: unknown, now: number): void {
    const attempts = Task.#rarely(this).attempts ??= [];
    attempts.push({ ...lastAttempt(this, since(this.owner, now)), ...explain(error) });
    // The last one of all joins them in the end.
    if (attempts.length === MAX_HISTORY) attempts.shift();
  }

  /** The one way in which a task ends. */
  finish(place: Place<Task>, outcome: unknown, now: number): void {
    this.place = place;
    this.outcome = outcome;
    this.#finished = since(this.owner, now);
    this.endOrder = ++ended;
    this.fn = this.args = this.context = undefined;
  }

  /** Whether anyone waits for its end. */
  get observed(): boolean {
    return this.#observers !== undefined;
  }

  /** Those who wait for its end, who are to be told once: one, several or none. */
  takeObservers(): Observer | Settler | (Observer | Settler)[] | undefined {
    const observers = this.#observers;
    this.#observers = undefined;
    return observers;
  }

  /** Settles the promise of its value or of its result. */
  settle({ resolve, reject }: Settler): void {
    if (reject === undefined) resolve(this.result());
    else if (this.place === SUCCEEDED) resolve(this.outcome);
    else reject(this.place === FAILED ? this.outcome : cancelError(this.name, this.outcome));
  }

  /**
   * Calls back when the task ends, at once if it has.
   *
   * @returns Takes the callback back.
   */
  observe(observer: Observer): () => void {
    this.enlist(observer);
    return () => {
      if (this.#observers === observer) this.#observers = undefined;
      else if (Array.isArray(this.#observers)) {
        this.#observers = this.#observers.filter((other) => other !== observer);
      }
    };
  }

  /** Has someone told of its end: at once if it has ended. */
  enlist(observer: Observer | Settler): void {
    if (this.done) tellOfEnd(this, observer);
    else if (this.#observers === undefined) this.#observers = observer;
    else if (Array.isArray(this.#observers)) this.#observers.push(observer);
    else this.#observers = [this.#observers, observer];
  }

  static #rarely(task: Task<unknown>): Rare {
    return task.#rare ??= {
      scheduledFor: undefined,
      progress: undefined,
      site: undefined,
      entry: undefined,
      dedupe: undefined,
      result: undefined,
      readyAt: 0,
      restarted: NEVER,
      attempts: undefined,
    };
  }

  expire(now: number): void {
    this.place.expired!(this as Task, now);
  }

  /** When its last attempt started. */
  get attemptStartedAt(): number {
    return timeOf(this.owner, this.attempts === 1 ? this.#started : Task.#rarely(this).restarted);
  }

  /** Its attempts, once it has ended, if it was retried. */
  get attemptHistory(): readonly TaskAttempt[] | undefined {
    const earlier = this.#rare?.attempts;
    if (earlier === undefined) return undefined;
    // It may have been cancelled while it waited for its retry.
    if (earlier.at(-1)!.number === this.attempts) return Object.freeze(earlier);
    const failure = this.place === FAILED ? explain(this.outcome) : {};
    return Object.freeze([...earlier, { ...lastAttempt(this, this.#finished), ...failure }]);
  }
}

// Functions rather than private methods, for which each task would carry 8 bytes on V8.

/** A time as a task keeps it. */
function since({ epoch }: TaskOwner, now: number): number {
  return Math.max(0, Math.floor((now - epoch) * 1000));
}

function timeOf({ epoch }: TaskOwner, time: number): number {
  return epoch + time / 1000;
}

function awaited({ owner }: Task): void {
  if (!owner.started) owner.awaited();
}

function assertDone(task: Task, what: string): void {
  if (task.done) return;
  throw new QueueStateError(
    `Cannot read the ${what} of task '${task.name}' before it has ended: it is ${task.status}`,
  );
}

function tellOfEnd(task: Task, observer: Observer | Settler): void {
  if (typeof observer === "function") task.owner.tell(() => observer(task));
  else task.settle(observer);
}

function resultOf<T>(task: Task<T>): Promise<TaskResult<T>> {
  return new Promise((resolve) => {
    task.enlist({ resolve: resolve as Settler["resolve"], reject: undefined });
  });
}

function lastAttempt(task: Task, finished: number): TaskAttempt {
  return {
    number: task.attempts,
    workerId: task.workerId!,
    startedAt: task.attemptStartedAt,
    finishedAt: timeOf(task.owner, finished),
  };
}

/** What a task is called: what its option says or, without it, as its function is. */
export function nameOf(fn: AnyFunction, name?: string): string {
  if (name !== undefined) return name;
  return ownName(fn) || "anonymous";
}

/** Puts tasks that have ended into the order in which they did. */
export function byEnd(a: Task, b: Task): number {
  return a.endOrder - b.endOrder;
}
