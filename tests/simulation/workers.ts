/**
 * Workers that are simulated: they fail to start, are late, are given tasks ahead, crash, and stop at once, after
 * grace or never. A task's function says what its attempt does.
 *
 * @module
 */
import { type PlainHandle, type QueueOptions, TaskQueue, WorkerCrashError } from "../../mod.ts";
import type { Clock } from "../../src/base/clock.ts";
import type {
  AheadExecutor,
  Executor,
  ExecutorHost,
  Withdrawal,
} from "../../src/engine/executor.ts";
import { QUEUE_OPTION_CHECKS } from "../../src/engine/options.ts";
import type { Task } from "../../src/task/task.ts";
import { runtime } from "../../src/runtime/here.ts";
import type { Happening } from "./history.ts";
import type { AttemptScript, WorkersScript } from "./program.ts";

/** So many starts may fail in a row before the waiting tasks are failed instead. */
const MAX_FAILED_STARTS = 3;

/** So many milliseconds later tasks that were given ahead, and wait all the same, are taken back. */
const LOOK_AFTER = 25;

/** What a task's function is called with after its arguments: the task's number and that of its attempt. */
export type Attempt = readonly [task: number, attempt: number];

/** What an attempt does, as the task's function returns it. */
export interface Plan extends AttemptScript {
  /** What it throws, if it does. */
  readonly error: Error;
  /** What it does to the queue as it begins. */
  inside(): void;
}

/** What the simulation around the workers brings. */
export interface Surroundings {
  /** What really happens takes its time here, not on the queue's own clock. */
  readonly clock: Clock;
  readonly script: WorkersScript;
  /** Writes down what happens to a task. */
  note(task: PlainHandle, happening: Happening): void;
}

/** A queue of such workers. */
export class SimulatedQueue extends TaskQueue {
  readonly executor: SimulatedExecutor;

  constructor(options: QueueOptions, surroundings: Surroundings) {
    let executor: SimulatedExecutor;
    super(options, {
      checks: QUEUE_OPTION_CHECKS,
      platform: runtime,
      assertTask: () => {},
      // As in a pool, where a rate is kept by starting nothing ahead of its time.
      createExecutor: (host) => {
        const ahead = options.rate === undefined ? surroundings.script.ahead : 1;
        return executor = new SimulatedExecutor(host, surroundings, options.workers!, ahead);
      },
    });
    this.executor = executor!;
  }
}

/** A task on a worker. */
interface Seat {
  readonly task: Task;
  readonly worker: Worker;
  readonly attempt: number;
  /** Whether the queue has been told that it has begun. */
  told: boolean;
  begun: boolean;
  interrupted: boolean;
  plan: Plan | undefined;
  /** How it has ended, of which the queue may not have heard. */
  end: "value" | "throw" | undefined;
  timer: unknown;
}

/** A worker; the first of its seats that has not ended runs or is about to. */
interface Worker {
  readonly id: number;
  state: "starting" | "ready" | "retiring" | "gone";
  seats: Seat[];
  /** Whether what it does takes so long that it is given nothing ahead. */
  slow: boolean;
  timer: unknown;
}

/** Runs attempts on simulated workers. */
export class SimulatedExecutor implements Executor, AheadExecutor {
  readonly ahead: AheadExecutor = this;
  limit: number;
  readonly #host: ExecutorHost;
  readonly #surroundings: Surroundings;
  readonly #depth: number;
  #workers: Worker[] = [];
  readonly #abandoned = new Set<Seat>();
  #started = 0;
  #failedStarts = 0;
  #messages = 0;
  #stopping = false;
  /** Whether those are going to be looked after that have several tasks. */
  #looking = false;
  #onEmpty: (() => void) | undefined;

  constructor(host: ExecutorHost, surroundings: Surroundings, limit: number, ahead: number) {
    this.#host = host;
    this.#surroundings = surroundings;
    this.limit = limit;
    this.#depth = ahead;
  }

  // What the engine asks for

