import { shared } from "../base/shared.ts";
import type { Task } from "../task/task.ts";

/** Tasks that start or go on together, once others have ended. */
export interface Waiters {
  /** The tasks that wait. */
  readonly tasks: readonly Task[];
  /** One of the others has ended. */
  ended(source: Task): void;
}

/**
 * Who waits for whom, in all queues of this thread: tasks that are blocked by their `after`, and running ones by
 * `currentTask().wait`.
 */
class Waits {
  /** Who waits for a task, which has not ended. */
  readonly #waiters = new WeakMap<Task, Set<Waiters>>();
  /** For how many each running task waits. */
  readonly #running = new WeakMap<Task, number>();
  /** What is to be told of ends: one after the other, so that a long chain takes no stack, whatever queues it leads through. */
  #pending: (() => void)[] = [];
  #telling = false;

  /** Some tasks wait for one that has not ended. */
  add(source: Task, waiters: Waiters): void {
    const known = this.#waiters.get(source);
    if (known !== undefined) {
      known.add(waiters);
      return;
    }
    this.#waiters.set(source, new Set([waiters]));
    source.observe(() => this.#ended(source));
  }

  /** They don't wait for it any more. */
  remove(source: Task, waiters: Waiters): void {
    this.#waiters.get(source)?.delete(waiters);
  }

  /**
   * A running task waits for one that has not ended.
   *
   * @returns Ends the wait.
   */
  begin(task: Task, source: Task): () => void {
    const waiters: Waiters = { tasks: [task], ended: () => {} };
    this.add(source, waiters);
    this.#running.set(task, (this.#running.get(task) ?? 0) + 1);
    return () => {
      this.remove(source, waiters);
      const left = this.#running.get(task)! - 1;
      if (left === 0) this.#running.delete(task);
      else this.#running.set(task, left);
    };
  }

  /** Whether a task waits for another, also by way of further ones. */
  waitsFor(task: Task, source: Task): boolean {
    // Most tasks wait for none.
    if (task.status !== "blocked" && !this.#running.has(task)) return false;
    const found = new Set([source]);
    for (const one of found) {
      for (const { tasks } of this.#waiters.get(one) ?? []) {
        for (const waiting of tasks) {
          if (waiting === task) return true;
          if (!waiting.done) found.add(waiting);
        }
      }
    }
    return false;
  }

  #ended(source: Task): void {
    const all = this.#waiters.get(source)!;
    this.#waiters.delete(source);
    for (const waiters of all) this.#pending.push(() => waiters.ended(source));
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (const tell of this.#pending) tell();
    } finally {
      this.#pending = [];
      this.#telling = false;
    }
  }
}

/** Who waits for whom. Entry points that were bundled apart share it. */
export const waits: Waits = shared("waits", () => new Waits());
