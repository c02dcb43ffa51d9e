import { isInstance, QueueStateError, show } from "../base/errors.ts";
import type { TaskHandle, TaskStatus } from "./handle.ts";
import type { ResolvedOptions } from "./options.ts";
import type { WaitOptions } from "../base/wait.ts";
import type { Entry } from "./recorder.ts";
import type { TaskAttempt, TaskResult, TaskResultBase } from "./result.ts";
import type { Timed, Timers } from "../base/timers.ts";
import { cancelError } from "./outcome.ts";
import { waitFor } from "../base/wait.ts";

/** Any function that can be a task. */
// deno-lint-ignore no-explicit-any
export type AnyFunction = (...args: any[]) => unknown;

/** Waits in the timers for its `delay` or `runAt`. */
export const SCHEDULED = 0;
/** Waits in the ready queue. */
export const READY = 1;
/** Given to the executor, its attempt not begun. */
export const ASSIGNED = 2;
/** Its attempt is under way at the executor. */
export const RUNNING = 3;
/** Waits, for the last attempt to stop or in the timers, before it is ready for the next. */
export const RETRYING = 4;
/** Its attempt has succeeded, which is to be recorded before the task ends. */
export const RECORDING = 5;
/** Done. The states from here on are final. */
export const SUCCEEDED = 6;
/** Done. */
export const FAILED = 7;
/** Done. */
export const CANCELLED = 8;

/** One of the states above. */
export type TaskState = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const STATUS: readonly TaskStatus[] = [
  "scheduled",
  "pending",
  "pending",
  "running",
  "retrying",
  "running",
  "succeeded",
  "failed",
  "cancelled",
];

/** What a task asks of the queue that it belongs to. */
export interface TaskOwner {
  /** The first part of its tasks' ids. */
  readonly id: string;
  /** When the queue was made: what its tasks' times are kept relative to. */
  readonly epoch: number;
  /** The queue's timers. */
  readonly timers: Timers;
  /** Cancels a task; `false` if it has ended. */
  cancel(task: Task, reason: unknown): boolean;
  /** A task's own deadline in the timers has come. */
  expired(task: Task, now: number): void;
  /** Tells of each step of a task before its end; returns what takes that back. */
  watch(task: Task, watcher: () => void): () => void;
  /** Tells of an error that belongs to no task. */
  report(error: unknown): void;
}

/** Tasks are numbered as they end, since several may end at one time of the clock. */
let ended = 0;

/** Called when a task has ended. */
export type Observer = (task: Task) => void;

/** What settles a promise of a task's value. */
interface Settler {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

/** What few tasks have. */
interface Rare<T> {
  scheduledFor: number | undefined;
  progress: unknown;
  site: object | undefined;
  entry: Entry | undefined;
  result: TaskResult<T> | undefined;
  settled: Promise<TaskResult<T>> | undefined;
  /** When its last attempt started, if that was not the first. */
  restarted: number;
  /** The attempts that a retry followed. */
  attempts: TaskAttempt[] | undefined;
}

/** A time that has not come. */
const NEVER = -1;
/** So many attempts of a task are remembered. */
const MAX_HISTORY = 100;

/**
 * A task from its submission to its result: the record that the engine keeps, the node of the list or
 * heap that it waits in, and the handle that the caller holds are this one object, so that a task costs
 * one allocation and everything else (promises, the result) is made when someone asks for it.
 *
 * State machine; each arrow is one method here, called by the engine alone:
 *
 * ```
 *            schedule            makeReady            assign            begin
 * (new) ────────────▶ SCHEDULED ──────────▶ READY ◀──────────▶ ASSIGNED ─────▶ RUNNING
 *                                             ▲       makeReady                   │ retry
 *                                             └─────────── RETRYING ◀─────────────┘
 * RUNNING ──record──▶ RECORDING, if it has an entry
 * any of these ──finish──▶ SUCCEEDED | FAILED | CANCELLED
 * ```
 */
export class Task<T = unknown> implements TaskHandle<T>, Timed {
  readonly owner: TaskOwner;
  readonly order: number;
  readonly name: string;
  readonly priority: number;
  readonly options: ResolvedOptions;
  /** What is called; let go when the task ends, since it may hold on to much. */
  fn: AnyFunction | undefined;
  args: readonly unknown[] | undefined;
  state: TaskState = READY;
  attempts = 0;
  /** Its number in the order in which tasks end, of all queues. */
  endOrder = 0;
  workerId: number | undefined = undefined;
  /** The value, the error or the cancel reason, as the state says. */
  outcome: unknown = undefined;
  next: this | undefined = undefined;
  queued = false;
  timer = 0;
  /** Where the executor has it, in the executor's own terms. */
  seat: unknown = undefined;
  #observers: Observer | Settler | (Observer | Settler)[] | undefined = undefined;
  #rare: Rare<T> | undefined = undefined;
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
  ) {
    this.owner = owner;
    this.order = order;
    this.name = nameOf(fn, options.name);
    this.fn = fn;
    this.args = args;
    this.priority = priority;
    this.options = options;
    this.#created = this.#since(now);
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
    return this.#at(this.#created);
  }

