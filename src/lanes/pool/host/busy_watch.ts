import type { Timed } from "../../../base/timers.ts";
import type { ExecutorHost } from "../../../engine/executor.ts";
import type { PoolWorker } from "./worker.ts";

/**
 * How often workers that have several tasks are looked after: a long one may keep back the results of those before it and
 * hold up those behind it.
 */
const LOOK_AFTER_MS = 5;

/** Looks after workers that have several tasks, as long as there are any. */
export class BusyWatch {
  readonly #host: ExecutorHost;
  readonly #workers: readonly PoolWorker[];
  readonly #look: (worker: PoolWorker) => void;
  readonly #timed: Timed = { timer: 0, expire: () => this.#lookAtAll() };

  /**
   * @param workers All that are at work.
   * @param look Called with each that has several tasks.
   */
  constructor(
    host: ExecutorHost,
    workers: readonly PoolWorker[],
    look: (worker: PoolWorker) => void,
  ) {
    this.#host = host;
    this.#workers = workers;
    this.#look = look;
  }

  /** A worker may have been given several tasks. */
  watch(): void {
    if (this.#timed.timer !== 0 || !this.#hasWaiting()) return;
    this.#host.timers.addIn(this.#timed, LOOK_AFTER_MS);
  }

  /** A worker may have ended all but one. */
  unwatch(): void {
    if (this.#timed.timer !== 0 && !this.#hasWaiting()) this.stop();
  }

  /** Leaves off. */
  stop(): void {
    this.#host.timers.remove(this.#timed);
  }

  /** Whether a task waits behind another one in a worker. */
  #hasWaiting(): boolean {
    return this.#workers.some(({ attempts }) => attempts.length > 1);
  }

  #lookAtAll(): void {
    for (const worker of [...this.#workers]) if (worker.attempts.length > 1) this.#look(worker);
    // A pause keeps the queue from dispatching, not workers from having several tasks.
    this.watch();
    this.#host.requestDispatch();
  }
}
