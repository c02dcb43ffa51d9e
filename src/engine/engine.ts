import { type AsyncContexts, type AtHome, homeOf } from "../base/async_contexts.ts";
import type { Clock } from "../base/clock.ts";
import { reasonOf, show, TaskCancelledError, TrilaneError } from "../base/errors.ts";
import type { Platform } from "../base/platform.ts";
import { Timers } from "../base/timers.ts";
import { CANCELLED, FAILED, NOWHERE, type Place, SUCCEEDED } from "../task/place.ts";
import type { Task } from "../task/task.ts";
import { Admission } from "./admission.ts";
import { Announcer } from "./announcer.ts";
import { Running, Sent } from "./at_executor.ts";
import { Blocked, type BlockedHost } from "./blocked.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { ElsewhereHost } from "./elsewhere.ts";
import type { Executor } from "./executor.ts";
import { History } from "./history.ts";
import { Intake, type IntakeHost } from "./intake.ts";
import { Lifecycle, type LifecycleHost } from "./lifecycle.ts";
import { Milestones } from "./milestones.ts";
import type { KeyLoad, QueueOptions } from "./options.ts";
import { type RecordingHost, Recordings } from "./recordings.ts";
import { Retrying, type RetryingHost } from "./retrying.ts";
import { Scheduled, ScheduledByDay } from "./scheduled.ts";
import { SignalTies } from "./signal_ties.ts";

/** The queues of a program are numbered, so that the ids of their tasks differ. */
let queues = 0;

/**
 * What all lanes share: which task starts when, and what becomes of it.
 *
 * A task that has not ended is in exactly one {@linkcode Place}. The {@linkcode Dispatcher} moves tasks from the ready queue to
 * the executor. Every task ends in `finish`, which alone counts and keeps it. What moves a task is a transition, from
 * `announcer.enter()` to `announcer.leave()`; the world outside is told between transitions.
 */