  get startedAt(): number | undefined {
    return this.#started === NEVER ? undefined : this.#at(this.#started);
  }

  get finishedAt(): number | undefined {
    return this.#finished === NEVER ? undefined : this.#at(this.#finished);
  }

  get scheduledFor(): number | undefined {
    return this.#rare?.scheduledFor;
  }

  get progress(): unknown {
    return this.#rare?.progress;
  }

  /** What the task reports of itself. */
  set progress(data: unknown) {
    this.#rarely.progress = data;
  }

  /** Where it was submitted, as the platform says it. */
  get site(): object | undefined {
    return this.#rare?.site;
  }

  set site(site: object | undefined) {
    if (site !== undefined) this.#rarely.site = site;
  }

  /** Where its success is recorded. */
  get entry(): Entry | undefined {
    return this.#rare?.entry;
  }

  set entry(entry: Entry | undefined) {
    if (entry !== undefined) this.#rarely.entry = entry;
  }

  get status(): TaskStatus {
    return STATUS[this.state];
  }

  get done(): boolean {
    return this.state >= SUCCEEDED;
  }

  get cancelled(): boolean {
    return this.state === CANCELLED;
  }

  result(): TaskResult<T> {
    this.#assertDone("result");
    return this.#rarely.result ??= Object.freeze(this.#makeResult());
  }

  error(): unknown {
    this.#assertDone("error");
    return this.state === FAILED ? this.outcome : undefined;
  }

  wait(options?: WaitOptions): Promise<TaskResult<T>> {
    if (options === undefined) return this.#wait();
    return waitFor<TaskResult<T>>(
      (resolve) => this.observe(() => resolve(this.result())),
      options,
      this.owner.timers,
      () => `Waiting for task '${this.name}'`,
    );
  }

  value(): Promise<T> {
    return new Promise((resolve, reject) => {
      // A plain object with its promise, rather than a closure: V8 then makes both where what lives long is kept.
      this.#add({ resolve, reject } as Settler);
    });
  }

