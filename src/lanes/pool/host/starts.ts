import type { Timed, Timers } from "../../../base/timers.ts";
import type { ExecutorHost } from "../../../engine/executor.ts";
import { referenceOf } from "../../../portable/portable.ts";
import type { Task } from "../../../task/task.ts";
import type { PoolSettings } from "./options.ts";
import type { PoolWorker } from "./worker.ts";

/** A start loads a runtime, and many at a time slow each other. */
const MAX_STARTING = 2;
/** After this many failed starts in a row the waiting tasks fail instead, unless others run them. */
const MAX_FAILED_STARTS = 3;
/** While others run them another start is tried after this, and after twice as long each time that it fails too. */
const TRY_AGAIN_MS = 1_000;

/** What starts workers. */
export interface Starter {
  /** Whether there may be another worker. */
  hasPlace(): boolean;
  /** Starts one; `failed` is told if it can't be started. */
  start(kind: string | undefined): void;
}

/**
 * How many workers of which kind are to be started, and what becomes of the tasks when they can't be. Where workers are of
 * several kinds, they are started for the next task of all: it starts first, whatever those behind it need.
 *
 * While starts fail, the tasks wait for the workers that are there, but not for ones that hang: they fail with the next
 * start that fails once no worker has begun a task for `startTimeout`.
 */
export class Starts {
  readonly #host: ExecutorHost;
  readonly #settings: PoolSettings;
  /** What waits to try again keeps no program alive. */
  readonly #idleTimers: Timers;
  readonly #workers: readonly PoolWorker[];
  readonly #starter: Starter;
  readonly #trial: Timed = { timer: 0, expire: () => this.#host.requestDispatch() };
  /** How many starts have failed in a row, since when those were too many, and when the next may be tried. */
  #failures = 0;
  #failingSince = 0;
  #tryAgainAt = 0;
  #lastKind: string | undefined;

  /** @param workers All that are at work. */
  constructor(
    host: ExecutorHost,
    settings: PoolSettings,
    idleTimers: Timers,
    workers: readonly PoolWorker[],
    starter: Starter,
  ) {
    this.#host = host;
    this.#settings = settings;
    this.#idleTimers = idleTimers;
    this.#workers = workers;
    this.#starter = starter;
  }

  // Questions

  /** The kind of worker that a task needs; `undefined` where all are alike. */
  kindOf({ fn }: Task): string | undefined {
    return this.#settings.workerKind?.(referenceOf(fn)!);
  }

  /** The kind of worker that the next task needs; that of the last one while none waits. */
  get nextKind(): string | undefined {
    if (this.#settings.workerKind === undefined) return undefined;
    const { next } = this.#host;
    return next === undefined ? this.#lastKind : this.kindOf(next);
  }

  // What the roster asks for

  /** The pool starts, perhaps anew. */
  begin(): void {
    this.#failures = 0;
    this.keepWarm();
  }

  /**
   * Starts workers for tasks that wait.
   *
   * @param waiting How many tasks wait.
   * @returns The kind that is missing and has no place, where workers are not all alike.
   */
  grow(waiting: number): string | undefined {
    const kind = this.#lastKind = this.nextKind;
    if (this.#failures >= MAX_FAILED_STARTS) {
      if (this.#readyOf(kind).length === 0) {
        // Those that waited then have failed.
        this.#failures = 0;
      } else if (this.#host.clock.now() < this.#tryAgainAt) {
        if (this.#trial.timer === 0) this.#idleTimers.add(this.#trial, this.#tryAgainAt);
        return undefined;
      }
    }
    return this.#startSome(waiting, kind) ? undefined : kind;
  }

  /** Starts workers up to `minWorkers`. */
  keepWarm(): void {
    if (this.#failures >= MAX_FAILED_STARTS) return;
    const kind = this.nextKind;
    // Nothing can be made ready for tasks that nothing is known of.
    if (kind === undefined && this.#settings.workerKind !== undefined) return;
    this.#startSome(this.#settings.minWorkers - this.#workers.length, kind);
  }

  /** A worker is ready. */
  succeeded(): void {
    this.#failures = 0;
    this.stop();
  }

  /** A worker could not be started. */
  failed(error: unknown, kind: string | undefined): void {
    const more = ++this.#failures - MAX_FAILED_STARTS;
    if (more >= 0) {
      const now = this.#host.clock.now();
      if (more === 0) this.#failingSince = now;
      this.#tryAgainAt = now + Math.min(TRY_AGAIN_MS * 2 ** more, this.#settings.startTimeout);
      if (this.#isHopeless(kind, now)) {
        this.#host.startFailed(error, (task) => this.kindOf(task) === kind);
      }
    }
    this.#host.requestDispatch();
  }

  /** Leaves off trying again. */
  stop(): void {
    this.#idleTimers.remove(this.#trial);
  }

  // Within

  /** Whether nothing can run what waits for a worker of a kind. */
  #isHopeless(kind: string | undefined, now: number): boolean {
    const ready = this.#readyOf(kind);
    if (ready.length === 0) return this.#failures === MAX_FAILED_STARTS;
    const since = Math.max(
      this.#failingSince,
      ...ready.map(({ attempts: [first] }) => first?.toldAt ?? now),
    );
    return now - since >= this.#settings.startTimeout;
  }

  #readyOf(kind: string | undefined): PoolWorker[] {
    return this.#workers.filter((worker) => worker.state === "ready" && worker.kind === kind);
  }

  /** Returns whether there was a place for each that is to be started. */
  #startSome(wanted: number, kind: string | undefined): boolean {
    const isStarting = (worker: PoolWorker) => worker.state === "starting" && worker.kind === kind;
    let starting = this.#workers.filter(isStarting).length;
    // Tasks behind the next may need another kind: there is a second worker only when one is not enough.
    const isFirst = kind !== undefined && this.#readyOf(kind).length === 0;
    const isTrial = this.#failures >= MAX_FAILED_STARTS;
    const most = Math.min(wanted, isFirst || isTrial ? 1 : MAX_STARTING);
    for (; starting < most; starting++) {
      if (!this.#starter.hasPlace()) return false;
      this.#starter.start(kind);
    }
    return true;
  }
}
