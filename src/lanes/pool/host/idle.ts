import type { Timed, Timers } from "../../../base/timers.ts";
import type { PoolSettings } from "./options.ts";
import type { PoolWorker } from "./worker.ts";

/** About as long as a start takes: a worker that is idle for less may save one, one that is idle for longer costs one. */
const REPLACE_AFTER_MS = 100;

/** Who is told what becomes of idle workers. */
export interface IdleListener {
  /** One has been idle for too long. */
  close(worker: PoolWorker): void;
  /** One may make room for another kind now. */
  lookAgain(): void;
}

/**
 * Finds workers that have been idle for too long: for `idleTimeout`, as long as there are more than `minWorkers`, or while a
 * task waits that needs another kind of worker.
 */
export class Idle {
  /** Idle workers must not keep a program alive, so neither may the timer that closes them. */
  readonly #timers: Timers;
  readonly #settings: PoolSettings;
  readonly #workers: readonly PoolWorker[];
  readonly #listener: IdleListener;
  readonly #sweep: Timed = { timer: 0, expire: (now) => this.#sweepUp(now) };
  readonly #replacement: Timed = { timer: 0, expire: () => this.#listener.lookAgain() };

  /**
   * @param workers All that are at work.
   * @param listener Who is told of those that have been idle for too long.
   */
  constructor(
    timers: Timers,
    settings: PoolSettings,
    workers: readonly PoolWorker[],
    listener: IdleListener,
  ) {
    this.#timers = timers;
    this.#settings = settings;
    this.#workers = workers;
    this.#listener = listener;
  }

  /** A worker has become idle. */
  watch(): void {
    const { idleTimeout, minWorkers } = this.#settings;
    if (this.#sweep.timer !== 0 || this.#workers.length <= minWorkers) return;
    if (idleTimeout !== Infinity) this.#timers.addIn(this.#sweep, idleTimeout);
  }

  /**
   * A task waits for a worker of a kind, and there may be no more workers than there are. One of another kind makes room: at
   * once if there is none of this kind, else when it has been idle for a while.
   */
  makeRoom(kind: string, now: number): void {
    let longest: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (worker.kind === kind || worker.state !== "ready" || worker.attempts.length > 0) continue;
      if (longest === undefined || worker.idleSince < longest.idleSince) longest = worker;
    }
    if (longest === undefined) return;
    const isFirst = !this.#workers.some((worker) => worker.kind === kind);
    const due = isFirst ? now : longest.idleSince + REPLACE_AFTER_MS;
    if (due <= now) this.#listener.close(longest);
    else if (this.#replacement.timer === 0) this.#timers.add(this.#replacement, due);
  }

  /** Leaves off. */
  stop(): void {
    this.#timers.remove(this.#sweep);
    this.#timers.remove(this.#replacement);
  }

  #sweepUp(now: number): void {
    const { idleTimeout, minWorkers } = this.#settings;
    let next = Infinity;
    for (const worker of [...this.#workers]) {
      if (worker.attempts.length > 0 || worker.state !== "ready") continue;
      const due = worker.idleSince + idleTimeout;
      if (due > now) next = Math.min(next, due);
      else if (this.#workers.length > minWorkers) this.#listener.close(worker);
    }
    if (next !== Infinity) this.#timers.add(this.#sweep, next);
  }
}
