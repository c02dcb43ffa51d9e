import { type NotPortableError, WorkerCrashError } from "../../../base/errors.ts";
import type {
  AheadExecutor,
  Executor,
  ExecutorHost,
  Withdrawal,
} from "../../../engine/executor.ts";
import type { Task } from "../../../task/task.ts";
import type { Timed, Timers } from "../../../base/timers.ts";
import { referenceOf } from "../../../portable/portable.ts";
import type { Exit, StartWorker } from "./link.ts";
import type { PoolSettings } from "./options.ts";
import { Pace } from "./pace.ts";
import { encodeValue } from "../wire/values.ts";
import { warnOfBusyWorker } from "./warning.ts";
import { PoolWorker, type Seat, type WorkerListener } from "./worker.ts";

/** So many workers may be starting at once: a start loads a runtime, and many at a time slow each other. */
const MAX_STARTING = 2;
/** So many starts may fail in a row before the waiting tasks are failed instead. */
const MAX_FAILED_STARTS = 3;
/**
 * Every so many milliseconds workers that have several tasks are looked after: a long one may keep back the results of
 * those before it and hold up those behind it.
 */
const LOOK_EVERY = 5;
/** So many milliseconds a shutdown waits for workers that were told to end. */
const MAX_END = 1_000;
/** A busy worker that was told to end has so many milliseconds before it gives cause for a warning. */
const SOON = 900;

/**
 * Runs attempts on a pool of workers, which are started when there are tasks for them and closed when there
 * have been none for a while.
 *
 * How it works: a worker runs one task at a time. When tasks are short (see {@linkcode Pace}) it is sent several
 * ahead, since a message costs more than they do. Those are still the pool's: they are taken back when a
 * task comes that goes before them, when their worker is interrupted, when another worker is idle, or
 * on a pause, and it is the shared {@linkcode Claims} that say for sure whether one has begun.
 */
export class PoolExecutor implements Executor, AheadExecutor, WorkerListener {
  readonly ahead: AheadExecutor = this;
  readonly #host: ExecutorHost;
  readonly #settings: PoolSettings;
  readonly #startWorker: StartWorker;
  readonly #queueId: string;
  #limit: number;
  /** Starting, ready and retiring workers. */
  readonly #workers: PoolWorker[] = [];
  /** Workers that were told to end. */
  readonly #dying = new Set<PoolWorker>();
  /** Those of them that nobody waits for any more. */
  readonly #forgotten = new Set<PoolWorker>();
  /** Those that were not ready in time, and may never end either. */
  readonly #stuck = new WeakSet<PoolWorker>();
  /** The numbers that workers have: the smallest free one is given to the next. */
  readonly #ids = new Set<number>();
  /** Starting workers that are to be replaced as soon as they are ready. */
  readonly #stale = new WeakSet<PoolWorker>();
  readonly #pace = new Pace();
  /** How many tasks each worker may have, as of the last look for room: where there was any, a task comes next. */
  #ahead = 1;
  /** Idle workers must not keep a program alive, so neither may the timer that closes them. */
  readonly #idleTimers: Timers;
  readonly #sweep: Timed = { timer: 0, expire: (now) => this.#closeIdle(now) };
  readonly #look: Timed = { timer: 0, expire: () => this.#lookAfter() };
  readonly #giveUp: Timed = { timer: 0, expire: () => this.#forgetDying() };
  #failedStarts = 0;
  #stopping = false;
  #onEmpty: (() => void) | undefined;

  constructor(
    host: ExecutorHost,
    settings: PoolSettings,
    idleTimers: (afterFire: () => void) => Timers,
    startWorker: StartWorker,
  ) {
    this.#host = host;
    this.#settings = settings;
    this.#limit = settings.limit;
    this.#idleTimers = idleTimers(() => {});
    this.#startWorker = startWorker;
    this.#queueId = host.id;
  }