  then<A = TaskResult<T>, B = never>(
    onFulfilled?: ((result: TaskResult<T>) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#wait().then(onFulfilled, onRejected);
  }

  cancel(reason?: unknown): boolean {
    return this.owner.cancel(this, reason);
  }

  onDone(callback: (handle: this) => void): void {
    this.observe(callback as Observer);
  }

  // What the engine does. `schedule`, `makeReady`, … change the state and nothing else.

  schedule(at: number): void {
    this.state = SCHEDULED;
    this.#rarely.scheduledFor = at;
  }

  makeReady(): void {
    this.state = READY;
  }

  assign(): void {
    this.state = ASSIGNED;
  }

  begin(workerId: number, now: number): void {
    this.state = RUNNING;
    this.attempts++;
    if (this.#started === NEVER) this.#started = this.#since(now);
    else this.#rarely.restarted = this.#since(now);
    this.workerId = workerId;
  }

  /** Its attempt has not begun after all. */
  unbegin(): void {
    this.attempts--;
    this.workerId = this.#rare?.attempts?.at(-1)?.workerId;
    if (this.attempts === 0) this.#started = NEVER;
  }

  retry(): void {
    this.state = RETRYING;
  }

  /** Remembers the attempt that failed just now, since another one will follow. */
  remember(error: unknown, now: number): void {
    const attempts = this.#rarely.attempts ??= [];
    attempts.push({ ...this.#lastAttempt(this.#since(now)), ...explain(error) });
    // The last one of all joins them in the end.
    if (attempts.length === MAX_HISTORY) attempts.shift();
  }

  record(): void {
    this.state = RECORDING;
  }

  /** The one way in which a task ends. */
  finish(state: TaskState, outcome: unknown, now: number): void {
    this.state = state;
    this.outcome = outcome;
    this.#finished = this.#since(now);
    this.endOrder = ++ended;
    this.fn = this.args = undefined;
  }

  /** Tells those who wait that the task has ended. */
  notify(): void {
    const observers = this.#observers;
    if (observers === undefined) return;
    this.#observers = undefined;
    if (!Array.isArray(observers)) return this.#call(observers);
    for (const observer of observers) this.#call(observer);
  }

  /**
   * Calls back when the task ends, at once if it has.
   *
   * @returns Takes the callback back.
   */
  observe(observer: Observer): () => void {
    this.#add(observer);
    return () => {
      if (this.#observers === observer) this.#observers = undefined;
      else if (Array.isArray(this.#observers)) {
        this.#observers = this.#observers.filter((other) => other !== observer);
      }
    };
  }

  #add(observer: Observer | Settler): void {
    if (this.done) this.#call(observer);
    else if (this.#observers === undefined) this.#observers = observer;
    else if (Array.isArray(this.#observers)) this.#observers.push(observer);
    else this.#observers = [this.#observers, observer];
  }

  get #rarely(): Rare<T> {
    return this.#rare ??= {
      scheduledFor: undefined,
      progress: undefined,
      site: undefined,
      entry: undefined,
      result: undefined,
      settled: undefined,
      restarted: NEVER,
      attempts: undefined,
    };
  }

  #since(now: number): number {
    return Math.max(0, Math.floor((now - this.owner.epoch) * 1000));
  }

  #at(time: number): number {
    return this.owner.epoch + time / 1000;
  }

  expire(now: number): void {
    this.owner.expired(this, now);
  }

  #call(observer: Observer | Settler): void {
    if (typeof observer !== "function") return this.#settle(observer);
    try {
      observer(this as Task);
    } catch (error) {
      this.owner.report(error);
    }
  }

  #settle({ resolve, reject }: Settler): void {
    if (this.state === SUCCEEDED) resolve(this.outcome);
    else reject(this.state === FAILED ? this.outcome : cancelError(this.name, this.outcome));
  }

  #wait(): Promise<TaskResult<T>> {
    return this.#rarely.settled ??= new Promise((resolve) => {
      this.#add(() => resolve(this.result()));
    });
  }

  #assertDone(what: string): void {
    if (this.done) return;
    throw new QueueStateError(
      `Cannot read the ${what} of task '${this.name}' before it has ended: it is ${this.status}`,
    );
  }

  #lastAttempt(finished: number): TaskAttempt {
    const started = this.attempts === 1 ? this.#started : this.#rarely.restarted;
    return {
      number: this.attempts,
      workerId: this.workerId!,
      startedAt: this.#at(started),
      finishedAt: this.#at(finished),
    };
  }

  /** Of a task that was retried and has ended. */
  #attemptHistory(earlier: readonly TaskAttempt[]): readonly TaskAttempt[] {
    // It may have been cancelled while it waited for its retry.
    if (earlier.at(-1)!.number === this.attempts) return Object.freeze(earlier);
    const failure = this.state === FAILED ? explain(this.outcome) : {};
    return Object.freeze([...earlier, { ...this.#lastAttempt(this.#finished), ...failure }]);
  }

  #makeResult(): TaskResult<T> {
    const finishedAt = this.finishedAt!;
    const base: { -readonly [K in keyof TaskResultBase]: TaskResultBase[K] } = {
      id: this.id,
      name: this.name,
      priority: this.priority,
      mustComplete: this.mustComplete,
      detached: this.detached,
      metadata: this.metadata,
      attempts: this.attempts,
      createdAt: this.createdAt,
      finishedAt,
      duration: this.startedAt === undefined ? 0 : finishedAt - this.startedAt,
    };
    if (this.groupId !== undefined) base.groupId = this.groupId;
    if (this.startedAt !== undefined) base.startedAt = this.startedAt;
    if (this.scheduledFor !== undefined) base.scheduledFor = this.scheduledFor;
    if (this.workerId !== undefined) base.workerId = this.workerId;
    const earlier = this.#rare?.attempts;
    if (earlier !== undefined) {
      Object.defineProperty(base, "attemptHistory", { value: this.#attemptHistory(earlier) });
    }
    const { outcome } = this;
    if (this.state === SUCCEEDED) {
      return Object.assign(base, { status: "succeeded", value: outcome as T } as const);
    }
    base.message = explain(outcome).message;
    return this.state === FAILED
      ? Object.assign(base, { status: "failed", error: outcome } as const)
      : Object.assign(base, { status: "cancelled", reason: outcome } as const);
  }
}

/** What is told of an error or a cancel reason, which may be anything: its fields too. */
function explain(reason: unknown): { errorName?: string; message: string } {
  if (!isInstance(reason, Error)) return { message: show(reason) };
  try {
    const { name, message } = reason;
    return { errorName: `${name}`, message: `${message}` };
  } catch {
    return { message: show(reason) };
  }
}

/** What a task is called: what its option says or, without it, as its function is. */
export function nameOf(fn: AnyFunction, name?: string): string {
  return name ?? (fn.name || "anonymous");
}

/** Puts tasks that have ended into the order in which they did. */
export function byEnd(a: Task, b: Task): number {
  return a.endOrder - b.endOrder;
}
