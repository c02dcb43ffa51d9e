import { WorkerCrashError } from "../../../base/errors.ts";
import type { Timed, Timers } from "../../../base/timers.ts";
import type { ExecutorHost } from "../../../engine/executor.ts";
import { runtime } from "../../../runtime/here.ts";
import type { Task } from "../../../task/task.ts";
import { placeOf } from "./attempt.ts";
import type { PoolSettings } from "./options.ts";
import type { PoolWorker, WorkerAttempt } from "./worker.ts";

/** An attempt has at least this long to begin, however short its timeout. */
const MIN_BEGIN_MS = 1_000;
/** How often attempts are looked at that should have begun. */
const LOOK_MS = 25;
/**
 * A worker counts as stuck only after this many looks at its attempt: if this program was busy itself, what it has yet to send
 * is sent between two looks.
 */
const MIN_LOOKS = 4;
/** A task fails once this many workers have not begun it. */
const MAX_STUCK_WORKERS = 3;

/** Who is told what is found out. */
export interface LatenessListener {
  /** What a worker has said and noted is to be taken in. */
  takeIn(worker: PoolWorker): void;
  /** A worker does not begin its first attempt: it never will. */
  stuck(attempt: WorkerAttempt): void;
}

/** What is known of an attempt that is late. */
interface Look {
  /** How often it has been found not to have begun. */
  count: number;
  /** When its time is up, once it has been found to have begun late. */
  due: number;
}

/**
 * Attempts that are late: those that don't begin, and those whose time seems to be up.
 *
 * A worker can be stuck between two tasks, and this program can be late to hear of what has ended. So before an attempt
 * counts as timed out what its worker has said is taken in, and one that hasn't begun hasn't run: its worker is given up
 * if it doesn't begin within its timeout, but at least `MIN_BEGIN_MS`, and within `startTimeout` at most.
 */
export class Lateness {
  readonly #host: ExecutorHost;
  readonly #startTimeout: number;
  readonly #workers: readonly PoolWorker[];
  readonly #listener: LatenessListener;
  /** What waits to begin keeps no program alive. */
  readonly #idleTimers: Timers;
  readonly #sweep: Timed = { timer: 0, expire: (now) => this.#sweepUp(now) };
  readonly #look: Timed = { timer: 0, expire: (now) => this.#lookAtAll(now) };
  /** Of each attempt that is being checked, when all has been received. */
  readonly #receiving = new Set<Promise<void>>();
  /** How many workers did not begin each task. */
  readonly #stuckWorkers = new WeakMap<Task, number>();
  readonly #late = new Map<WorkerAttempt, Look>();

  /** @param workers All that are at work. */
  constructor(
    host: ExecutorHost,
    { startTimeout }: PoolSettings,
    idleTimers: Timers,
    workers: readonly PoolWorker[],
    listener: LatenessListener,
  ) {
    this.#host = host;
    this.#startTimeout = startTimeout;
    this.#idleTimers = idleTimers;
    this.#workers = workers;
    this.#listener = listener;
  }