  get room(): number {
    if (this.#tooMany) return 0;
    let room = 0;
    if (this.#settings.ahead) {
      this.#ahead = this.#pace.ahead(this.#host.backlog / this.#workers.length);
    }
    for (const worker of this.#workers) room += worker.roomFor(this.#ahead);
    return room;
  }

  get workers(): number {
    return this.#workers.length;
  }

  get limit(): number {
    return this.#limit;
  }

  get abandoned(): number {
    let count = 0;
    for (const worker of this.#dying) if (this.#isBusy(worker)) count++;
    for (const worker of this.#forgotten) if (this.#isBusy(worker)) count++;
    return count;
  }

  *tasks(): Iterable<Task> {
    for (const worker of [...this.#workers, ...this.#dying]) {
      for (const seat of worker.seats) if (!seat.interrupted) yield seat.task;
    }
  }

  start(): Promise<void> {
    this.#stopping = false;
    this.#failedStarts = 0;
    this.#keepWarm();
    return Promise.resolve();
  }

  resize(workers: number): void {
    this.#limit = workers;
    const idleFirst = [...this.#workers].sort((a, b) => a.seats.length - b.seats.length);
    for (const worker of idleFirst.slice(0, Math.max(0, this.#workers.length - workers))) {
      this.#retire(worker);
    }
    // What was sent ahead would begin while those that retire still run.
    if (this.#tooMany) this.#recall();
    this.#host.requestDispatch();
  }

  /** Whether more workers can be at work than there may be, as after their number was lowered. */
  get #tooMany(): boolean {
    if (this.#workers.length <= this.#limit) return false;
    let count = 0;
    for (const { state } of this.#workers) if (state !== "starting") count++;
    return count > this.#limit;
  }

  run(task: Task, now: number): number {
    const worker = this.#leastBusy();
    const seat = worker.seat(task, now);
    task.seat = seat;
    if (worker.seats.length === 1) this.#begin(seat, now);
    return now;
  }

  flush(): void {
    const maySpin = this.#maySpin;
    for (const worker of [...this.#workers]) worker.flush(maySpin);
    const waiting = this.#host.backlog;
    if (waiting > 0) this.#growFor(waiting);
    else this.#balance();
    this.#watchBusy();
  }

  withdraw(task: Task): Withdrawal {
    const seat = task.seat as Seat;
    if (seat.worker.withdraw(seat)) return "withdrawn";
    // It has begun since: then it is the first, and what was before it has ended.
    this.#begin(seat, this.#host.clock.now());
    return "begun";
  }

  interrupt(task: Task, reason: unknown): number {
    const seat = task.seat as Seat | undefined;
    // It may have ended while others were told of what has become of the task.
    if (seat === undefined) return 0;
    const { worker } = seat;
    if (worker.withdraw(seat)) {
      this.#advance(worker, this.#host.clock.now());
      return 0;
    }
    seat.interrupted = true;
    worker.readJournal();
    const at = worker.seats.indexOf(seat);
    if (at < 0 || worker.state === "gone") return 0;
    // One behind it has begun: so it has ended, and word of it is on the way.
    const moved = worker.seats.slice(at + 1).map((other) => this.#takeBack(other));
    if (moved.includes(false)) return 0;
    const asked = worker.interrupt(seat, reason);
    const { grace } = task.options;
    if (asked && grace > 0) this.#host.timers.addIn(worker, grace);
    else this.#kill(worker);
    if (this.#settings.endsSurely) return Infinity;
    return asked ? 2 * grace : grace;
  }

  takeBack(isWanted: (task: Task) => boolean): boolean {
    let taken = false;
    for (const worker of this.#workers) {
      for (let seat = worker.seats.at(-1); seat !== undefined; seat = worker.seats.at(-1)) {
        if (seat.begun || !isWanted(seat.task) || !this.#takeBack(seat)) break;
        taken = true;
      }
    }
    return taken;
  }

  /** Gives back all tasks that have not begun. */
  #recall(): void {
    for (const worker of [...this.#workers]) {
      this.#takeBackWaiting(worker);
    }
    this.#host.requestDispatch();
  }

  /** Has all workers replaced, each once it has done what it has begun. */
  renew(): void {
    for (const worker of [...this.#workers]) {
      if (worker.state === "starting") this.#stale.add(worker);
      else this.#retire(worker);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#idleTimers.remove(this.#sweep);
    this.#host.timers.remove(this.#look);
    for (const worker of [...this.#workers]) {
      // An interrupted task may clean up for as long as it was promised.
      if (worker.seats.length > 0) this.#retire(worker);
      else this.#kill(worker);
    }
    this.#limitEnd();
    if (this.#workers.length + this.#dying.size === 0) return;
    await new Promise<void>((resolve) => this.#onEmpty = resolve);
    this.#host.timers.remove(this.#giveUp);
  }

  // What workers say

  ready(worker: PoolWorker): void {
    this.#host.timers.remove(worker);
    this.#failedStarts = 0;
    this.#rest(worker, this.#host.clock.now());
    if (this.#workers.length > this.#limit || this.#stale.delete(worker)) this.#retire(worker);
    this.#keepWarm();
    this.#host.dispatch();
  }

  unready(worker: PoolWorker, error: unknown): void {
    if (worker.state === "gone") this.#bury(worker);
    else this.#kill(worker);
    this.#startFailed(error);
  }

  overdue(worker: PoolWorker): void {
    switch (worker.state) {
      case "starting":
        this.#stuck.add(worker);
        return this.unready(
          worker,
          new WorkerCrashError(`Worker ${worker.id} was not ready in time`, {
            workerId: worker.id,
          }),
        );
      case "dying":
        return warnOfBusyWorker(worker.id, SOON);
      default:
        this.#kill(worker);
    }
  }

  ended(
    worker: PoolWorker,
    seat: Seat,
    ok: boolean,
    value: unknown,
    took: number,
    at: number,
  ): void {
    const { task } = seat;
    // What a worker says of itself is no earlier than what the pool knows.
    const now = Math.max(at, seat.begunAt);
    this.#pace.note(took);
    if (!seat.begun) this.#begin(seat, now);
    // A task that is being ended in another way right now, by what a hook did, counts as interrupted.
    if (seat.interrupted || task.done) {
      this.#host.timers.remove(worker);
      this.#stopped(seat);
      worker.release(seat);
    } else {
      worker.release(seat);
      if (ok) this.#host.succeeded(task, value, now);
      else this.#host.failed(task, value, now);
    }
    if (worker.spent) this.#retire(worker);
    this.#advance(worker, now);
  }

  heard(): void {
    this.#host.dispatch(this.#host.clock.now());
  }

  progressed(seat: Seat, data: unknown): void {
    if (!seat.interrupted) this.#host.progressed(seat.task, data);
  }

  refused(worker: PoolWorker, seat: Seat, error: NotPortableError): void {
    const now = this.#host.clock.now();
    if (!seat.begun) this.#begin(seat, now);
    // Who was told of its start may have cancelled it.
    if (!seat.task.done) this.#host.failed(seat.task, error, now);
    this.#advance(worker, now);
    this.#host.requestDispatch();
  }

  gone(worker: PoolWorker, exit: Exit): void {
    const now = this.#host.clock.now();
    this.#host.timers.remove(worker);
    // While the pool still has it: who is told of this may cancel what else was there.
    worker.readJournal();
    for (const seat of worker.seats.filter((seat) => worker.hasBegun(seat))) {
      if (!seat.begun) this.#begin(seat, now);
    }
    this.#bury(worker);
    this.#dying.delete(worker);
    this.#forgotten.delete(worker);
    this.#ids.delete(worker.id);
    const seats = worker.seats.splice(0);
    const lost = seats.filter((seat) => worker.hasBegun(seat));
    // What has not begun goes back first: the end of the others may make someone cancel it.
    for (const seat of seats) if (!lost.includes(seat)) this.#host.returned(seat.task);
    for (const seat of lost) this.#lose(seat, exit, now);
    for (const seat of seats) if (seat.task.seat === seat) seat.task.seat = undefined;
    this.#checkEmpty();
    this.#keepWarm();
    this.#host.requestDispatch();
  }

  // Tasks

  /** An attempt has ended with its worker. */
  #lose(seat: Seat, exit: Exit, now: number): void {
    const { task, worker } = seat;
    if (seat.interrupted || task.done) return this.#stopped(seat);
    this.#host.failed(task, worker.crashError(task, exit), now);
  }

  /** Whether so few workers are at work that one of them may spin. */
  get #maySpin(): boolean {
    let busy = 0;
    for (const { seats } of this.#workers) if (seats.length > 0) busy++;
    return busy <= this.#settings.spinners;
  }

  #leastBusy(): PoolWorker {
    let least: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (worker.roomFor(this.#ahead) === 0) continue;
      if (least === undefined || worker.seats.length < least.seats.length) least = worker;
    }
    return least!;
  }

  #begin(seat: Seat, now: number): void {
    seat.begun = true;
    seat.begunAt = now;
    this.#host.began(seat.task, seat.worker.id, now);
  }

  /** The worker's first task has ended: the next is under way, or there is none. */
  #advance(worker: PoolWorker, now: number): void {
    const [next] = worker.seats;
    if (next === undefined) this.#rest(worker, now);
    else if (!next.begun && worker.state !== "gone") this.#begin(next, now);
  }

  #rest(worker: PoolWorker, now: number): void {
    worker.idleSince = now;
    if (worker.state === "retiring") this.#kill(worker);
    else this.#watchIdle();
  }

  #stopped(seat: Seat): void {
    if (seat.task.seat === seat) this.#host.stopped(seat.task);
  }

  /** Gives a task back to the queue; `false` if it has begun. */
  #takeBack(seat: Seat): boolean {
    if (seat.begun || !seat.worker.withdraw(seat)) return false;
    this.#host.returned(seat.task);
    return true;
  }

  /** Takes back what waits behind a worker's first task. */
  #takeBackWaiting(worker: PoolWorker): void {
    for (const seat of worker.seats.slice(1).reverse()) this.#takeBack(seat);
  }

  // Workers

  /** Adds workers for tasks that wait. */
  #growFor(waiting: number): void {
    if (this.#failedStarts >= MAX_FAILED_STARTS) {
      // Others can run them.
      if (this.#workers.some((worker) => worker.state === "ready")) return;
      this.#failedStarts = 0;
    }
    this.#grow(waiting);
  }

  #grow(wanted: number): void {
    let starting = 0;
    for (const worker of this.#workers) if (worker.state === "starting") starting++;
    const most = Math.min(wanted, MAX_STARTING);
    while (starting < most && this.#workers.length < this.#limit && !this.#stopping) {
      this.#add();
      starting++;
    }
  }

  #keepWarm(): void {
    if (this.#failedStarts >= MAX_FAILED_STARTS) return;
    this.#grow(this.#settings.minWorkers - this.#workers.length);
  }

  #add(): void {
    let id = 1;
    while (this.#ids.has(id)) id++;
    this.#ids.add(id);
    const { initializer, initArgs, startTimeout, recycleAfter } = this.#settings;
    try {
      const greeting = {
        queueId: this.#queueId,
        workerId: id,
        initializer: initializer && referenceOf(initializer),
        initArgs: encodeValue(initArgs),
      };
      const { clock } = this.#host;
      const worker = new PoolWorker(greeting, recycleAfter, clock, this.#startWorker, this);
      this.#workers.push(worker);
      this.#host.timers.addIn(worker, startTimeout);
    } catch (error) {
      this.#ids.delete(id);
      this.#startFailed(error);
    }
  }

  #startFailed(error: unknown): void {
    this.#failedStarts++;
    const last = this.#failedStarts === MAX_FAILED_STARTS;
    // Those that are there can still run what waits.
    if (last && !this.#workers.some((worker) => worker.state === "ready")) {
      this.#host.startFailed(error);
    }
    this.#host.requestDispatch();
  }

  /** Lets a worker go once it has done what it has begun. */
  #retire(worker: PoolWorker): void {
    if (worker.state !== "ready") return;
    worker.state = "retiring";
    this.#takeBackWaiting(worker);
    if (worker.seats.length === 0) this.#kill(worker);
  }

  #kill(worker: PoolWorker): void {
    this.#host.timers.remove(worker);
    this.#bury(worker);
    this.#dying.add(worker);
    worker.kill();
    if (this.#isBusy(worker) && !this.#settings.endsSurely) this.#host.timers.addIn(worker, SOON);
    if (this.#stopping) this.#limitEnd();
    this.#host.requestDispatch();
  }

  /** Whether a worker that was told to end can't have heard it yet. */
  #isBusy(worker: PoolWorker): boolean {
    return worker.seats.length > 0 || this.#stuck.has(worker);
  }

  #bury(worker: PoolWorker): void {
    const index = this.#workers.indexOf(worker);
    if (index >= 0) this.#workers.splice(index, 1);
    if (this.#workers.length === 0) this.#idleTimers.remove(this.#sweep);
  }

  #watchIdle(): void {
    const { idleTimeout, minWorkers } = this.#settings;
    if (this.#sweep.timer !== 0 || this.#workers.length <= minWorkers) return;
    if (idleTimeout !== Infinity) this.#idleTimers.addIn(this.#sweep, idleTimeout);
  }

  #closeIdle(now: number): void {
    const { idleTimeout, minWorkers } = this.#settings;
    let next = Infinity;
    for (const worker of [...this.#workers]) {
      if (worker.seats.length > 0 || worker.state !== "ready") continue;
      const due = worker.idleSince + idleTimeout;
      if (due > now) next = Math.min(next, due);
      else if (this.#workers.length > minWorkers) this.#kill(worker);
    }
    if (next !== Infinity) this.#idleTimers.add(this.#sweep, next);
  }

  /** Takes back what waits behind long tasks, and takes in the results that wait as well. */
  #lookAfter(): void {
    for (const worker of [...this.#workers]) {
      if (worker.seats.length > 1 && worker.isSlow()) this.#takeBackWaiting(worker);
    }
    // A pause keeps the queue from pumping, not workers from having several tasks.
    this.#watchBusy();
    this.#host.requestDispatch();
  }

  #watchBusy(): void {
    if (this.#look.timer !== 0 || !this.#workers.some(({ seats }) => seats.length > 1)) return;
    this.#host.timers.addIn(this.#look, LOOK_EVERY);
  }

  /** Takes back what waits for busy workers while others are idle. */
  #balance(): void {
    let waiting = 0;
    for (const { seats } of this.#workers) waiting += Math.max(0, seats.length - 1);
    if (!this.#pace.isWorthMoving(waiting)) return;
    if (!this.#workers.some(({ state, seats }) => state === "ready" && seats.length === 0)) return;
    for (const worker of this.#workers) this.#takeBackWaiting(worker);
  }

  /** All have been told to end: from now on they are waited for only so long. */
  #limitEnd(): void {
    if (this.#settings.endsSurely || this.#giveUp.timer !== 0) return;
    if (this.#workers.length === 0 && this.#dying.size > 0) {
      this.#host.timers.addIn(this.#giveUp, MAX_END);
    }
  }

  #forgetDying(): void {
    for (const worker of this.#dying) {
      this.#host.timers.remove(worker);
      this.#forgotten.add(worker);
      worker.forget();
    }
    this.#dying.clear();
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#workers.length + this.#dying.size === 0) this.#onEmpty?.();
  }
}
