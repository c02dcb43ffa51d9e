import type { Clock } from "../base/clock.ts";
import {
  isInstance,
  NotPortableError,
  QueueClosedError,
  QueueFullError,
  show,
  TaskCancelledError,
  TaskTimeoutError,
  TrilaneError,
} from "../base/errors.ts";
import type { Platform } from "../base/platform.ts";
import { type Executor, type ExecutorHost, STOP_WILL_BE_TOLD, STOPPED } from "./executor.ts";
import { History } from "./history.ts";
import type { QueueOptions } from "./options.ts";
import type { ResolvedOptions } from "../task/options.ts";
import { RateGate } from "./gates/rate.ts";
import { comesBefore, ReadyQueue } from "./ready_queue.ts";
import type { Entry, RecordedValue } from "../task/recorder.ts";
import { type RecordingHost, Recordings } from "./recordings.ts";
import { retryDelay } from "./retry.ts";
import { listen, type SignalListener, unlisten } from "../base/signals.ts";
import {
  type AnyFunction,
  ASSIGNED,
  CANCELLED,
  FAILED,
  READY,
  RECORDING,
  RETRYING,
  RUNNING,
  SCHEDULED,
  SUCCEEDED,
  Task,
  type TaskOwner,
  type TaskState,
} from "../task/task.ts";
import { type Timed, Timers } from "../base/timers.ts";

/** So many milliseconds at the most go by before a wall-clock time is looked at again: clocks are set. */
const MAX_WALL_WAIT = 30_000;

/** The queues of a program are numbered, so that the ids of their tasks differ. */
let queues = 0;

/** What is to be submitted: one task. */
export interface TaskSpec {
  readonly fn: AnyFunction;
  readonly args: readonly unknown[];
  /** Where its success is recorded. */
  readonly entry?: Entry;
  /** What is recorded of an earlier success. */
  readonly recorded?: RecordedValue;
}

/** Someone who waits for room in a bounded queue. */
interface Submitter {
  /** Submits; there is room. */
  admit(): void;
  /** Gives up; the queue has closed. */
  refuse(): void;
}

/** Someone who waits for the queue to reach a state. */
interface Milestone {
  reached(): boolean;
  resolve(): void;
}

/**
 * What all lanes share: which task starts when, and what becomes of it.
 *
 * How it works: a task that has not ended is in exactly one place: *scheduled* in the timers (or waiting
 * for its interrupted attempt to stop), *ready* in the ready queue, at the *executor* or, its success having
 * to be recorded, in the *recordings*. `pump` moves
 * tasks from ready to the executor while there is room; it runs in a microtask after submissions, so that a
 * batch of them is ordered by priority before the first starts, and directly when an attempt ends. Every
 * task ends in `#finish`, which alone counts, records and announces it.
 */
export class Engine implements TaskOwner, ExecutorHost, RecordingHost {
  readonly id = `q${++queues}`;
  readonly clock: Clock;
  readonly epoch: number;
  readonly timers: Timers;
  readonly executor: Executor;
  readonly history: History;
  readonly recordings = new Recordings(this);
  failFirst: boolean;
  started = false;
  /** Refuses new work. */
  closed = false;
  /** Is on the way from refusing new work to having none. */
  closing = false;
  paused = false;
  /** Tasks that have not ended, and how many of them are protected, scheduled, running. */
  outstanding = 0;
  protected = 0;
  scheduled = 0;
  running = 0;
  retried = 0;
  #submitted = 0;
  readonly #options: QueueOptions;
  readonly #platform: Platform;
  readonly #size: number;
  readonly #ready = new ReadyQueue<Task>();
  /** Tasks whose interrupted attempt has not stopped yet, and when they may be retried once it has. */
  readonly #stopping = new Map<Task, number>();
  /** What each task does when the signal it was given aborts. */
  readonly #listeners = new Map<AbortSignal, SignalTasks>();
  readonly #submitters = new Set<Submitter>();
  readonly #milestones = new Set<Milestone>();
  /** Who is told of each step of a task, for the few tasks that someone follows so closely. */
  readonly #watchers = new Map<Task, () => void>();
  readonly #gate: RateGate | undefined;
  readonly #gateTimer: Timed = { timer: 0, expire: () => {} };
  #pumping = false;
  #dispatchRequested = false;

