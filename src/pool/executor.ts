import type { NotPortableError } from "../core/errors.ts";
import type { Executor, ExecutorHost } from "../core/executor.ts";
import { comesBefore } from "../core/ready_queue.ts";
import type { Task } from "../core/task.ts";
import type { Timed, Timers } from "../core/timers.ts";
import { referenceOf } from "../tasks/portable.ts";
import type { Exit, StartWorker } from "./link.ts";
import type { PoolSettings } from "./options.ts";
import { Pace } from "./pace.ts";
import { PoolWorker, type Seat, type WorkerListener } from "./worker.ts";

/** So many workers may be starting at once: a start loads a runtime, and many at a time slow each other. */
const MAX_STARTING = 2;
/** So many starts may fail in a row before the waiting tasks are failed instead. */
const MAX_FAILED_STARTS = 3;
/**
 * Every so many milliseconds workers that have several tasks are looked after: a long one may keep back the results of
 * those before it and hold up those behind it.
 */
const LOOK_EVERY = 2;
/** So many milliseconds a shutdown waits for workers that were told to end. */
const MAX_END = 1_000;

/**
 * Runs attempts on a pool of workers, which are started when there are tasks for them and closed when there
 * have been none for a while.
 *
 * How it works: a worker runs one task at a time. When tasks are short (see {@linkcode Pace}) it is sent several
 * ahead, since a message costs more than they do. Those are still the pool's: they are taken back when a
 * task comes that goes before them, when their worker is interrupted, when another worker is idle, or
 * on a pause, and it is the shared {@linkcode Claims} that say for sure whether one has begun.
 */
export class PoolExecutor implements Executor, WorkerListener {
  readonly #host: ExecutorHost;
  readonly #settings: PoolSettings;
  readonly #startWorker: StartWorker;
  readonly #queueId: string;
  #limit: number;
  /** Starting, ready and retiring workers. */
  readonly #workers: PoolWorker[] = [];
  /** Workers that were told to end, with whether they were busy. */
  readonly #dying = new Map<PoolWorker, boolean>();
  /** The numbers that workers have: the smallest free one is given to the next. */
  readonly #ids = new Set<number>();
  /** Starting workers that are to be replaced as soon as they are ready. */
  readonly #stale = new WeakSet<PoolWorker>();
  readonly #pace = new Pace();
  /** Idle workers must not keep a program alive, so neither may the timer that closes them. */
  readonly #idleTimers: Timers;
  readonly #sweep: Timed = { deadline: 0, heapIndex: -1, expire: (now) => this.#closeIdle(now) };
  readonly #look: Timed = { deadline: 0, heapIndex: -1, expire: () => this.#lookAfter() };
  readonly #giveUp: Timed = { deadline: 0, heapIndex: -1, expire: () => this.#forgetDying() };
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
    let room = 0;
    const ahead = this.#ahead;
    for (const worker of this.#workers) {
      room += worker.roomFor(ahead);
    }
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
    for (const busy of this.#dying.values()) if (busy) count++;
    return count;
  }

  *tasks(): Iterable<Task> {
    for (const worker of this.#workers) {
      for (const seat of worker.seats) if (!seat.interrupted) yield seat.task;
    }
  }

  start(): Promise<void> {
    this.#stopping = false;
    this.#keepWarm();
    return Promise.resolve();
  }

