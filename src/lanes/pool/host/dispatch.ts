import type { NotPortableError } from "../../../base/errors.ts";
import type { Timers } from "../../../base/timers.ts";
import {
  type AheadExecutor,
  type ExecutorHost,
  STOP_WILL_BE_TOLD,
  STOPPED,
  type Withdrawal,
} from "../../../engine/executor.ts";
import { runtime } from "../../../runtime/here.ts";
import type { Task } from "../../../task/task.ts";
import { PROGRESS, type UpMessage } from "../wire/protocol.ts";
import { BusyWatch } from "./busy_watch.ts";
import { Inbox, type InboxListener } from "./inbox.ts";
import { Lateness, type LatenessListener } from "./lateness.ts";
import type { Exit, StartWorker } from "./link.ts";
import { Loads } from "./loads.ts";
import type { PoolSettings } from "./options.ts";
import { Pace } from "./pace.ts";
import { Roster, type RosterListener } from "./roster.ts";
import { PoolWorker, type WorkerAttempt } from "./worker.ts";

/**
 * Which worker gets which task, and what becomes of the attempts.
 *
 * How it works: a worker runs one task at a time. When tasks are short (see {@linkcode Pace}) it is sent several
 * ahead, since a message costs more than they do. Those are still the pool's: they are taken back when a
 * task comes that goes before them, when their worker is interrupted, when another worker is idle, or
 * on a pause, and it is the shared {@linkcode Claims} that say for sure whether one has begun.
 */
export class Dispatch implements AheadExecutor, RosterListener, InboxListener, LatenessListener {
  readonly roster: Roster;
  readonly #lateness: Lateness;
  readonly #loads = new Loads();
  readonly #inbox: Inbox;
  /** Whether workers measure with the host's clock, as far as that can be told. */
  readonly #isMeasured: boolean;
  readonly #host: ExecutorHost;
  readonly #settings: PoolSettings;
  readonly #pace = new Pace();
  readonly #busy: BusyWatch;

  constructor(
    host: ExecutorHost,
    settings: PoolSettings,
    idleTimers: Timers,
    startWorker: StartWorker,
  ) {
    this.#host = host;
    this.#settings = settings;
    this.#isMeasured = host.clock === runtime.clock;
    this.roster = new Roster(host, settings, idleTimers, startWorker, this);
    this.#inbox = new Inbox(host.clock, this);
    this.#busy = new BusyWatch(host, this.roster.workers, (worker) => this.#lookAt(worker));
    this.#lateness = new Lateness(host, settings, idleTimers, this.roster.workers, this);
  }

  // What the engine asks for

  /** How many more tasks like the next one `run` would take now. */
  get room(): number {
    if (this.roster.tooMany) return 0;
    const kind = this.roster.starts.nextKind;
    const depth = this.#depthFor(this.#host.backlog);
    let room = 0;
    for (const worker of this.roster.workers) {
      if (worker.kind === kind) room += worker.roomFor(depth);
    }
    return room;
  }

  *tasks(): Iterable<Task> {
    for (const { task, interrupted } of this.roster.attempts()) if (!interrupted) yield task;
  }

  run(task: Task, now: number): number {
    // The task itself no longer counts among those that wait, as it did when there was room for it.
    const depth = this.#depthFor(this.#host.backlog + 1);
    const worker = this.#leastBusy(depth, this.roster.starts.kindOf(task));
    const attempt = worker.take(task, depth, now);
    task.attempt = attempt;
    // What its worker had before may have come out since the time was read.
    if (worker.attempts.length === 1) this.#tell(attempt, Math.max(now, worker.idleSince));
    return now;
  }

  flush(): void {
    // So few are at work, those of other pools among them, that there is a processor for each.
    const maySpin = PoolWorker.atWork <= this.#settings.spinners;
    for (const worker of [...this.roster.workers]) worker.flush(maySpin);
    const waiting = this.#host.backlog;
    if (waiting === 0) this.#balance();
    // What could not be sent has made room for what waits: that comes next.
    else if (this.room <= 0) this.roster.grow(waiting);
    this.#busy.watch();
  }

  withdraw(task: Task): Withdrawal {
    const attempt = task.attempt as WorkerAttempt;
    if (attempt.worker.withdraw(attempt)) return "withdrawn";
    // It has begun since: then it is the first, and what was before it has ended.
    this.#tell(attempt, this.#host.clock.now());
    return "begun";
  }