  constructor(
    options: QueueOptions,
    platform: Platform,
    createExecutor: (host: ExecutorHost) => Executor,
  ) {
    const { size = 0, rate, burst = 1, retain = "all", failPolicy } = options;
    this.#options = options;
    this.#platform = platform;
    this.#size = size === 0 ? Infinity : size;
    this.#gate = rate === undefined ? undefined : new RateGate(rate, burst);
    this.clock = options.clock ?? platform.clock;
    this.epoch = this.clock.now();
    this.timers = new Timers(this.clock, () => this.dispatch());
    this.history = new History(retain === "all" ? Infinity : retain === "none" ? 0 : retain);
    this.failFirst = failPolicy === "fail-first";
    this.executor = createExecutor(this);
  }

  // Submission

  /** Submits all of them or, when it throws, none. Those whose success is recorded end at once. */
  submit(specs: readonly TaskSpec[], priority: number, options: ResolvedOptions): Task[] {
    const done: [Task, unknown][] = [];
    let wanted = specs.length;
    for (const { recorded } of specs) if (recorded !== undefined) wanted--;
    this.#assertRoom(wanted);
    const now = this.clock.now();
    const at = dueAt(options, now, this.clock);
    const site = this.site();
    const tasks = specs.map(({ fn, args, entry, recorded }) => {
      if (recorded === undefined) {
        const task = this.#enqueue(fn, args, priority, options, now, at, site);
        task.entry = entry;
        return task;
      }
      const task = new Task(this, ++this.#submitted, fn, args, priority, options, now);
      this.outstanding++;
      if (options.mustComplete) this.protected++;
      done.push([task, recorded.value]);
      return task;
    });
    // Not before all are there: a hook that is told of the first may close the queue.
    for (const [task, value] of done) this.#finish(task, SUCCEEDED, value, now);
    this.#followAll(tasks, options.signal);
    return tasks;
  }

  /** Where the program submits a task: as far as it is known, and only during its own call. */
  site(): object | undefined {
    return this.#platform.site?.();
  }

  /** Submits one task: `submit` without the lists. */
  submitOne(
    fn: AnyFunction,
    args: readonly unknown[],
    priority: number,
    options: ResolvedOptions,
    site: object | undefined,
  ): Task {
    this.#assertRoom(1);
    const now = this.clock.now();
    const at = dueAt(options, now, this.clock);
    const task = this.#enqueue(fn, args, priority, options, now, at, site);
    if (options.signal !== undefined) this.#follow(task, options.signal);
    return task;
  }

  /** Calls `submit` as soon as there is room, and resolves to what it returns. */
  async submitWhenReady<T>(submit: () => T, signal: AbortSignal | undefined): Promise<T> {
    this.assertOpen();
    signal?.throwIfAborted();
    if (this.#submitters.size === 0 && this.outstanding < this.#size) return submit();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const submitter: Submitter = {
      admit: () => {
        // The abort itself may have made the room, by cancelling another task.
        if (signal?.aborted) return reject(signal.reason);
        try {
          resolve(submit());
        } catch (error) {
          reject(error);
        }
      },
      refuse: () => reject(closedError("submit to")),
    };
    const listener = { aborted: reject };
    this.#submitters.add(submitter);
    if (signal !== undefined) listen(signal, listener);
    try {
      return await promise;
    } finally {
      this.#submitters.delete(submitter);
      if (signal !== undefined) unlisten(signal, listener);
    }
  }

  /** @param attempt What was attempted, as the error's message names it. */
  assertOpen(attempt = "submit to"): void {
    if (this.closed) throw closedError(attempt);
  }

  #assertRoom(wanted: number): void {
    this.assertOpen();
    const room = this.#size - this.outstanding;
    if (wanted <= room) return;
    throw new QueueFullError(
      `Cannot submit ${wanted === 1 ? "a task" : `${wanted} tasks`}: ` +
        `${room} of the queue's ${this.#size} places are free`,
    );
  }

