import type { Timed, Timers } from "../../../base/timers.ts";
import type { PoolSettings } from "./options.ts";
import type { PoolWorker } from "./worker.ts";

/** Finds workers that have been idle for `idleTimeout`, as long as there are more than `minWorkers`. */
export class Idle {
  /** Idle workers must not keep a program alive, so neither may the timer that closes them. */
  readonly #timers: Timers;
  readonly #settings: PoolSettings;
  readonly #workers: readonly PoolWorker[];
  readonly #close: (worker: PoolWorker) => void;
  readonly #sweep: Timed = { timer: 0, expire: (now) => this.#sweepUp(now) };

  /**
   * @param workers All that are at work.
   * @param close Called with each that has been idle for too long.
   */
  constructor(
    timers: Timers,
    settings: PoolSettings,
    workers: readonly PoolWorker[],
    close: (worker: PoolWorker) => void,
  ) {
    this.#timers = timers;
    this.#settings = settings;
    this.#workers = workers;
    this.#close = close;
  }

  /** A worker has become idle. */
  watch(): void {
    const { idleTimeout, minWorkers } = this.#settings;
    if (this.#sweep.timer !== 0 || this.#workers.length <= minWorkers) return;
    if (idleTimeout !== Infinity) this.#timers.addIn(this.#sweep, idleTimeout);
  }

  /** Leaves off. */
  stop(): void {
    this.#timers.remove(this.#sweep);
  }

  #sweepUp(now: number): void {
    const { idleTimeout, minWorkers } = this.#settings;
    let next = Infinity;
    for (const worker of [...this.#workers]) {
      if (worker.attempts.length > 0 || worker.state !== "ready") continue;
      const due = worker.idleSince + idleTimeout;
      if (due > now) next = Math.min(next, due);
      else if (this.#workers.length > minWorkers) this.#close(worker);
    }
    if (next !== Infinity) this.#timers.add(this.#sweep, next);
  }
}