export class Engine
  implements IntakeHost, LifecycleHost, RecordingHost, RetryingHost, BlockedHost, ElsewhereHost {
  readonly id = `q${++queues}`;
  readonly clock: Clock;
  readonly contexts: AsyncContexts | undefined;
  readonly atHome: AtHome;
  readonly epoch: number;
  readonly timers: Timers;
  readonly executor: Executor;
  readonly history: History;
  readonly announcer: Announcer;
  readonly admission: Admission;
  readonly milestones = new Milestones();
  readonly intake: Intake = new Intake(this);
  readonly lifecycle: Lifecycle = new Lifecycle(this);
  failFirst: boolean;
  /** Tasks that have not ended, and how many of them are protected. */
  outstanding = 0;
  protected = 0;
  readonly recordings: Recordings;
  readonly running: Running;
  readonly #platform: Platform;
  readonly scheduled: Scheduled;
  readonly scheduledByDay: ScheduledByDay;
  readonly sent: Sent;
  readonly blocked: Blocked;
  readonly retrying: Retrying;
  /** All places of tasks that have not ended. */
  readonly #places: readonly Place<Task>[];
  readonly ties: SignalTies;
  readonly dispatcher: Dispatcher;

  constructor(
    options: QueueOptions,
    platform: Platform,
    createExecutor: (host: ElsewhereHost) => Executor,
  ) {
    const { size = 0, retain = "all", failPolicy } = options;
    this.#platform = platform;
    this.clock = options.clock ?? platform.clock;
    this.epoch = this.clock.now();
    if (options.asyncContext !== false) this.contexts = platform.asyncContexts?.();
    this.atHome = homeOf(this.contexts);
    this.timers = new Timers(this.clock, () => this.dispatch(), this.atHome);
    this.history = new History(retain === "all" ? Infinity : retain === "none" ? 0 : retain);
    this.failFirst = failPolicy === "fail-first";
    this.announcer = new Announcer((error) => this.report(error), this.contexts);
    this.announcer.observe(options);
    this.admission = new Admission(size, this);
    const executor = () => this.executor;
    this.scheduled = new Scheduled("scheduled", this.timers, (task) => this.due(task));
    this.scheduledByDay = new ScheduledByDay(this.timers, this.clock, (task) => this.due(task));
    this.sent = new Sent("pending", executor);
    this.blocked = new Blocked(this);
    this.running = new Running(executor, this.timers, (task, now) => this.timedOut(task, now));
    this.retrying = new Retrying(this);
    this.recordings = new Recordings(this);
    this.dispatcher = new Dispatcher(options, this, this.sent);
    this.ties = new SignalTies((tasks, reason) => this.#cancelEach(tasks, () => reason));
    this.executor = createExecutor(this);
    const { ready, limits } = this.dispatcher;
    this.#places = [
      // First, so that none of them is cancelled for another's sake.
      this.blocked,
      ...[this.retrying.stopping, ready, this.sent, this.running, ...limits ? [limits] : []],
      ...[this.scheduled, this.scheduledByDay, this.retrying.waiting],
      ...this.executor.elsewhere?.following.later ?? [],
    ];
  }

  site(): object | undefined {
    return this.#platform.site?.();
  }

  unblocked(task: Task, makeArgs: (() => readonly unknown[]) | undefined): void {
    this.intake.unblocked(task, makeArgs);
  }

  awaited(): void {
    this.lifecycle.awaited();
  }

  dispatch(now?: number): void {
    this.dispatcher.dispatch(now);
  }

  requestDispatch(): void {
    this.dispatcher.request();
  }

  /** A task has waited long enough. */
  due(task: Task): void {
    this.dispatcher.add(task);
    this.announcer.changed(task);
  }

  // What the executor says

  began(task: Task, workerId: number, now: number): void {
    this.announcer.enter();
    (task.place as Sent).release();
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
    this.#end(task, SUCCEEDED, value, now);
  }

  unrecorded(task: Task, cause: unknown, now: number): void {
    const message = `Task '${task.name}' succeeded, but that could not be recorded: ` +
      reasonOf(cause);
    this.#end(task, FAILED, new TrilaneError(message, { cause }), now);
  }

  failed(task: Task, error: unknown, now: number): void {
    this.retrying.failed(task, error, now);
  }

  timedOut(task: Task, now: number): void {
    this.retrying.timedOut(task, now);
  }

  returned(task: Task): void {
    if (task.place === this.running) {
      this.running.remove(task);
      task.unbegin();
    } else {
      (task.place as Sent).release();
    }
    this.dispatcher.putBack(task);
    this.announcer.changed(task);
  }

  startFailed(error: unknown, isMeant: (task: Task) => boolean = () => true): void {
    const now = this.clock.now();
    const { ready } = this.dispatcher;
    // Those that are submitted meanwhile have a start of their own to wait for.
    const last = this.intake.submitted;
    for (;;) {
      const tasks = ready.items().filter((task) => task.order <= last && isMeant(task));
      if (tasks.length === 0) return;
      for (const task of tasks) {
        // The end of one may have been the end of others, by fail-first, or given others room that a key held back.
        if (task.place !== ready) continue;
        ready.remove(task);
        this.#end(task, FAILED, error, now);
      }
    }
  }

  stopped(task: Task): void {
    this.retrying.stopping.stopped(task);
  }

  progressed(task: Task, data: unknown): void {
    task.progress = data;
    this.announcer.progressed(task, data);
  }

  lent(task: Task): void {
    this.running.pause(task, this.clock.now());
    this.dispatcher.limits?.giveBack(task);
  }

  regain(task: Task, regained: () => void): () => void {
    const { limits } = this.dispatcher;
    if (limits !== undefined) return limits.regain(task, regained);
    regained();
    return () => {};
  }

  resumed(task: Task): void {
    this.running.resume(task, this.clock.now());
  }

  released(task: Task): void {
    this.dispatcher.limits?.giveBack(task);
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
    if (reason === undefined) reason = new TaskCancelledError(`Task '${task.name}' was cancelled`);
    this.announcer.enter();
    this.finish(task, CANCELLED, reason, this.clock.now());
    if (left === this.running) this.executor.interrupt(task, reason);
    this.requestDispatch();
    this.announcer.leave();
    return true;
  }

  reprioritize(task: Task, priority: number): boolean {
    const { elsewhere } = this.executor;
    const isSent = elsewhere === undefined && task.place === this.sent;
    if (isSent && this.sent.remove(task)) this.dispatcher.putBack(task);
    const { place } = task;
    if (task.done || place === this.running || place === this.recordings) return false;
    if (elsewhere !== undefined && place instanceof Sent) elsewhere.reprioritize(task, priority);
    const { ready, limits } = this.dispatcher;
    if (place === ready || place === limits) this.dispatcher.reprioritize(task, priority);
    else task.priority = priority;
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

  /** Cancels what has not started and is not protected; returns how many tasks that was. */
  cancelPending(reason: unknown): number {
    // In one transition: of tasks that wait for each other none is cancelled for the other's sake.
    this.announcer.enter();
    const why = (name: string) =>
      reason === undefined
        ? new TaskCancelledError(`Task '${name}' was cancelled before it started`)
        : reason;
    const cancelled = this.tasks().filter((task) =>
      !task.options.mustComplete && this.#isPending(task) && this.cancel(task, why(task.name))
    );
    this.announcer.leave();
    return cancelled.length;
  }

  /** Whether a task waits. One that was sent to a worker is withdrawn for that. */
  #isPending(task: Task): boolean {
    if (task.place === this.sent && this.sent.remove(task)) task.place = NOWHERE;
    return !task.done && task.place !== this.running && task.place !== this.recordings;
  }

  /** The tasks that have not ended, in order of submission. */
  tasks(): Task[] {
    return [...this.#places, this.recordings].flatMap((place) => [...place.items()])
      .sort((a, b) => a.order - b.order);
  }

  /** A transition of its own: a task that was taken out of its place ends. */
  #end(task: Task, place: Place<Task>, outcome: unknown, now: number): void {
    this.announcer.enter();
    this.finish(task, place, outcome, now);
    this.announcer.leave();
  }

  /** The one place where tasks end. The task is in no place any more. */
  finish(task: Task, place: Place<Task>, outcome: unknown, now: number): void {
    const { options } = task;
    task.finish(place, outcome, now);
    this.outstanding--;
    if (options.mustComplete) this.protected--;
    if (options.signal !== undefined) this.ties.untie(task, options.signal);
    if (task.keyed !== undefined) this.dispatcher.limits!.ended(task);
    this.intake.ended(task);
    this.history.add(task);
    this.announcer.ended(task);
    if (place === FAILED && this.failFirst && !options.detached) this.#failRun(task);
    // After fail-first, which is no concern of those who are let in now.
    if (this.admission.isAwaited) this.announcer.next(this.#admit);
    // What is waited for is that nothing is left, or nothing that is protected.
    if (this.outstanding === 0 || options.mustComplete) this.checkMilestones();
    if (this.outstanding === 0) this.dispatcher.rest();
  }

  /** Cancels the others, since a task has failed, once that has been told. */
  #failRun({ name, outcome }: Task): void {
    this.announcer.next(() => {
      const message = `Cancelled because task '${name}' failed: ${show(outcome)}`;
      this.cancelAll(false, () => new TaskCancelledError(message, { cause: outcome }));
    });
  }

  // Questions

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

  /** Whether it starts tasks. */
  get started(): boolean {
    return this.dispatcher.started;
  }

  /** Whether it starts none for now. */
  get paused(): boolean {
    return this.dispatcher.paused;
  }

  /** How many tasks are ready and not at the executor; none during a pause, or while the rate holds them back. */
  get backlog(): number {
    return this.dispatcher.backlog;
  }

  /** The task that is to start next; none during a pause. */
  get next(): Task | undefined {
    return this.paused ? undefined : this.dispatcher.ready.peek();
  }

  /** How many tasks wait: for their turn or for their time. */
  get waiting(): number {
    return this.outstanding - this.running.size - this.recordings.size;
  }

  /** What waits and runs under each key of the limits. */
  keyLoads(): Iterable<KeyLoad> {
    return this.dispatcher.limits?.loads() ?? [];
  }

  /** How many tasks wait for their time: a `delay`, a `runAt`, a retry. */
  get scheduledCount(): number {
    return this.scheduled.size + this.scheduledByDay.size + this.retrying.waiting.size +
      this.retrying.stopping.size + (this.executor.elsewhere?.following.laterCount ?? 0);
  }

  report(error: unknown): void {
    this.#platform.report(error);
  }
}