  #enqueue(
    fn: AnyFunction,
    args: readonly unknown[],
    priority: number,
    options: ResolvedOptions,
    now: number,
    at: number | undefined,
    site: object | undefined,
  ): Task {
    const task = new Task(this, ++this.#submitted, fn, args, priority, options, now);
    task.site = site;
    this.outstanding++;
    if (at !== undefined) {
      task.schedule(at);
      this.scheduled++;
      this.#setTimer(task, at);
    } else {
      this.#ready.push(task);
      this.requestDispatch();
    }
    if (options.mustComplete) this.protected++;
    return task;
  }

  /** Ties tasks to their signal once all are there: a hook that is told of the end of one may submit more. */
  #followAll(tasks: readonly Task[], signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    for (const task of tasks) if (!task.done) this.#follow(task, signal);
  }

  /** Ties a task to its signal. */
  #follow(task: Task, signal: AbortSignal): void {
    if (signal.aborted) {
      this.cancel(task, signal.reason);
      return;
    }
    let tasks = this.#listeners.get(signal);
    if (tasks === undefined) {
      this.#listeners.set(signal, tasks = new SignalTasks(this, signal));
      listen(signal, tasks);
    }
    tasks.add(task);
  }

  #unfollow(task: Task, signal: AbortSignal): void {
    const tasks = this.#listeners.get(signal);
    if (tasks === undefined || !tasks.delete(task) || tasks.size > 0) return;
    this.#listeners.delete(signal);
    unlisten(signal, tasks);
  }

  // Dispatch

  /** Starts what may start. */
  dispatch(now?: number): void {
    if (this.#pumping || !this.started || this.paused) return;
    this.#pumping = true;
    const { executor } = this;
    const { ahead } = executor;
    for (let task = this.#ready.peek(); task !== undefined; task = this.#ready.peek()) {
      if (this.paused) break;
      // What was sent ahead and comes after this task makes room for it.
      const head = task;
      const taken = ahead?.takeBack((other) => comesBefore(head, other)) ?? false;
      if (executor.room <= 0) break;
      if (taken) this.requestDispatch();
      now ??= this.clock.now();
      if (this.#gate !== undefined && !this.#passGate(this.#gate)) break;
      this.#ready.pop();
      task.assign();
      now = executor.run(task, now);
      // Tasks that never yield keep the platform's timers from firing.
      if (now !== undefined && this.timers.due(now)) this.timers.fire(now);
    }
    this.#pumping = false;
    if (!this.paused) ahead?.flush();
  }

  #passGate(gate: RateGate): boolean {
    const now = this.clock.now();
    const opensAt = gate.opensAt();
    if (opensAt > now) {
      if (this.#gateTimer.timer === 0) this.timers.add(this.#gateTimer, opensAt);
      return false;
    }
    gate.take(now);
    return true;
  }

  /** Pumps soon: not from within the call that asks for it. */
  requestDispatch(): void {
    if (this.#dispatchRequested || !this.started) return;
    this.#dispatchRequested = true;
    queueMicrotask(this.#runRequestedDispatch);
  }

  readonly #runRequestedDispatch = () => {
    this.#dispatchRequested = false;
    this.dispatch();
  };

  #setTimer(task: Task, at: number): void {
    const { runAt } = task.options;
    const wait = runAt === undefined ? Infinity : MAX_WALL_WAIT;
    this.timers.add(task, Math.min(at, this.clock.now() + wait));
  }

  /** A task has waited long enough. */
  #makeReady(task: Task): void {
    this.scheduled--;
    task.makeReady();
    this.#ready.push(task);
    this.#changed(task);
    this.requestDispatch();
  }

  /** Tells of each step of a task before its end, until that or until taken back. One watcher a task. */
  watch(task: Task, watcher: () => void): () => void {
    this.#watchers.set(task, watcher);
    return () => this.#watchers.delete(task);
  }

  #changed(task: Task): void {
    if (this.#watchers.size > 0) this.#watchers.get(task)?.();
  }

  // What the executor says

  began(task: Task, workerId: number, now: number): void {
    task.begin(workerId, now);
    this.running++;
    const { timeout } = task.options;
    if (timeout !== Infinity) this.timers.add(task, now + timeout);
    this.#changed(task);
    if (this.#options.onStart !== undefined) this.#hook(this.#options.onStart, task);
  }

  succeeded(task: Task, value: unknown, now: number): void {
    this.#leave(task);
    const { entry } = task;
    if (entry === undefined) return this.#finish(task, SUCCEEDED, value, now);
    task.record();
    this.recordings.add(task, entry, value, now);
  }

  recorded(task: Task, value: unknown, now: number): void {
    this.#finish(task, SUCCEEDED, value, now);
  }

  unrecorded(task: Task, cause: unknown, now: number): void {
    const why = isInstance(cause, Error) ? cause.message : show(cause);
    const message = `Task '${task.name}' succeeded, but that could not be recorded: ${why}`;
    this.#finish(task, FAILED, new TrilaneError(message, { cause }), now);
  }

  failed(task: Task, error: unknown, now: number): void {
    this.#leave(task);
    if (!this.#retry(task, error, now)) return;
    this.stopped(task);
    this.#announceRetry(task, error);
  }

  returned(task: Task): void {
    if (task.state === RUNNING) {
      this.#leave(task);
      task.unbegin();
    }
    task.makeReady();
    this.#ready.push(task);
    this.#changed(task);
    this.requestDispatch();
  }

  startFailed(error: unknown): void {
    const now = this.clock.now();
    for (const task of this.#ready.values()) {
      // The end of one may have been the end of others: by fail-first, or by a hook.
      if (task.state !== READY) continue;
      this.#leave(task);
      this.#finish(task, FAILED, error, now);
    }
  }

  stopped(task: Task): void {
    const retryAt = this.#stopping.get(task);
    if (retryAt === undefined) return;
    this.#stopping.delete(task);
    this.timers.remove(task);
    this.#awaitRetry(task, retryAt, this.clock.now());
  }

  progressed(task: Task, data: unknown): void {
    task.progress = data;
    this.#changed(task);
    if (this.#options.onProgress !== undefined) this.#hook(this.#options.onProgress, task, data);
  }

  // What becomes of a task

  /** A deadline of the task's own has come: it has run for too long, waited long enough, or is due. */
  expired(task: Task, now: number): void {
    if (task.state === RUNNING) return this.#timeOut(task, now);
    if (this.#stopping.has(task)) return this.stopped(task);
    const { runAt } = task.options;
    if (task.state === SCHEDULED && runAt !== undefined) {
      const left = runAt - this.clock.wallNow();
      if (left > 0) return this.#setTimer(task, now + left);
    }
    this.#makeReady(task);
  }

  #timeOut(task: Task, now: number): void {
    const error = new TaskTimeoutError(
      `Task '${task.name}' timed out: attempt ${task.attempts} ran longer than ${task.options.timeout} ms`,
    );
    this.#leave(task);
    // Told before the interrupt, during which it may be found to have stopped and even start again.
    if (this.#retry(task, error, now)) this.#announceRetry(task, error);
    const patience = this.executor.interrupt(task, error);
    if (!this.#stopping.has(task)) return;
    if (patience === STOPPED) this.stopped(task);
    else if (patience !== STOP_WILL_BE_TOLD) this.timers.add(task, now + patience);
  }

  #mayRetry(task: Task, error: unknown): boolean {
    const { retryIf } = task.options;
    if (retryIf === undefined) return true;
    try {
      return retryIf(error, task.attempts);
    } catch (thrown) {
      this.report(thrown);
      return false;
    }
  }

  /**
   * Leaves a failed attempt behind.
   *
   * @returns Whether another one will follow, once this one has stopped; otherwise the task has ended.
   */
  #retry(task: Task, error: unknown, now: number): boolean {
    if (task.attempts > task.options.retries || isInstance(error, NotPortableError)) {
      this.#finish(task, FAILED, error, now);
      return false;
    }
    // The task has a place while its `retryIf` decides, since that may cancel it.
    task.retry();
    this.scheduled++;
    this.#stopping.set(task, now + retryDelay(task.options, task.attempts, error));
    const again = this.#mayRetry(task, error);
    if (task.done) return false;
    if (again) {
      task.remember(error, now);
    } else {
      this.#leave(task);
      this.#finish(task, FAILED, error, now);
    }
    return again;
  }

  #awaitRetry(task: Task, retryAt: number, now: number): void {
    if (retryAt > now) this.timers.add(task, retryAt);
    else this.#makeReady(task);
  }

  #announceRetry(task: Task, error: unknown): void {
    this.retried++;
    this.#changed(task);
    if (this.#options.onRetry !== undefined) this.#hook(this.#options.onRetry, task, error);
  }

  cancel(task: Task, reason: unknown): boolean {
    // What has succeeded is not thrown away.
    if (task.state === RECORDING) this.recordings.flush();
    if (task.state >= RECORDING) return false;
    reason ??= new TaskCancelledError(`Task '${task.name}' was cancelled`);
    this.#leave(task);
    // A hook that was told of its start just now may have ended it.
    if (task.done) return false;
    const wasRunning = task.state === RUNNING;
    this.#finish(task, CANCELLED, reason, this.clock.now());
    if (wasRunning) this.executor.interrupt(task, reason);
    this.requestDispatch();
    return true;
  }

  /** Cancels what is outstanding, the protected tasks only if told to. */
  cancelAll(protectedToo: boolean, reason: () => unknown): void {
    this.recordings.flush();
    const tasks = [...this.#stopping.keys(), ...this.#ready.values(), ...this.executor.tasks()];
    for (const item of this.timers.values()) if (item instanceof Task) tasks.push(item);
    for (const task of tasks) {
      if (protectedToo || !task.options.mustComplete) this.cancel(task, reason());
    }
  }

  /** Takes a task out of the place it is in. */
  #leave(task: Task): void {
    switch (task.state) {
      case READY:
        return this.#ready.remove(task);
      case ASSIGNED:
        if (this.executor.ahead?.withdraw(task) === "begun") this.#leave(task);
        return;
      case RUNNING:
        this.running--;
        return this.timers.remove(task);
      case SCHEDULED:
      case RETRYING:
        this.scheduled--;
        this.#stopping.delete(task);
        return this.timers.remove(task);
    }
  }

  /** The one place where tasks end. */
  #finish(task: Task, state: TaskState, outcome: unknown, now: number): void {
    const { options } = task;
    task.finish(state, outcome, now);
    this.outstanding--;
    if (options.mustComplete) this.protected--;
    if (options.signal !== undefined) this.#unfollow(task, options.signal);
    this.history.add(task);
    if (this.#options.onComplete !== undefined) this.#hook(this.#options.onComplete, task.result());
    if (this.#watchers.size > 0) this.#watchers.delete(task);
    task.notify();
    if (state === FAILED && this.failFirst && !options.detached) this.#failRun(task);
    if (this.#submitters.size > 0) this.#admit();
    // What is waited for is that nothing is left, or nothing that is protected.
    if (this.outstanding === 0 || options.mustComplete) this.checkMilestones();
    if (this.outstanding === 0) this.timers.remove(this.#gateTimer);
  }

  #admit(): void {
    for (const submitter of this.#submitters) {
      if (this.outstanding >= this.#size) break;
      this.#submitters.delete(submitter);
      submitter.admit();
    }
  }

  #failRun(task: Task): void {
    this.cancelAll(
      false,
      () =>
        new TaskCancelledError(
          `Cancelled because task '${task.name}' failed: ${show(task.outcome)}`,
          {
            cause: task.outcome,
          },
        ),
    );
  }

  // Lifecycle

  /**
   * Calls back once a state is reached that comes about by tasks ending or by closing; at once if it is.
   *
   * @returns Takes the callback back.
   */
  when(reached: () => boolean, resolve: () => void): () => void {
    const milestone = { reached, resolve };
    this.#milestones.add(milestone);
    this.checkMilestones();
    return () => this.#milestones.delete(milestone);
  }

  /** How many tasks are ready and not at the executor; none during a pause. */
  get backlog(): number {
    return this.paused ? 0 : this.#ready.size;
  }

  /** How many tasks wait: for their turn or for their time. */
  get waiting(): number {
    return this.outstanding - this.running - this.recordings.size;
  }

  /** Resolves when nothing is outstanding. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.when(() => this.outstanding === 0, resolve);
    });
  }

  /** Lets those go on who wait for a state that has come about. */
  checkMilestones(): void {
    for (const milestone of this.#milestones) {
      if (!milestone.reached()) continue;
      this.#milestones.delete(milestone);
      milestone.resolve();
    }
  }

  async start(): Promise<void> {
    this.assertOpen("start");
    await this.#start();
  }

  async #start(): Promise<void> {
    if (!this.started) {
      this.started = true;
      this.requestDispatch();
    }
    await this.executor.start();
  }

  pause(): void {
    // What is to end must not be held up.
    if (this.closing) return;
    this.paused = true;
    this.executor.ahead?.takeBack(() => true);
    // What is under way is not taken back, so it has to be sent, even if nothing more is.
    this.executor.ahead?.flush();
  }

  resume(): void {
    this.paused = false;
    this.requestDispatch();
  }

  /** Refuses new work, runs what is outstanding and lets the workers go. */
  async close(): Promise<void> {
    this.closed = this.closing = true;
    for (const submitter of this.#submitters) submitter.refuse();
    if (this.outstanding > 0) {
      this.resume();
      await this.#start();
      await this.idle();
    }
    this.checkMilestones();
    await this.executor.stop();
    this.started = this.closing = false;
  }

  cancelForShutdown(): void {
    this.closed = true;
    this.cancelAll(true, () => new TaskCancelledError("Cancelled because the queue was shut down"));
  }

  /** Makes a new queue of this one. */
  reset(): void {
    // First, so that nothing starts of what is let in, where it has waited for room, as others are cancelled.
    this.started = false;
    this.cancelAll(true, () => new TaskCancelledError("Cancelled because the queue was reset"));
    this.history.reset();
    this.retried = 0;
    this.closed = this.paused = false;
  }

  report(error: unknown): void {
    this.#platform.report(error);
  }

  #hook<A extends unknown[]>(hook: (...args: A) => unknown, ...args: A): void {
    try {
      const returned = hook.apply(this.#options, args);
      // A function that returns a promise is a hook, too, to the type checker.
      if (returned instanceof Promise) returned.catch((error) => this.report(error));
    } catch (error) {
      this.report(error);
    }
  }
}

/** The tasks of one queue that one signal cancels. */
class SignalTasks extends Set<Task> implements SignalListener {
  readonly signal: AbortSignal;
  readonly #engine: Engine;

  constructor(engine: Engine, signal: AbortSignal) {
    super();
    this.signal = signal;
    this.#engine = engine;
  }

  aborted(reason: unknown): void {
    for (const task of this) this.#engine.cancel(task, reason);
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

function closedError(attempt: string): QueueClosedError {
  return new QueueClosedError(`Cannot ${attempt} a queue that has been shut down`);
}