  get room(): number {
    let room = 0;
    for (const { seats } of this.#open()) room += this.#depth - seats.length;
    return room;
  }

  get workers(): number {
    return this.#workers.length;
  }

  get abandoned(): number {
    return this.#abandoned.size;
  }

  *tasks(): Iterable<Task> {
    for (const { seats } of this.#workers) {
      for (const { task, interrupted } of seats) if (!interrupted) yield task;
    }
  }

  start(): Promise<void> {
    this.#stopping = false;
    return Promise.resolve();
  }

  resize(workers: number): void {
    this.limit = workers;
    const idleFirst = [...this.#workers].sort((a, b) => a.seats.length - b.seats.length);
    for (const worker of idleFirst.slice(0, Math.max(0, idleFirst.length - workers))) {
      this.#retire(worker);
    }
    this.#host.requestDispatch();
  }

  run(task: Task, now: number): number {
    this.#surroundings.note(task, { is: "accepted", task: task.order });
    // If it is given more than there is room for, that shall be seen.
    const worker = this.#leastBusy() ?? this.#add("ready");
    const seat: Seat = {
      ...{ task, worker, attempt: task.attempts + 1, told: false, begun: false },
      ...{ interrupted: false, plan: undefined, end: undefined, timer: undefined },
    };
    worker.seats.push(seat);
    task.attempt = seat;
    if (worker.seats.length === 1) this.#tell(seat, now);
    this.#proceed(worker, this.#latency());
    return this.#host.clock.now();
  }

  flush(): void {
    const missing = Math.min(this.#host.backlog, this.limit - this.#workers.length);
    const starting = this.#workers.filter(({ state }) => state === "starting").length;
    if (this.#stopping) return;
    for (let i = starting; i < missing; i++) this.#startOne();
    if (this.#looking || this.#workers.every(({ seats }) => seats.length < 2)) return;
    this.#looking = true;
    this.#surroundings.clock.setTimer(() => this.#lookAfter(), LOOK_AFTER);
  }

  takeBack(isWanted: (task: Task) => boolean): boolean {
    let taken = false;
    for (const { seats } of this.#workers) {
      for (let seat = seats.at(-1); seat !== undefined; seat = seats.at(-1)) {
        if (!isWanted(seat.task) || !this.#takeBack(seat)) break;
        taken = true;
      }
    }
    return taken;
  }

  withdraw(task: Task): Withdrawal {
    const seat = task.attempt as Seat;
    if (!seat.begun) {
      this.#remove(seat);
      return "withdrawn";
    }
    if (!seat.told) this.#tell(seat, this.#host.clock.now());
    return "begun";
  }

  overdue(task: Task, now: number): void {
    this.#host.timedOut(task, now);
  }

  interrupt(task: Task): number {
    const seat = task.attempt as Seat | undefined;
    if (seat === undefined) return 0;
    const { worker } = seat;
    if (!seat.begun) {
      this.#remove(seat);
      this.#advanceSoon(worker);
      return 0;
    }
    seat.interrupted = true;
    this.#hear(worker);
    if (worker.state === "gone" || !worker.seats.includes(seat)) return 0;
    const { stops, touches, cleanup } = seat.plan!;
    const { grace } = task.options;
    this.#takeBackWaiting(worker);
    this.#surroundings.clock.clearTimer(seat.timer);
    if (stops === "never") {
      const { attempt } = seat;
      this.#surroundings.note(task, { is: "is abandoned", task: task.order, attempt });
      this.#abandoned.add(seat);
      this.#remove(seat);
      this.#let(worker);
      return grace;
    }
    if (stops === "at once" || !touches) {
      this.#ends(seat, "stopped");
      this.#remove(seat);
      this.#advanceSoon(worker);
      return 0;
    }
    seat.timer = this.#surroundings.clock.setTimer(() => {
      this.#ends(seat, "stopped");
      this.#remove(seat);
      if (cleanup > grace) this.#let(worker);
      else this.#advance(worker);
      if (task.attempt === seat) this.#host.stopped(task);
      this.#host.dispatch();
    }, Math.min(cleanup, grace));
    return Infinity;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const worker of [...this.#workers]) this.#retire(worker);
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      this.#checkEmpty();
    });
    const { clock, script } = this.#surroundings;
    if (script.stop > 0) {
      await new Promise<void>((resolve) => clock.setTimer(resolve, script.stop));
    }
  }

  // What happens by itself

  /** A worker dies, whatever it does. */
  kill(which: number): void {
    const worker = this.#workers[which % this.#workers.length];
    if (worker === undefined) return;
    if (worker.state === "starting") this.#startFails(worker);
    else this.#dies(worker);
  }

  /** Those that were abandoned come to their end. */
  release(): void {
    for (const seat of this.#abandoned) {
      this.#abandoned.delete(seat);
      this.#ends(seat, "stopped");
      if (seat.task.attempt === seat) this.#host.stopped(seat.task);
    }
  }

  // Workers

  #add(state: "starting" | "ready"): Worker {
    const worker: Worker = { id: ++this.#started, state, seats: [], slow: false, timer: undefined };
    this.#workers.push(worker);
    return worker;
  }

  #startOne(): void {
    const { clock, script } = this.#surroundings;
    const worker = this.#add("starting");
    const { ms, fails } = script.starts[worker.id % script.starts.length];
    worker.timer = clock.setTimer(() => {
      if (fails) return this.#startFails(worker);
      this.#failedStarts = 0;
      worker.state = "ready";
      if (this.#workers.length > this.limit) this.#let(worker);
      this.#host.dispatch();
    }, ms);
  }

  #startFails(worker: Worker): void {
    this.#let(worker);
    this.#failedStarts++;
    const readyOnes = this.#workers.some(({ state }) => state === "ready");
    if (this.#failedStarts >= MAX_FAILED_STARTS && !readyOnes) {
      this.#failedStarts = 0;
      this.#host.startFailed(new Error("no start"));
    }
    this.#host.requestDispatch();
  }

  /** Lets a worker go once it has done what it has begun. */
  #retire(worker: Worker): void {
    if (worker.state === "ready") worker.state = "retiring";
    this.#takeBackWaiting(worker);
    if (worker.seats.length === 0) this.#let(worker);
  }

  #let(worker: Worker): void {
    worker.state = "gone";
    this.#surroundings.clock.clearTimer(worker.timer);
    this.#workers = this.#workers.filter((other) => other !== worker);
    this.#checkEmpty();
    this.#host.requestDispatch();
  }

