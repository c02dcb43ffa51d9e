import { TaskTimeoutError, WorkerCrashError } from "../../../base/errors.ts";
import type { Timed, Timers } from "../../../base/timers.ts";
import type { ExecutorHost } from "../../../engine/executor.ts";
import { decodeThrown } from "../wire/error_codec.ts";
import { CLOSE, CLOSED, CRASH, READY, UNREADY, type UpMessage } from "../wire/protocol.ts";
import { greetingFor } from "./greeting.ts";
import { Idle } from "./idle.ts";
import { Ids } from "./ids.ts";
import type { Exit, StartWorker } from "./link.ts";
import type { PoolSettings } from "./options.ts";
import type { OutboxListener } from "./outbox.ts";
import { Starts } from "./starts.ts";
import { warnOfBusyWorker } from "./warning.ts";
import { PoolWorker, type WorkerAttempt, type WorkerListener, type WorkerState } from "./worker.ts";

/** A thread that was told to end and hasn't is given up after this: its id is free again. */
const ABANDON_AFTER_MS = 100;
/** There is a warning of a thread that is still busy this long after it was told to end. */
const WARN_AFTER_MS = 900;
/** How long a shutdown waits for threads that were told to end and could hear it. */
const MAX_END_MS = 1_000;

/** Who is told what becomes of the workers, as far as the attempts that they have are concerned. */
export interface RosterListener extends OutboxListener<WorkerAttempt> {
  /** A worker says something of its attempts. */
  received(worker: PoolWorker, message: UpMessage): void;
  /** A worker takes no more attempts: those that it has not begun are to be taken back. */
  retiring(worker: PoolWorker): void;
  /** A worker is gone, though what it said and noted has not been taken in. */
  ending(worker: PoolWorker): void;
  /** A worker is gone, and what attempts it still has were lost with it. */
  gone(worker: PoolWorker, exit: Exit): void;
  /** No worker is at work any more. */
  emptied(): void;
}

/**
 * The workers of a pool and their lives. A worker is in one state at a time, and `#enter` is the one place where it
 * changes:
 *
 * * **starting**: entered when there are tasks for it, or to have `minWorkers`. Left for *ready* when it says so; for
 *   *dying* when its initializer fails or `startTimeout` is over; for *gone* when it ends by itself.
 * * **ready**: takes attempts. Left for *retiring* when it is to be replaced; for *closing* when it has been idle for long, or
 *   is idle and there are too many; for *dying* when an attempt has to be stopped by force or is not begun.
 * * **retiring**: takes no more attempts and does what it has begun. Left for *closing* when it has.
 * * **closing**: runs the teardown, if there is one. Left for *dying* when it has, or its time for that is over.
 * * **dying**: was told to end. Left for *gone* when it has ended; for *forgotten* when a shutdown has waited for it long
 *   enough, which only threads can bring about.
 * * **forgotten**: nobody waits for its end, which may still come. Left for *gone*.
 * * **gone**: has ended. Any state is left for it when that is told.
 *
 * Ids are 1 to `limit`. A worker has its id until it is gone, so there are never more than `limit` of them at work. A
 * thread that goes on when it was told to end loses its id after a moment: the runtime can't stop it, and its place is
 * needed.
 */
export class Roster implements WorkerListener {
  /** Those that are starting, ready and retiring. */
  readonly workers: PoolWorker[] = [];
  limit: number;
  readonly starts: Starts;
  readonly #host: ExecutorHost;
  readonly #settings: PoolSettings;
  readonly #startWorker: StartWorker;
  readonly #listener: RosterListener;
  /** Those that were told to end and are waited for. */
  readonly #leaving = new Set<PoolWorker>();
  readonly #forgotten = new Set<PoolWorker>();
  readonly #ids = new Ids<PoolWorker>();
  readonly #idle: Idle;
  readonly #giveUp: Timed = { timer: 0, expire: () => this.#forgetLeaving() };
  #stopping = false;
  #stoppedAt = 0;
  #onEmpty: (() => void) | undefined;

