import type { Timers } from "../base/timers.ts";
import type { Place } from "../task/place.ts";
import type { Task } from "../task/task.ts";

/** What a task that may be retried still waits for. */
interface Wait {
  /** When it may be retried. */
  readonly retryAt: number;
  /** Whether its interrupted attempt has stopped. */
  stopped: boolean;
  /** Whether its `retryIf` has allowed the retry. */
  allowed: boolean;
}

/**
 * Tasks between an attempt that failed and the wait for the next one: until the attempt has stopped, and until the task's own
 * `retryIf` has answered, which is asked when no transition is under way.
 */
export class Stopping implements Place<Task> {
  readonly status = "retrying";
  readonly #waits = new Map<Task, Wait>();
  readonly #timers: Timers;
  readonly #over: (task: Task, retryAt: number) => void;

  /**
   * @param timers The queue's timers.
   * @param over Called for a task that waits for neither any more, after it was taken out.
   */
  constructor(timers: Timers, over: (task: Task, retryAt: number) => void) {
    this.#timers = timers;
    this.#over = over;
  }

  get size(): number {
    return this.#waits.size;
  }

  /**
   * A task's attempt has failed, and may still run.
   *
   * @param allowed Whether it may be retried for sure.
   */
  add(task: Task, retryAt: number, allowed: boolean): void {
    task.place = this;
    this.#waits.set(task, { retryAt, stopped: false, allowed });
  }

  /** The attempt counts as stopped at a time at the latest. */
  giveUpAt(task: Task, time: number): void {
    if (this.#waits.has(task)) this.#timers.add(task, time);
  }

  /** A task's attempt has stopped, if it is waited for. */
  stopped(task: Task): void {
    const wait = this.#waits.get(task);
    if (wait === undefined) return;
    this.#timers.remove(task);
    wait.stopped = true;
    this.#look(task, wait);
  }

  /** A task's `retryIf` has allowed the retry. */
  allow(task: Task): void {
    const wait = this.#waits.get(task)!;
    wait.allowed = true;
    this.#look(task, wait);
  }

  remove(task: Task): boolean {
    this.#waits.delete(task);
    this.#timers.remove(task);
    return true;
  }

  items(): Iterable<Task> {
    return this.#waits.keys();
  }

  expired(task: Task): void {
    this.stopped(task);
  }

  #look(task: Task, { stopped, allowed, retryAt }: Wait): void {
    if (!stopped || !allowed) return;
    this.remove(task);
    this.#over(task, retryAt);
  }
}
