import { listen, type SignalListener, unlisten } from "../base/signals.ts";
import type { Task } from "../task/task.ts";

/** The tasks of one queue that one signal cancels. */
class Tied extends Set<Task> implements SignalListener {
  readonly #cancel: (tasks: Iterable<Task>, reason: unknown) => void;

  constructor(cancel: (tasks: Iterable<Task>, reason: unknown) => void) {
    super();
    this.#cancel = cancel;
  }

  aborted(reason: unknown): void {
    this.#cancel([...this], reason);
  }
}

/** Which tasks are cancelled when which signal aborts: one listener a signal, however many tasks. */
export class SignalTies {
  readonly #tied = new Map<AbortSignal, Tied>();
  readonly #cancel: (tasks: Iterable<Task>, reason: unknown) => void;

  /** @param cancel Cancels tasks. */
  constructor(cancel: (tasks: Iterable<Task>, reason: unknown) => void) {
    this.#cancel = cancel;
  }

  /**
   * Listens to a signal, of which tasks are about to be tied.
   *
   * @throws What a signal throws that is none of the platform's: before anything has been submitted.
   */
  prepare(signal: AbortSignal): void {
    if (signal.aborted || this.#tied.has(signal)) return;
    const tied = new Tied(this.#cancel);
    listen(signal, tied);
    this.#tied.set(signal, tied);
  }

  /** Ties tasks to a signal that it listens to; those of one that has aborted are cancelled at once. */
  tie(tasks: readonly Task[], signal: AbortSignal): void {
    if (signal.aborted) return this.#cancel(tasks, signal.reason);
    // What was told meanwhile may have ended the last task that was tied to it.
    this.prepare(signal);
    const tied = this.#tied.get(signal)!;
    for (const task of tasks) tied.add(task);
    if (tied.size === 0) this.#drop(signal, tied);
  }

  /** A task has ended. */
  untie(task: Task, signal: AbortSignal): void {
    const tied = this.#tied.get(signal);
    if (tied !== undefined && tied.delete(task) && tied.size === 0) this.#drop(signal, tied);
  }

  #drop(signal: AbortSignal, tied: Tied): void {
    this.#tied.delete(signal);
    unlisten(signal, tied);
  }
}
