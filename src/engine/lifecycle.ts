import type { AtHome } from "../base/async_contexts.ts";
import { TaskCancelledError } from "../base/errors.ts";
import type { Admission } from "./admission.ts";
import type { Blocked } from "./blocked.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Executor } from "./executor.ts";
import type { History } from "./history.ts";
import type { Milestones } from "./milestones.ts";
import type { Retrying } from "./retrying.ts";

/** What is needed of the engine to start and to end it. */
export interface LifecycleHost {
  readonly atHome: AtHome;
  readonly admission: Admission;
  readonly blocked: Blocked;
  readonly dispatcher: Dispatcher;
  readonly executor: Executor;
  readonly history: History;
  readonly milestones: Milestones;
  readonly retrying: Retrying;
  /** How many tasks have not ended. */
  readonly outstanding: number;
  /** Lets those go on who wait for a state that has come about. */
  checkMilestones(): void;
  /** Cancels what is outstanding, the protected tasks only if told to. */
  cancelAll(protectedToo: boolean, reason: () => unknown): void;
}

/** A queue's life: from new to started, paused, closed, and new again. */
export class Lifecycle {
  /** Is on the way from refusing new work to having none. */
  closing = false;
  readonly #host: LifecycleHost;

  constructor(host: LifecycleHost) {
    this.#host = host;
  }

  /** Someone waits for a task: a queue that was never started starts. */
  awaited(): void {
    if (!this.#host.dispatcher.started && !this.#host.admission.closed) void this.#tryToStart();
  }

  /** Resolves when nothing is outstanding. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#host.milestones.when(() => this.#host.outstanding === 0, resolve);
    });
  }

  async start(): Promise<void> {
    this.#host.admission.assertOpen("start");
    await this.#start();
  }

  async #start(): Promise<void> {
    this.#host.dispatcher.started = true;
    this.#host.dispatcher.request();
    this.#host.blocked.start();
    await this.#host.atHome(() => this.#host.executor.start());
  }

  /** Starts for those who wait for tasks: what keeps tasks from being run fails them, and they learn of it so. */
  #tryToStart(): Promise<void> {
    return this.#start().catch(() => {});
  }

  pause(): void {
    // What is to end must not be held up.
    if (this.closing) return;
    this.#host.dispatcher.paused = true;
    this.#host.dispatcher.takeAllBack();
  }

  resume(): void {
    this.#host.dispatcher.paused = false;
    this.#host.dispatcher.request();
  }

  /** Refuses new work, runs what is outstanding and lets the workers go. */
  async close(): Promise<void> {
    this.closing = true;
    this.#host.admission.close();
    if (this.#host.outstanding > 0) {
      this.resume();
      await this.#tryToStart();
      await this.idle();
    }
    this.#host.checkMilestones();
    await this.#host.executor.stop();
    this.#host.dispatcher.started = this.closing = false;
  }

  cancelForShutdown(): void {
    this.#host.admission.close();
    this.#host.cancelAll(
      true,
      () => new TaskCancelledError("Cancelled because the queue was shut down"),
    );
  }

  /** Makes a new queue of this one. */
  reset(): void {
    // First, so that nothing starts of what is let in, where it has waited for room, as others are cancelled.
    this.#host.dispatcher.started = false;
    this.#host.cancelAll(
      true,
      () => new TaskCancelledError("Cancelled because the queue was reset"),
    );
    this.#host.history.reset();
    this.#host.retrying.count = 0;
    this.#host.admission.closed = this.#host.dispatcher.paused = false;
  }
}