  takeBack(isWanted: (task: Task) => boolean): boolean {
    let taken = false;
    for (const { attempts } of this.roster.workers) {
      for (let last = attempts.at(-1); last !== undefined; last = attempts.at(-1)) {
        if (last.told || !isWanted(last.task) || !this.#takeBack(last)) break;
        taken = true;
      }
    }
    return taken;
  }

  overdue(task: Task, now: number): void {
    this.#lateness.check(task.attempt as WorkerAttempt, now);
  }

  /** Interrupts the attempt of a task; the engine says when. */
  interrupt(task: Task, reason: unknown): number {
    const attempt = task.attempt as WorkerAttempt | undefined;
    // It may have ended while others were told of what has become of the task.
    if (attempt === undefined) return STOPPED;
    const { worker } = attempt;
    if (worker.withdraw(attempt)) {
      this.#lateness.forget(attempt);
      this.#advance(worker, this.#host.clock.now());
      return STOPPED;
    }
    attempt.interrupted = true;
    this.#inbox.readJournal(worker);
    const at = worker.attempts.indexOf(attempt);
    if (at < 0 || worker.state === "gone") return STOPPED;
    const moved = worker.attempts.slice(at + 1).map((other) => this.#takeBack(other));
    // A later one has begun: this one has ended, and its result is in flight.
    if (moved.includes(false)) return STOPPED;
    const asked = worker.interrupt(attempt, reason);
    const { grace } = task.options;
    if (asked && grace > 0) this.roster.killIn(worker, grace);
    else this.roster.kill(worker);
    if (this.#settings.endsSurely) return STOP_WILL_BE_TOLD;
    return asked ? 2 * grace : grace;
  }

  /** Sets how many workers there may be. */
  resize(workers: number): void {
    this.roster.resize(workers);
    // What was sent ahead would begin while those that retire still run.
    if (this.roster.tooMany) {
      for (const worker of [...this.roster.workers]) this.retiring(worker);
    }
    this.#host.requestDispatch();
  }

  /** Leaves off looking after workers. */
  async stop(): Promise<void> {
    this.#busy.stop();
    await this.#lateness.stop();
  }

  // What workers say

  received(worker: PoolWorker, message: UpMessage): void {
    this.#inbox.read(worker, message);
    if (message[0] !== PROGRESS) this.#host.dispatch(this.#host.clock.now());
  }

  ended(attempt: WorkerAttempt, ok: boolean, value: unknown, took: number, at: number): void {
    const { task } = attempt;
    if (this.#loads.pending && !task.done) this.#loads.succeeded(task);
    this.#finish(attempt, ok, value, took, at);
  }

  unloaded(attempt: WorkerAttempt, error: unknown, took: number): void {
    const { task, worker } = attempt;
    const now = this.#host.clock.now();
    if (attempt.interrupted || task.done || !this.#loads.failed(attempt, now)) {
      return this.#finish(attempt, false, error, took, now);
    }
    // Others may be able to, and this one won't be from now on.
    this.#remove(attempt);
    this.#host.returned(task);
    this.roster.retire(worker);
    this.#advance(worker, now);
  }

  progressed({ task, interrupted }: WorkerAttempt, data: unknown): void {
    if (!interrupted) this.#host.progressed(task, data);
  }

  refused(attempt: WorkerAttempt, error: NotPortableError): void {
    const { task, worker } = attempt;
    const now = this.#host.clock.now();
    this.#drop(attempt);
    if (!attempt.told) this.#tell(attempt, now);
    // Who was told of its start may have cancelled it.
    if (!task.done) this.#host.failed(task, error, now);
    this.#advance(worker, now);
    this.#host.requestDispatch();
  }

  /** Takes back what waits behind a worker's first task. */
  retiring(worker: PoolWorker): void {
    for (const attempt of worker.attempts.slice(1).reverse()) this.#takeBack(attempt);
  }

  ending(worker: PoolWorker): void {
    const now = this.#host.clock.now();
    this.#inbox.readJournal(worker);
    for (const attempt of worker.attempts.filter(({ begun }) => begun)) {
      if (!attempt.told) this.#tell(attempt, now);
    }
  }

  gone(worker: PoolWorker, exit: Exit): void {
    const now = this.#host.clock.now();
    const isLost = ({ begun, interrupted }: WorkerAttempt) => begun || interrupted;
    // What has not begun goes back first: the end of the others may make someone cancel it.
    for (const attempt of worker.attempts.filter((attempt) => !isLost(attempt))) {
      this.#drop(attempt);
      this.#giveBack(attempt);
    }
    // One at a time: the end of one may make someone cancel the others, who are still to be found here.
    for (const attempt of [...worker.attempts]) this.#lose(attempt, exit, now);
    this.#busy.unwatch();
  }

  emptied(): void {
    this.#busy.stop();
    this.#lateness.rest();
  }

  takeIn(worker: PoolWorker): void {
    this.#inbox.readJournal(worker);
  }

  stuck(attempt: WorkerAttempt): void {
    const { worker } = attempt;
    const isBack = worker.withdraw(attempt);
    // It has begun just now.
    if (!isBack && attempt.begun) return;
    attempt.stuck = worker.unresponsive = true;
    // Whatever it does, it is not without anything to do.
    worker.link.hold(true);
    for (const other of [...worker.attempts].reverse()) this.#takeBack(other);
    this.roster.kill(worker);
    // Otherwise it comes back when its worker is gone, since nothing else says for sure that it has not begun.
    if (isBack) this.#giveBack(attempt);
  }

  // Attempts

  #finish(attempt: WorkerAttempt, ok: boolean, value: unknown, took: number, at: number): void {
    const { task, worker } = attempt;
    const next = worker.attempts[1];
    // What a worker says of itself fits what the pool has told: when this one began, and perhaps the next one.
    const end = next?.told ? Math.min(at, next.toldAt) : at;
    const now = Math.max(end, attempt.toldAt);
    this.#pace.note(took);
    if (!attempt.told) this.#tell(attempt, now);
    // A task that is being ended in another way right now, by what a hook did, counts as interrupted.
    if (attempt.interrupted || task.done) {
      this.#stopped(attempt);
      this.#remove(attempt);
      // The time that one behind it has to clean up goes on.
      if (!worker.attempts.some(({ interrupted }) => interrupted)) this.roster.spare(worker);
    } else {
      this.#remove(attempt);
      if (this.#isMeasured && took > task.options.timeout) this.#host.timedOut(task, now);
      else if (ok) this.#host.succeeded(task, value, now);
      else this.#host.failed(task, value, now);
    }
    if (worker.spent) this.roster.retire(worker);
    this.#advance(worker, now);
  }

  /** A task that has not begun goes back to the queue, unless too many workers did not begin it. */
  #giveBack(attempt: WorkerAttempt): void {
    const error = attempt.stuck ? this.#lateness.blame(attempt) : undefined;
    if (error === undefined) this.#host.returned(attempt.task);
    else this.#host.failed(attempt.task, error, this.#host.clock.now());
  }

  /** An attempt has ended with its worker. */
  #lose(attempt: WorkerAttempt, exit: Exit, now: number): void {
    const { task, worker } = attempt;
    const isInterrupted = attempt.interrupted || task.done;
    if (isInterrupted) this.#stopped(attempt);
    this.#remove(attempt);
    if (!isInterrupted) this.#host.failed(task, worker.crashError(task, exit), now);
  }

  /** A worker no longer has an attempt that it has run. */
  #remove(attempt: WorkerAttempt): void {
    attempt.worker.release(attempt);
    this.#lateness.forget(attempt);
  }

  /** A worker no longer has an attempt that it has not run. */
  #drop(attempt: WorkerAttempt): void {
    attempt.worker.drop(attempt);
    this.#lateness.forget(attempt);
  }