  /** An attempt is to begin now: if it doesn't, that will be found. */
  expect({ worker }: WorkerAttempt): void {
    if (this.#sweep.timer !== 0 || this.#startTimeout === Infinity) return;
    // One that was told to end gives back what it has not begun.
    if (!this.#workers.includes(worker)) return;
    this.#idleTimers.addIn(this.#sweep, this.#startTimeout);
  }

  /** The time of an attempt seems to be up. */
  check(attempt: WorkerAttempt, now: number): void {
    const { begun, worker: { link } } = attempt;
    // On another clock no time passes while this program is busy.
    const isLive = this.#host.clock === runtime.clock;
    if (link.catchUp === undefined || !isLive) return this.#decide(attempt, begun, now);
    const received = link.catchUp().then(() => {
      this.#receiving.delete(received);
      this.#decide(attempt, begun, this.#host.clock.now());
      this.#host.requestDispatch();
    });
    this.#receiving.add(received);
  }

  /**
   * An attempt comes back from a worker that did not begin it.
   *
   * @returns What its task fails with, if that was one worker too many.
   */
  blame({ task, worker }: WorkerAttempt): WorkerCrashError | undefined {
    const count = (this.#stuckWorkers.get(task) ?? 0) + 1;
    if (count < MAX_STUCK_WORKERS) {
      this.#stuckWorkers.set(task, count);
      return undefined;
    }
    this.#stuckWorkers.delete(task);
    const error = new WorkerCrashError(
      `Task '${task.name}' was sent to ${count} workers one after the other, and none of them began it`,
      { workerId: worker.id },
    );
    error.stack = `${error.name}: ${error.message}\n${placeOf(task)}`;
    return error;
  }

  /** An attempt has ended. */
  forget(attempt: WorkerAttempt): void {
    if (this.#late.delete(attempt) && this.#late.size === 0) this.#host.timers.remove(this.#look);
  }

  /** There is no worker any more. */
  rest(): void {
    this.#idleTimers.remove(this.#sweep);
  }

  /** Leaves off. */
  async stop(): Promise<void> {
    this.rest();
    this.#host.timers.remove(this.#look);
    this.#late.clear();
    await Promise.all(this.#receiving);
  }

  /** @param hadBegun Whether it had begun before what was sent was received. */
  #decide(attempt: WorkerAttempt, hadBegun: boolean, now: number): void {
    this.#listener.takeIn(attempt.worker);
    if (!isUnderWay(attempt)) return;
    if (hadBegun) return this.#host.timedOut(attempt.task, now);
    if (attempt.begun) return this.#watch(attempt, now + attempt.task.options.timeout);
    const look = this.#late.get(attempt);
    if (look === undefined) return this.#watch(attempt, Infinity);
    if (look.count < MIN_LOOKS || now - attempt.toldAt < this.#limit(attempt)) return;
    this.#late.delete(attempt);
    this.#listener.stuck(attempt);
  }

  /** How long an attempt may take to begin. */
  #limit({ task }: WorkerAttempt): number {
    return Math.min(Math.max(task.options.timeout, MIN_BEGIN_MS), this.#startTimeout);
  }

  #watch(attempt: WorkerAttempt, due: number): void {
    this.#late.set(attempt, { count: 0, due });
    if (this.#look.timer === 0) this.#host.timers.addIn(this.#look, LOOK_MS);
  }

  #lookAtAll(now: number): void {
    for (const [attempt, look] of this.#late) {
      if (!isUnderWay(attempt)) {
        this.#late.delete(attempt);
      } else if (!attempt.begun) {
        look.count++;
        // Not before what is on the way has been received may it be given up.
        if (now - attempt.toldAt >= this.#limit(attempt)) this.check(attempt, now);
      } else if (look.due === Infinity) {
        look.due = now + attempt.task.options.timeout;
        if (look.due === Infinity) this.#late.delete(attempt);
      } else if (now >= look.due) {
        this.#late.delete(attempt);
        this.check(attempt, now);
      }
    }
    if (this.#late.size > 0) this.#host.timers.addIn(this.#look, LOOK_MS);
  }

  /** Finds attempts that don't begin, whatever their timeout. */
  #sweepUp(now: number): void {
    let next = Infinity;
    for (const { attempts: [first] } of this.#workers) {
      if (first === undefined || !first.told || first.begun || this.#late.has(first)) continue;
      const due = first.toldAt + this.#startTimeout;
      if (due <= now) this.#watch(first, Infinity);
      else next = Math.min(next, due);
    }
    if (next !== Infinity) this.#idleTimers.add(this.#sweep, next);
  }
}

/** Whether the queue still waits for the end of an attempt. */
function isUnderWay(attempt: WorkerAttempt): boolean {
  const { task, interrupted } = attempt;
  return !interrupted && task.attempt === attempt && !task.done;
}
