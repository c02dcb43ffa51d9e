import type { Timers } from "../../../base/timers.ts";
import type { AheadExecutor, Executor, ExecutorHost } from "../../../engine/executor.ts";
import { assertNotLoading } from "../../../portable/loading.ts";
import type { Task } from "../../../task/task.ts";
import { Dispatch } from "./dispatch.ts";
import type { StartWorker } from "./link.ts";
import type { PoolSettings } from "./options.ts";
import { isSpent } from "./outbox.ts";
import type { Roster } from "./roster.ts";

/**
 * Runs attempts on a pool of workers, which are started when there are tasks for them and closed when there
 * have been none for a while: {@linkcode Roster} looks after the workers, {@linkcode Dispatch} after their tasks.
 */
export class PoolExecutor implements Executor {
  readonly runsHere = false;
  readonly ahead: AheadExecutor;
  readonly #dispatch: Dispatch;
  readonly #roster: Roster;
  readonly #settings: PoolSettings;

  /**
   * @param host The engine.
   * @param settings The pool's options.
   * @param idleTimers Makes timers that keep no program alive.
   * @param startWorker Starts a worker.
   * @throws {QueueStateError} When a worker makes the pool while it loads a task's module.
   */
  constructor(
    host: ExecutorHost,
    settings: PoolSettings,
    idleTimers: (afterFire: () => void) => Timers,
    startWorker: StartWorker,
  ) {
    assertNotLoading();
    this.#settings = settings;
    const timers = idleTimers(() => {});
    this.ahead = this.#dispatch = new Dispatch(host, settings, timers, startWorker);
    this.#roster = this.#dispatch.roster;
  }

  get room(): number {
    return this.#dispatch.room;
  }

  get workers(): number {
    return this.#roster.workers.length;
  }

  get limit(): number {
    return this.#roster.limit;
  }

  get abandoned(): number {
    return this.#roster.abandoned;
  }

  isSpent(task: Task): boolean {
    return isSpent(task);
  }

  tasks(): Iterable<Task> {
    return this.#dispatch.tasks();
  }

  start(): Promise<void> {
    assertNotLoading();
    this.#settings.assertStartable?.();
    this.#roster.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.#roster.stop();
    await this.#dispatch.stop();
  }

  resize(workers: number): void {
    this.#dispatch.resize(workers);
  }

  run(task: Task, now: number): number {
    return this.#dispatch.run(task, now);
  }

  interrupt(task: Task, reason: unknown): number {
    return this.#dispatch.interrupt(task, reason);
  }
}