  resize(workers: number): void {
    this.#limit = workers;
    const idleFirst = [...this.#workers].sort((a, b) => a.seats.length - b.seats.length);
    for (const worker of idleFirst.slice(0, Math.max(0, this.#workers.length - workers))) {
      this.#retire(worker);
    }
    this.#host.requestPump();
  }

  accept(task: Task, now: number): number {
    if (this.#recallAfter(task)) this.#host.requestPump();
    const worker = this.#leastBusy();
    const seat = worker.seat(task);
    task.seat = seat;
    if (worker.seats.length === 1) this.#begin(seat, now);
    return now;
  }

  /** Whether tasks that come after this one could be taken back to make room for it. */
  makeRoom(task: Task): boolean {
    return this.#recallAfter(task) && this.room > 0;
  }

  pumped(waiting: number): void {
    for (const worker of this.#workers) worker.flush();
    if (waiting > 0) this.#grow(waiting);
    if (this.#look.heapIndex < 0 && this.#workers.some((worker) => worker.seats.length > 1)) {
      this.#host.timers.addIn(this.#look, LOOK_EVERY);
    }
  }

  withdraw(task: Task): boolean {
    const seat = task.seat as Seat;
    if (seat.worker.withdraw(seat)) return true;
    // It has begun since: then it is the first, and what was before it has ended.
    this.#begin(seat, this.#host.clock.now());
    return false;
  }

  interrupt(task: Task, reason: unknown): number {
    const seat = task.seat as Seat;
    const { worker } = seat;
    if (worker.withdraw(seat)) {
      this.#advance(worker, this.#host.clock.now());
      return 0;
    }
    seat.interrupted = true;
    worker.readJournal();
    if (!worker.seats.includes(seat)) return 0;
    const moved = worker.seats.slice(1).map((other) => this.#takeBack(other));
    const asked = worker.interrupt(seat, reason);
    // One behind it has begun: so it has ended, and word of it is on the way.
    if (moved.includes(false)) return 0;
    const { grace } = task.options;
    if (asked && grace > 0) this.#host.timers.addIn(worker, grace);
    else this.#kill(worker);
    if (this.#settings.endsSurely) return Infinity;
    return asked ? 2 * grace : grace;
  }

  /** Gives back all tasks that have not begun. */
  recall(): void {
    for (const worker of this.#workers) {
      for (const seat of worker.seats.slice(1).reverse()) this.#takeBack(seat);
    }
    this.#host.requestPump();
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
      // One that is starting is ended when it is ready: ending it before can crash the runtime.
      if (worker.state !== "starting") this.#kill(worker);
    }
    if (this.#workers.length + this.#dying.size === 0) return;
    this.#limitEnd();
    await new Promise<void>((resolve) => this.#onEmpty = resolve);
    this.#host.timers.remove(this.#giveUp);
  }

  // What workers say

  ready(worker: PoolWorker): void {
    this.#host.timers.remove(worker);
    this.#failedStarts = 0;
    if (this.#stopping) {
      this.#kill(worker);
      this.#limitEnd();
      return;
    }
    this.#rest(worker, this.#host.clock.now());
    if (this.#workers.length > this.#limit || this.#stale.delete(worker)) this.#retire(worker);
    this.#keepWarm();
    this.#host.pump();
  }

  unready(worker: PoolWorker, error: unknown): void {
    this.#host.timers.remove(worker);
    this.#bury(worker);
    if (++this.#failedStarts >= MAX_FAILED_STARTS) {
      this.#failedStarts = 0;
      this.#host.startFailed(error);
    }
    this.#host.requestPump();
  }

  overdue(worker: PoolWorker): void {
    this.#kill(worker);
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
    worker.release(seat);
    if (seat.interrupted) {
      this.#host.timers.remove(worker);
      this.#stopped(seat);
    } else if (ok) this.#host.succeeded(task, value, now);
    else this.#host.failed(task, value, now);
    if (worker.served >= this.#settings.recycleAfter) this.#retire(worker);
    this.#advance(worker, now);
  }

  heard(): void {
    this.#host.pump(this.#host.clock.now());
  }

  progressed(seat: Seat, data: unknown): void {
    if (!seat.interrupted) this.#host.progressed(seat.task, data);
  }

  refused(worker: PoolWorker, seat: Seat, error: NotPortableError): void {
    const now = this.#host.clock.now();
    if (!seat.begun) this.#begin(seat, now);
    if (!seat.interrupted) this.#host.failed(seat.task, error, now);
    this.#advance(worker, now);
    this.#host.requestPump();
  }

  gone(worker: PoolWorker, exit: Exit): void {
    const now = this.#host.clock.now();
    this.#host.timers.remove(worker);
    this.#bury(worker);
    this.#dying.delete(worker);
    this.#ids.delete(worker.id);
    worker.readJournal();
    for (const seat of worker.seats.splice(0)) {
      if (seat.interrupted) {
        this.#stopped(seat);
      } else if (worker.hasBegun(seat)) {
        if (!seat.begun) this.#begin(seat, now);
        this.#host.failed(seat.task, worker.crashError(seat.task, exit), now);
      } else {
        this.#host.returned(seat.task);
      }
    }
    this.#checkEmpty();
    this.#keepWarm();
    this.#host.requestPump();
  }

  // Tasks

  get #ahead(): number {
    return this.#settings.ahead ? this.#pace.ahead : 1;
  }

  #leastBusy(): PoolWorker {
    let least: PoolWorker | undefined;
    const ahead = this.#ahead;
    for (const worker of this.#workers) {
      if (worker.roomFor(ahead) === 0) continue;
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
    else if (!next.begun) this.#begin(next, now);
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

  /** Takes back what has not begun and comes after a task. */
  #recallAfter(task: Task): boolean {
    let recalled = false;
    for (const worker of this.#workers) {
      for (let seat = worker.seats.at(-1); seat !== undefined; seat = worker.seats.at(-1)) {
        if (seat.begun || !comesBefore(task, seat.task) || !this.#takeBack(seat)) break;
        recalled = true;
      }
    }
    return recalled;
  }

  // Workers

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
    this.#grow(this.#settings.minWorkers - this.#workers.length);
  }

  #add(): void {
    let id = 1;
    while (this.#ids.has(id)) id++;
    this.#ids.add(id);
    const { initializer, initArgs, startTimeout } = this.#settings;
    const greeting = {
      queueId: this.#queueId,
      workerId: id,
      initializer: initializer && referenceOf(initializer),
      initArgs,
    };
    const worker = new PoolWorker(greeting, this.#host.clock, this.#startWorker, this);
    this.#workers.push(worker);
    this.#host.timers.addIn(worker, startTimeout);
  }

  /** Lets a worker go once it has done what it has begun. */
  #retire(worker: PoolWorker): void {
    if (worker.state !== "ready") return;
    worker.state = "retiring";
    for (const seat of worker.seats.slice(1).reverse()) this.#takeBack(seat);
    if (worker.seats.length === 0) this.#kill(worker);
  }

  #kill(worker: PoolWorker): void {
    this.#host.timers.remove(worker);
    this.#bury(worker);
    this.#dying.set(worker, worker.seats.length > 0);
    worker.kill();
    this.#host.requestPump();
  }

  #bury(worker: PoolWorker): void {
    const index = this.#workers.indexOf(worker);
    if (index >= 0) this.#workers.splice(index, 1);
    if (this.#workers.length === 0) this.#idleTimers.remove(this.#sweep);
  }

  #watchIdle(): void {
    const { idleTimeout, minWorkers } = this.#settings;
    if (this.#sweep.heapIndex >= 0 || this.#workers.length <= minWorkers) return;
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

  /** Takes in results that are kept back, and moves tasks that wait while other workers are idle. */
  #lookAfter(): void {
    let idle = false;
    for (const worker of [...this.#workers]) {
      if (worker.seats.length > 1) worker.readJournal();
      if (worker.seats.length === 0) idle = true;
    }
    if (idle) this.recall();
    this.#host.requestPump();
  }

  #limitEnd(): void {
    if (this.#giveUp.heapIndex >= 0 || this.#settings.endsSurely) return;
    const starting = this.#workers.some((worker) => worker.state === "starting");
    if (!starting) this.#host.timers.addIn(this.#giveUp, MAX_END);
  }

  #forgetDying(): void {
    for (const worker of this.#dying.keys()) worker.forget();
    this.#onEmpty?.();
  }

  #checkEmpty(): void {
    if (this.#workers.length + this.#dying.size === 0) this.#onEmpty?.();
  }
}
