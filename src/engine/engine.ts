import type { Clock } from "../base/clock.ts";
import { reasonOf, show, TaskCancelledError, TrilaneError } from "../base/errors.ts";
import type { Platform } from "../base/platform.ts";
import { Timers } from "../base/timers.ts";
import { CANCELLED, FAILED, type Place, SUCCEEDED } from "../task/place.ts";
import type { Entry, RecordedValue } from "../task/recorder.ts";
import type { ResolvedOptions } from "../task/options.ts";
import { type AnyFunction, Task, type TaskOwner } from "../task/task.ts";
import { Admission } from "./admission.ts";
import { Announcer } from "./announcer.ts";
import { Running, Sent } from "./at_executor.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { Executor, ExecutorHost } from "./executor.ts";
import { History } from "./history.ts";
import { Milestones } from "./milestones.ts";
import type { QueueOptions } from "./options.ts";
import { type RecordingHost, Recordings } from "./recordings.ts";
import { Retrying, type RetryingHost } from "./retrying.ts";
import { Scheduled, ScheduledByDay } from "./scheduled.ts";
import { SignalTies } from "./signal_ties.ts";

/** The queues of a program are numbered, so that the ids of their tasks differ. */
let queues = 0;

/** One task that is to be submitted. */
export interface TaskSpec {
  readonly fn: AnyFunction;
  readonly args: readonly unknown[];
  /** Where its success is recorded. */
  readonly entry?: Entry;
  /** What is recorded of an earlier success. */
  readonly recorded?: RecordedValue;
}

/**
 * What all lanes share: which task starts when, and what becomes of it.
 *
 * A task that has not ended is in exactly one {@linkcode Place}. The {@linkcode Dispatcher} moves tasks from the ready queue to
 * the executor. Every task ends in `finish`, which alone counts and keeps it. What moves a task is a transition, from
 * `announcer.enter()` to `announcer.leave()`; the world outside is told between transitions.
 */
export class Engine implements TaskOwner, ExecutorHost, RecordingHost, RetryingHost {
  readonly id = `q${++queues}`;
  readonly clock: Clock;
  readonly epoch: number;
  readonly timers: Timers;
  readonly executor: Executor;
  readonly history: History;
  readonly announcer: Announcer;
  readonly admission: Admission;
  readonly milestones = new Milestones();
  failFirst: boolean;
  /** Is on the way from refusing new work to having none. */
  closing = false;
  /** Tasks that have not ended, and how many of them are protected. */
  outstanding = 0;
  protected = 0;
  readonly recordings: Recordings;
  readonly running: Running;
  readonly #platform: Platform;
  readonly #scheduled: Scheduled;
  readonly #scheduledByDay: ScheduledByDay;
  readonly #sent: Sent;
  readonly #retrying: Retrying;
  /** All places of tasks that have not ended. */
  readonly #places: readonly Place<Task>[];
  readonly #ties: SignalTies;
  readonly #dispatcher: Dispatcher;
  #submitted = 0;

  constructor(
    options: QueueOptions,
    platform: Platform,
    createExecutor: (host: ExecutorHost) => Executor,
  ) {
    const { size = 0, rate, burst = 1, retain = "all", failPolicy } = options;
    this.#platform = platform;
    this.clock = options.clock ?? platform.clock;
    this.epoch = this.clock.now();
    this.timers = new Timers(this.clock, () => this.dispatch());
    this.history = new History(retain === "all" ? Infinity : retain === "none" ? 0 : retain);
    this.failFirst = failPolicy === "fail-first";
    this.announcer = new Announcer((error) => this.report(error));
    this.announcer.observe(options);
    this.admission = new Admission(size, () => this.outstanding);
    const executor = () => this.executor;
    this.#scheduled = new Scheduled("scheduled", this.timers, (task) => this.due(task));
    this.#scheduledByDay = new ScheduledByDay(this.timers, this.clock, (task) => this.due(task));
    this.#sent = new Sent(executor);
    this.running = new Running(executor, this.timers, (task, now) => this.timedOut(task, now));
    this.#retrying = new Retrying(this);
    this.recordings = new Recordings(this);
    this.#dispatcher = new Dispatcher(rate === undefined ? undefined : { limit: rate, burst });
    this.#places = [
      ...[this.#retrying.stopping, this.#dispatcher.ready, this.#sent, this.running],
      ...[this.#scheduled, this.#scheduledByDay, this.#retrying.waiting],
    ];
    this.#ties = new SignalTies((tasks, reason) => this.#cancelEach(tasks, () => reason));
    this.executor = createExecutor(this);
    this.#dispatcher.connect(this, this.#sent);
  }

  // Submission

  /** Submits all of them or, when it throws, none. Those whose success is recorded end at once. */
  submit(specs: readonly TaskSpec[], priority: number, options: ResolvedOptions): Task[] {
    let wanted = specs.length;
    for (const { recorded } of specs) if (recorded !== undefined) wanted--;
    this.admission.assertRoom(wanted);
    const now = this.clock.now();
    const at = dueAt(options, now, this.clock);
    const site = this.site();
    this.announcer.enter();
    const tasks = specs.map(({ fn, args, entry, recorded }) => {
      const task = this.#make(fn, args, priority, options, now);
      if (recorded !== undefined) {
        this.finish(task, SUCCEEDED, recorded.value, now);
      } else {
        task.site = site;
        task.entry = entry;
        this.#enter(task, at);
      }
      return task;
    });
    this.announcer.leave();
    if (options.signal !== undefined) {
      this.#ties.tie(tasks.filter((task) => !task.done), options.signal);
    }
    return tasks;
  }

  /** Submits one task: `submit` without the lists. */
  submitOne(
    fn: AnyFunction,
    args: readonly unknown[],
    priority: number,
    options: ResolvedOptions,
    site: object | undefined,
  ): Task {
    this.admission.assertRoom(1);
    const now = this.clock.now();
    const at = dueAt(options, now, this.clock);
    const task = this.#make(fn, args, priority, options, now);
    task.site = site;
    this.#enter(task, at);
    if (options.signal !== undefined) this.#ties.tie([task], options.signal);
    return task;
  }

  /** Where the program submits a task: as far as it is known, and only during its own call. */
  site(): object | undefined {
    return this.#platform.site?.();
  }

  #make(
    fn: AnyFunction,
    args: readonly unknown[],
    priority: number,
    options: ResolvedOptions,
    now: number,
  ): Task {
    this.outstanding++;
    if (options.mustComplete) this.protected++;
    return new Task(this, ++this.#submitted, fn, args, priority, options, now);
  }

  /** Gives a new task its first place. */
  #enter(task: Task, at: number | undefined): void {
    if (at === undefined) return this.#dispatcher.add(task);
    task.scheduledFor = at;
    const place = task.options.runAt === undefined ? this.#scheduled : this.#scheduledByDay;
    place.add(task, at);
  }

