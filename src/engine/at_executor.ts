import type { Timers } from "../base/timers.ts";
import type { Place } from "../task/place.ts";
import type { Task } from "../task/task.ts";
import type { Executor } from "./executor.ts";

/** Tasks that the executor has taken and that have not begun. */
export class Sent implements Place<Task> {
  readonly status = "pending";
  size = 0;
  readonly #executor: () => Executor;

  constructor(executor: () => Executor) {
    this.#executor = executor;
  }

  add(task: Task): void {
    task.place = this;
    this.size++;
  }

  /** The executor has it no more, or it has begun. */
  release(): void {
    this.size--;
  }

  remove(task: Task): boolean {
    // Of one that has begun the engine has been told: it is among the running ones by now.
    if (this.#executor().ahead?.withdraw(task) === "begun") return false;
    this.size--;
    return true;
  }

  *items(): Iterable<Task> {
    for (const task of this.#executor().tasks()) if (task.place === this) yield task;
  }
}

/** Tasks whose attempt is under way. */
export class Running implements Place<Task> {
  readonly status = "running";
  size = 0;
  readonly #executor: () => Executor;
  readonly #timers: Timers;
  readonly #timedOut: (task: Task, now: number) => void;

  /** @param timedOut Called for a task whose attempt has run for its `timeout`. It is still here. */
  constructor(
    executor: () => Executor,
    timers: Timers,
    timedOut: (task: Task, now: number) => void,
  ) {
    this.#executor = executor;
    this.#timers = timers;
    this.#timedOut = timedOut;
  }

  add(task: Task, now: number): void {
    task.place = this;
    this.size++;
    const { timeout } = task.options;
    if (timeout !== Infinity) this.#timers.add(task, now + timeout);
  }

  remove(task: Task): boolean {
    this.size--;
    this.#timers.remove(task);
    return true;
  }

  *items(): Iterable<Task> {
    for (const task of this.#executor().tasks()) if (task.place === this) yield task;
  }

  expired(task: Task, now: number): void {
    const { ahead } = this.#executor();
    // A worker may have ended it without this thread having heard of it.
    if (ahead !== undefined) ahead.overdue(task, now);
    else this.#timedOut(task, now);
  }
}