  /** Tells the queue that an attempt has begun. */
  #tell(attempt: WorkerAttempt, now: number): void {
    attempt.told = true;
    attempt.toldAt = now;
    this.#lateness.expect(attempt);
    this.#host.began(attempt.task, attempt.worker.id, now);
    attempt.traceparent = this.#host.dispatcher.tracing?.parentFor(attempt.task);
  }

  #stopped(attempt: WorkerAttempt): void {
    if (attempt.task.attempt === attempt) this.#host.stopped(attempt.task);
  }

  /** The worker's first attempt has ended: the next is under way, or there is none. */
  #advance(worker: PoolWorker, now: number): void {
    const next = worker.attempts[0];
    if (next === undefined) this.#rest(worker, now);
    else if (!next.told && worker.state !== "gone") this.#tell(next, now);
  }

  #rest(worker: PoolWorker, now: number): void {
    this.roster.rest(worker, now);
    this.#busy.unwatch();
  }

  /** Gives a task back to the queue; `false` if it has begun. */
  #takeBack(attempt: WorkerAttempt): boolean {
    if (attempt.told || !attempt.worker.withdraw(attempt)) return false;
    this.#host.returned(attempt.task);
    return true;
  }

  // Who gets what

  /** How many tasks a worker may have while `backlog` tasks wait. */
  #depthFor(backlog: number): number {
    if (!this.#settings.ahead || !this.#host.dispatcher.maySendAhead) return 1;
    return this.#pace.ahead(backlog / this.roster.workers.length);
  }

  #leastBusy(depth: number, kind: string | undefined): PoolWorker {
    let least: PoolWorker | undefined;
    for (const worker of this.roster.workers) {
      const isLess = least === undefined || worker.attempts.length < least.attempts.length;
      if (isLess && worker.kind === kind && worker.roomFor(depth) > 0) least = worker;
    }
    return least!;
  }

  /** Takes back what waits for busy workers while others are idle. */
  #balance(): void {
    const { workers } = this.roster;
    let waiting = 0;
    for (const { attempts } of workers) waiting += Math.max(0, attempts.length - 1);
    if (!this.#pace.isWorthMoving(waiting)) return;
    const isIdle = ({ state, attempts }: PoolWorker) => state === "ready" && attempts.length === 0;
    const kinds = new Set(workers.filter(isIdle).map(({ kind }) => kind));
    if (kinds.size === 0) return;
    for (const worker of workers) if (kinds.has(worker.kind)) this.retiring(worker);
  }

  /** An attempt that was under way at the last look too is long, unless it has ended and its result was kept back. */
  #lookAt(worker: PoolWorker): void {
    const { seen, attempts } = worker;
    if (seen !== undefined && seen === attempts[0]) this.#inbox.readJournal(worker);
    const first = worker.seen = attempts[0];
    if (first === undefined || first !== seen) return;
    worker.slow = first;
    this.retiring(worker);
  }
}
