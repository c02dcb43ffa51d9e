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

  /** Ties tasks to a signal; those of one that has aborted are cancelled at once. */
  tie(tasks: readonly Task[], signal: AbortSignal): void {
    if (tasks.length === 0) return;
    if (signal.aborted) return this.#cancel(tasks, signal.reason);
    let tied = this.#tied.get(signal);
    if (tied === undefined) {
      this.#tied.set(signal, tied = new Tied(this.#cancel));
      listen(signal, tied);
    }
    for (const task of tasks) tied.add(task);
  }

  /** A task has ended. */
  untie(task: Task, signal: AbortSignal): void {
    const tied = this.#tied.get(signal);
    if (tied === undefined || !tied.delete(task) || tied.size > 0) return;
    this.#tied.delete(signal);
    unlisten(signal, tied);
  }
}