  constructor(
    host: ExecutorHost,
    settings: PoolSettings,
    idleTimers: Timers,
    startWorker: StartWorker,
    listener: RosterListener,
  ) {
    this.#host = host;
    this.#settings = settings;
    this.limit = settings.limit;
    this.#idle = new Idle(idleTimers, settings, this.workers, {
      close: (worker) => this.#close(worker),
      lookAgain: () => host.requestDispatch(),
    });
    this.starts = new Starts(host, settings, idleTimers, this.workers, {
      hasPlace: () => this.#ids.size < this.limit && !this.#stopping,
      start: (kind) => this.#startOne(kind),
    });
    this.#startWorker = startWorker;
    this.#listener = listener;
  }

  // Questions

  /**
   * Whether more workers are at work than there may be, as after their number was lowered. One that was told to end runs its
   * attempt until it is gone.
   */
  get tooMany(): boolean {
    if (this.#ids.size <= this.limit) return false;
    let count = this.#countStarted();
    for (const worker of this.#leaving) {
      if (worker.attempts.length > 0 && this.#ids.has(worker)) count++;
    }
    return count > this.limit;
  }

  /** How many were told to end and can't have heard it yet. */
  get abandoned(): number {
    return [...this.#leaving, ...this.#forgotten].filter(({ isBusy }) => isBusy).length;
  }

  /** The attempts of all workers that are waited for. */
  *attempts(): Iterable<WorkerAttempt> {
    for (const worker of [...this.workers, ...this.#leaving]) yield* worker.attempts;
  }

  // What the pool asks for

  start(): void {
    this.#stopping = false;
    this.starts.begin();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stoppedAt = this.#host.clock.now();
    this.#idle.stop();
    this.starts.stop();
    for (const worker of [...this.workers]) {
      // An interrupted task may clean up for as long as it was promised.
      if (worker.attempts.length > 0) this.retire(worker);
      else this.#close(worker);
    }
    this.#limitEnd();
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      this.#checkEmpty();
    });
    this.#host.timers.remove(this.#giveUp);
  }

  /** Sets how many workers there may be. Those that are too many go as they become idle: any may run on and on. */
  resize(limit: number): void {
    this.limit = limit;
    for (const worker of [...this.workers]) {
      if (worker.attempts.length === 0 && this.#hasSurplus) this.retire(worker);
    }
  }

  /** Adds workers for tasks that wait. Where there are as many as there may be, one of another kind makes room. */
  grow(waiting: number): void {
    const missing = this.starts.grow(waiting);
    // What is on its way out makes room too.
    if (missing === undefined || this.#leaving.size > 0) return;
    this.#idle.makeRoom(missing, this.#host.clock.now());
  }

  /** A worker has nothing to do. */
  rest(worker: PoolWorker, now: number): void {
    worker.idleSince = now;
    if (worker.state === "retiring" || this.#hasSurplus) this.#close(worker);
    else this.#idle.watch();
  }

  /** Lets a worker go once it has done what it has begun. */
  retire(worker: PoolWorker): void {
    if (worker.state !== "ready") return;
    this.#enter(worker, "retiring");
    this.#listener.retiring(worker);
    if (worker.attempts.length === 0) this.#close(worker);
  }

  /** Ends a worker, by force if need be. */
  kill(worker: PoolWorker): void {
    if (this.workers.includes(worker)) this.#end(worker);
  }

  /** Ends a worker after `ms` milliseconds, unless its interrupted attempt has ended by then. */
  killIn(worker: PoolWorker, ms: number): void {
    if (this.workers.includes(worker)) this.#host.timers.addIn(worker, ms);
  }

  /** A worker's interrupted attempt has ended: it need not be ended. */
  spare(worker: PoolWorker): void {
    if (this.workers.includes(worker)) this.#host.timers.remove(worker);
  }

  // What workers say

  received(worker: PoolWorker, message: UpMessage): void {
    switch (message[0]) {
      case READY:
        if (worker.state === "starting") this.#ready(worker);
        return;
      case UNREADY:
        if (worker.state !== "starting") return;
        this.kill(worker);
        return this.starts.failed(decodeThrown(message[1]), worker.kind);
      case CRASH:
        worker.crash = { error: decodeThrown(message[1]) };
        return;
      case CLOSED:
        if (worker.state !== "closing") return;
        if (message[1] !== null) this.#host.report(decodeThrown(message[1]));
        worker.link.hold(false);
        return this.#end(worker);
      default:
        return this.#listener.received(worker, message);
    }
  }

  outgrown(worker: PoolWorker): void {
    this.retire(worker);
    this.#host.requestDispatch();
  }

  closed(worker: PoolWorker, exit: Exit): void {
    const { state } = worker;
    this.#enter(worker, "gone");
    if (state === "starting") {
      this.starts.failed(worker.endError(exit, "before it was ready"), worker.kind);
    }
    if (state === "closing") this.#host.report(worker.endError(exit, "during its teardown"));
    // While its attempts are still known to be somewhere: who is told of one may cancel others.
    this.#listener.ending(worker);
    this.#listener.gone(worker, exit);
    this.#leaving.delete(worker);
    this.#forgotten.delete(worker);
    if (this.#stopping) this.#limitEnd();
    this.#checkEmpty();
    this.starts.keepWarm();
    this.#host.requestDispatch();
  }

  overdue(worker: PoolWorker): void {
    const { id } = worker;
    const { grace } = this.#settings;
    switch (worker.state) {
      case "starting":
        worker.unresponsive = true;
        this.kill(worker);
        return this.starts.failed(
          new WorkerCrashError(`Worker ${id} was not ready in time`, { workerId: id }),
          worker.kind,
        );
      case "closing":
        worker.unresponsive = true;
        this.#host.report(
          new TaskTimeoutError(`The teardown of worker ${id} took longer than ${grace} ms`),
        );
        return this.#end(worker);
      case "dying":
        if (!this.#ids.free(worker)) {
          if (worker.isBusy) warnOfBusyWorker(id, WARN_AFTER_MS);
          return;
        }
        // One that is still being loaded can't hear of it yet.
        if (worker.wasReady) worker.unresponsive = true;
        this.#host.timers.addIn(worker, WARN_AFTER_MS - ABANDON_AFTER_MS);
        return this.#host.requestDispatch();
      default:
        this.kill(worker);
    }
  }

  // Within

  #countStarted(): number {
    return this.workers.filter(({ state }) => state !== "starting").length;
  }

  /** Whether more workers have started than there may be, not counting those that were told to end. */
  get #hasSurplus(): boolean {
    return this.#ids.size > this.limit && this.#countStarted() > this.limit;
  }

  /** The one place where a worker's state changes. */
  #enter(worker: PoolWorker, state: WorkerState): void {
    const { timers } = this.#host;
    const { startTimeout, endsSurely, grace } = this.#settings;
    worker.state = state;
    // An attempt that was interrupted keeps its grace on a worker that is to go.
    if (state !== "retiring") timers.remove(worker);
    switch (state) {
      case "starting":
        this.workers.push(worker);
        return timers.addIn(worker, startTimeout);
      case "ready":
        return worker.link.hold(false);
      case "retiring":
        return;
      case "closing":
        this.#strike(worker);
        this.#leaving.add(worker);
        worker.link.hold(true);
        timers.addIn(worker, grace);
        return worker.link.post([CLOSE]);
      case "dying":
        this.#strike(worker);
        this.#leaving.add(worker);
        worker.canHear = !worker.link.loading;
        worker.link.kill();
        if (!endsSurely) timers.addIn(worker, ABANDON_AFTER_MS);
        return;
      case "forgotten":
        this.#leaving.delete(worker);
        this.#forgotten.add(worker);
        this.#ids.free(worker);
        worker.unresponsive = true;
        return worker.link.forget();
      case "gone":
        // It is waited for until what it leaves behind has been seen to.
        if (this.#strike(worker)) this.#leaving.add(worker);
        this.#ids.free(worker);
    }
  }

  /** Ends a worker that has nothing to do, in order. */
  #close(worker: PoolWorker): void {
    const isReady = worker.state === "ready" || worker.state === "retiring";
    if (this.#settings.teardown === undefined || !isReady) return this.kill(worker);
    this.#enter(worker, "closing");
    this.#host.requestDispatch();
  }

  #end(worker: PoolWorker): void {
    this.#enter(worker, "dying");
    if (this.#stopping) this.#limitEnd();
    this.#host.requestDispatch();
  }

  /** Takes a worker off the list of those that are at work; `false` if it isn't on it. */
  #strike(worker: PoolWorker): boolean {
    const at = this.workers.indexOf(worker);
    if (at < 0) return false;
    this.workers.splice(at, 1);
    if (this.workers.length > 0) return true;
    this.#idle.stop();
    this.starts.stop();
    this.#listener.emptied();
    return true;
  }

  #ready(worker: PoolWorker): void {
    this.starts.succeeded();
    worker.wasReady = true;
    this.#enter(worker, "ready");
    this.rest(worker, this.#host.clock.now());
    this.starts.keepWarm();
    this.#host.dispatch();
  }

  #startOne(kind: string | undefined): void {
    try {
      const worker = new PoolWorker(
        greetingFor(this.#host, this.#settings, this.#ids.next),
        kind,
        this.#settings.recycleAfter,
        this.#startWorker,
        this,
        this.#listener,
      );
      this.#ids.take(worker);
      this.#enter(worker, "starting");
    } catch (error) {
      this.starts.failed(error, kind);
    }
  }

  /** All have been told to end: from now on they are waited for only so long. */
  #limitEnd(): void {
    if (this.#settings.endsSurely || this.#giveUp.timer !== 0) return;
    for (const { state } of this.#leaving) if (state === "closing") return;
    if (this.workers.length === 0 && this.#leaving.size > 0) {
      this.#host.timers.addIn(this.#giveUp, MAX_END_MS);
    }
  }

  #forgetLeaving(): void {
    const isLate = this.#host.clock.now() - this.#stoppedAt >= this.#settings.startTimeout;
    for (const worker of this.#leaving) {
      // On a machine with much else to do, loading takes seconds: its time to end begins when that is over.
      if (isLate || worker.canHear) this.#enter(worker, "forgotten");
      else worker.canHear = !worker.link.loading;
    }
    this.#limitEnd();
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.workers.length + this.#leaving.size === 0) this.#onEmpty?.();
  }
}