  dispatch(now?: number): void {
    this.#dispatcher.dispatch(now);
  }

  requestDispatch(): void {
    this.#dispatcher.request();
  }

  /** A task has waited long enough. */
  due(task: Task): void {
    this.#dispatcher.add(task);
    this.announcer.changed(task);
  }

  // What the executor says

  began(task: Task, workerId: number, now: number): void {
    this.announcer.enter();
    this.#sent.release();
    task.begin(workerId, now);
    this.running.add(task, now);
    this.announcer.started(task);
    this.announcer.leave();
  }

  succeeded(task: Task, value: unknown, now: number): void {
    this.announcer.enter();
    this.running.remove(task);
    const { entry } = task;
    if (entry === undefined) this.finish(task, SUCCEEDED, value, now);
    else this.recordings.add(task, entry, value, now);
    this.announcer.leave();
  }

  recorded(task: Task, value: unknown, now: number): void {
    this.announcer.enter();
    this.finish(task, SUCCEEDED, value, now);
    this.announcer.leave();
  }

  unrecorded(task: Task, cause: unknown, now: number): void {
    const message = `Task '${task.name}' succeeded, but that could not be recorded: ` +
      reasonOf(cause);
    this.announcer.enter();
    this.finish(task, FAILED, new TrilaneError(message, { cause }), now);
    this.announcer.leave();
  }

  failed(task: Task, error: unknown, now: number): void {
    this.#retrying.failed(task, error, now);
  }

  timedOut(task: Task, now: number): void {
    this.#retrying.timedOut(task, now);
  }

  returned(task: Task): void {
    if (task.place === this.running) {
      this.running.remove(task);
      task.unbegin();
    } else {
      this.#sent.release();
    }
    this.due(task);
  }

  startFailed(error: unknown): void {
    const now = this.clock.now();
    const { ready } = this.#dispatcher;
    for (const task of ready.items()) {
      // The end of one may have been the end of others, by fail-first.
      if (task.place !== ready) continue;
      this.announcer.enter();
      ready.remove(task);
      this.finish(task, FAILED, error, now);
      this.announcer.leave();
    }
  }

  stopped(task: Task): void {
    this.#retrying.stopping.stopped(task);
  }

  progressed(task: Task, data: unknown): void {
    task.progress = data;
    this.announcer.progressed(task, data);
  }

  tell(call: () => unknown): void {
    this.announcer.tell(call);
  }

  follow(task: Task, changed: () => void): () => void {
    return this.announcer.follow(task, changed);
  }

  // What becomes of a task

  cancel(task: Task, reason: unknown): boolean {
    const left = this.#leave(task);
    if (left === undefined) return false;
    reason ??= new TaskCancelledError(`Task '${task.name}' was cancelled`);
    this.announcer.enter();
    this.finish(task, CANCELLED, reason, this.clock.now());
    if (left === this.running) this.executor.interrupt(task, reason);
    this.requestDispatch();
    this.announcer.leave();
    return true;
  }