  #checkEmpty(): void {
    if (this.#workers.length === 0) this.#onEmpty?.();
  }

  #dies(worker: Worker): void {
    worker.state = "gone";
    this.#hear(worker);
    const lost = worker.seats.find(({ begun }) => begun);
    if (lost !== undefined) {
      this.#ends(lost, "crash");
      // While the worker still has it, so that who is told can cancel it.
      if (!lost.told) this.#tell(lost, this.#host.clock.now());
    }
    this.#let(worker);
    const seats = worker.seats.splice(0);
    for (const seat of seats) this.#surroundings.clock.clearTimer(seat.timer);
    // What has not begun goes back first: the end of the other may make someone cancel it.
    for (const seat of seats) if (seat !== lost) this.#giveBack(seat);
    if (lost !== undefined && seats.includes(lost)) this.#lose(lost);
    this.#host.requestDispatch();
  }

  #lose({ task, worker, interrupted }: Seat): void {
    const error = new WorkerCrashError("It died", { workerId: worker.id });
    if (!interrupted) this.#host.failed(task, error, this.#host.clock.now());
    else this.#host.stopped(task);
  }

  #lookAfter(): void {
    this.#looking = false;
    for (const worker of [...this.#workers]) {
      if (worker.seats.length < 2) continue;
      worker.slow = true;
      this.#takeBackWaiting(worker);
    }
    this.#host.requestDispatch();
  }

  /** The workers that take more tasks. */
  #open(): Worker[] {
    let idleOnes = this.limit;
    for (const { seats } of this.#workers) if (seats.length > 0) idleOnes--;
    // While more are busy than there may be, as after the limit was lowered, none takes more.
    if (idleOnes < 0) return [];
    return this.#workers.filter(({ state, seats, slow }) => {
      if (state !== "ready" || seats[0]?.interrupted) return false;
      if (seats.length > 0 && slow) return false;
      return seats.length === 0 ? idleOnes-- > 0 : seats.length < this.#depth;
    });
  }

  #leastBusy(): Worker | undefined {
    return this.#open().sort((a, b) => a.seats.length - b.seats.length)[0];
  }

  // Tasks

  /** Has a worker begin what comes next, once it hears of it. */
  #proceed(worker: Worker, latency: number): void {
    const seat = worker.seats.find(({ end }) => end === undefined);
    if (seat === undefined || seat.begun || seat.timer !== undefined) return;
    if (latency === 0) return this.#begin(seat);
    seat.timer = this.#surroundings.clock.setTimer(() => {
      seat.timer = undefined;
      this.#begin(seat);
    }, latency);
  }

  #begin(seat: Seat): void {
    const { task, worker, attempt } = seat;
    seat.begun = true;
    seat.plan = task.fn!(...task.args!, [task.order, attempt]) as Plan;
    seat.plan.inside();
    // That may have been its own end.
    if (!worker.seats.includes(seat) || seat.interrupted) return;
    const { kind, ms } = seat.plan;
    if (kind === "hang") return;
    const end = () => {
      seat.timer = undefined;
      if (kind === "crash") this.#dies(worker);
      else this.#ended(seat, kind === "throw" ? "throw" : "value");
    };
    if (ms === 0) end();
    else seat.timer = this.#surroundings.clock.setTimer(end, ms);
  }

  #ended(seat: Seat, how: "value" | "throw"): void {
    const { worker } = seat;
    this.#ends(seat, how);
    seat.end = how;
    const latency = this.#latency();
    if (latency === 0) {
      this.#hear(worker);
      this.#host.requestDispatch();
    } else {
      this.#surroundings.clock.setTimer(() => {
        this.#hear(worker);
        this.#host.dispatch();
      }, latency);
    }
    this.#proceed(worker, 0);
  }

  /** Word of what has ended on a worker comes to the queue. */
  #hear(worker: Worker): void {
    const heard = worker.seats[0]?.end !== undefined;
    for (let [seat] = worker.seats; seat?.end !== undefined; [seat] = worker.seats) {
      const now = this.#host.clock.now();
      const { task, attempt, end } = seat;
      if (!seat.told) this.#tell(seat, now);
      // A hook that was told of its start may have ended it.
      if (worker.seats[0] !== seat) continue;
      worker.seats.shift();
      if (seat.interrupted || task.done) {
        if (task.attempt === seat) this.#host.stopped(task);
      } else if (end === "value") {
        this.#host.succeeded(task, `value of ${attempt}`, now);
      } else {
        this.#host.failed(task, seat.plan!.error, now);
      }
    }
    if (heard) this.#advance(worker);
  }

  /** The queue learns that the first of a worker's tasks is under way. */
  /** A worker never runs a task's function within a call of its pool. */
  #advanceSoon(worker: Worker): void {
    queueMicrotask(() => this.#advance(worker));
  }

  #advance(worker: Worker): void {
    const [next] = worker.seats;
    if (next === undefined) {
      worker.slow = false;
      if (worker.state === "retiring") this.#let(worker);
    } else if (worker.state !== "gone") {
      if (!next.told) this.#tell(next, this.#host.clock.now());
      this.#proceed(worker, 0);
    }
    this.#host.requestDispatch();
  }

  #tell(seat: Seat, now: number): void {
    seat.told = true;
    this.#host.began(seat.task, seat.worker.id, now);
  }

  #remove(seat: Seat): void {
    this.#surroundings.clock.clearTimer(seat.timer);
    const { seats } = seat.worker;
    if (seats.includes(seat)) seats.splice(seats.indexOf(seat), 1);
  }

  #takeBack(seat: Seat): boolean {
    if (seat.told || seat.begun) return false;
    this.#remove(seat);
    this.#giveBack(seat);
    return true;
  }

  #giveBack({ task }: Seat): void {
    this.#surroundings.note(task, { is: "taken back", task: task.order });
    this.#host.returned(task);
  }

  #takeBackWaiting(worker: Worker): void {
    for (const seat of worker.seats.slice(1).reverse()) this.#takeBack(seat);
  }

  #ends({ task, attempt }: Seat, how: "value" | "throw" | "crash" | "stopped"): void {
    this.#surroundings.note(task, { is: "ends", task: task.order, attempt, how });
  }

  #latency(): number {
    const { latencies } = this.#surroundings.script;
    return latencies[this.#messages++ % latencies.length];
  }
}