  /** Takes a task out of its place. Returns which that was; `undefined` if the task has ended or is about to. */
  #leave(task: Task): Place<Task> | undefined {
    for (let place = task.place;; place = task.place) {
      if (place.remove(task)) return place;
      // A task that could not be withdrawn has gone on: it has begun.
      if (task.place === place) return undefined;
    }
  }

  #cancelEach(tasks: Iterable<Task>, reason: () => unknown): void {
    for (const task of tasks) this.cancel(task, reason());
  }

  /** Cancels what is outstanding, the protected tasks only if told to. */
  cancelAll(protectedToo: boolean, reason: () => unknown): void {
    this.recordings.flush();
    const tasks = this.#places.flatMap((place) => [...place.items()]);
    this.#cancelEach(tasks.filter((task) => protectedToo || !task.options.mustComplete), reason);
  }

  /** The one place where tasks end. The task is in no place any more. */
  finish(task: Task, place: Place<Task>, outcome: unknown, now: number): void {
    const { options } = task;
    task.finish(place, outcome, now);
    this.outstanding--;
    if (options.mustComplete) this.protected--;
    if (options.signal !== undefined) this.#ties.untie(task, options.signal);
    this.history.add(task);
    this.announcer.ended(task);
    if (place === FAILED && this.failFirst && !options.detached) {
      this.announcer.next(() => this.#failRun(task));
    }
    // After fail-first, which is no concern of those who are let in now.
    if (this.admission.isAwaited) this.announcer.next(this.#admit);
    // What is waited for is that nothing is left, or nothing that is protected.
    if (this.outstanding === 0 || options.mustComplete) this.checkMilestones();
    if (this.outstanding === 0) this.#dispatcher.rest();
  }

  #failRun({ name, outcome }: Task): void {
    const message = `Cancelled because task '${name}' failed: ${show(outcome)}`;
    this.cancelAll(false, () => new TaskCancelledError(message, { cause: outcome }));
  }

  // Lifecycle

  /** Lets those go on who wait for a state that has come about, once those who wait for tasks have been told. */
  checkMilestones(): void {
    this.announcer.next(this.#checkMilestones);
  }

  readonly #admit = () => this.admission.admit();
  readonly #checkMilestones = () => this.milestones.check();

  /** Refuses new work. */
  get closed(): boolean {
    return this.admission.closed;
  }

  /** How many retries there were. */
  get retried(): number {
    return this.#retrying.count;
  }

  /** Whether it starts tasks. */
  get started(): boolean {
    return this.#dispatcher.started;
  }

  /** Whether it starts none for now. */
  get paused(): boolean {
    return this.#dispatcher.paused;
  }

  /** How many tasks are ready and not at the executor; none during a pause, or while the rate holds them back. */
  get backlog(): number {
    return this.#dispatcher.backlog;
  }

  /** How many tasks wait: for their turn or for their time. */
  get waiting(): number {
    return this.outstanding - this.running.size - this.recordings.size;
  }

  /** How many tasks wait for their time: a `delay`, a `runAt`, a retry. */
  get scheduled(): number {
    return this.#scheduled.size + this.#scheduledByDay.size + this.#retrying.waiting.size +
      this.#retrying.stopping.size;
  }

  /** Someone waits for a task: a queue that was never started starts. */
  awaited(): void {
    if (!this.started && !this.closed) void this.#start();
  }

  /** Resolves when nothing is outstanding. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.milestones.when(() => this.outstanding === 0, resolve);
    });
  }

  async start(): Promise<void> {
    this.admission.assertOpen("start");
    await this.#start();
  }

  async #start(): Promise<void> {
    this.#dispatcher.started = true;
    this.requestDispatch();
    await this.executor.start();
  }

  pause(): void {
    // What is to end must not be held up.
    if (this.closing) return;
    this.#dispatcher.paused = true;
    const { ahead } = this.executor;
    ahead?.takeBack(() => true);
    // What has begun stays where it is, so it has to be sent.
    ahead?.flush();
  }

  resume(): void {
    this.#dispatcher.paused = false;
    this.requestDispatch();
  }

  /** Refuses new work, runs what is outstanding and lets the workers go. */
  async close(): Promise<void> {
    this.closing = true;
    this.admission.close();
    if (this.outstanding > 0) {
      this.resume();
      await this.#start();
      await this.idle();
    }
    this.checkMilestones();
    await this.executor.stop();
    this.#dispatcher.started = this.closing = false;
  }

  cancelForShutdown(): void {
    this.admission.close();
    this.cancelAll(true, () => new TaskCancelledError("Cancelled because the queue was shut down"));
  }

  /** Makes a new queue of this one. */
  reset(): void {
    // First, so that nothing starts of what is let in, where it has waited for room, as others are cancelled.
    this.#dispatcher.started = false;
    this.cancelAll(true, () => new TaskCancelledError("Cancelled because the queue was reset"));
    this.history.reset();
    this.#retrying.count = 0;
    this.admission.closed = this.#dispatcher.paused = false;
  }

  report(error: unknown): void {
    this.#platform.report(error);
  }
}

/** When a task is due, on the clock's `now()` line; `undefined` if it is ready at once. */
function dueAt(options: ResolvedOptions, now: number, clock: Clock): number | undefined {
  if (options.runAt !== undefined) {
    const wait = options.runAt - clock.wallNow();
    return wait > 0 ? now + wait : undefined;
  }
  return options.delay > 0 ? now + options.delay : undefined;
}
