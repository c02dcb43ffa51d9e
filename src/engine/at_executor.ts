import type { Timers } from "../base/timers.ts";
import type { Place } from "../task/place.ts";
import type { Task } from "../task/task.ts";
import type { Executor, Waiting } from "./executor.ts";

/** Tasks that the executor has taken and that have not begun, or not again. */
export class Sent implements Place<Task> {
  readonly status: Waiting;
  size = 0;
  readonly #executor: () => Executor;

  /** @param status What they wait for. */
  constructor(status: Waiting, executor: () => Executor) {
    this.status = status;
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
  /** Of tasks with a timeout that have waited for others: since when, or for how long in all. */
  readonly #waits = new Map<Task, { since: number; total: number }>();

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

  /** A task waits for others: that time doesn't count. */
  pause(task: Task, now: number): void {
    if (task.options.timeout === Infinity) return;
    this.#timers.remove(task);
    const { total } = this.#waits.get(task) ?? { total: 0 };
    this.#waits.set(task, { since: now, total });
  }

  resume(task: Task, now: number): void {
    const wait = this.#waits.get(task);
    if (wait === undefined) return;
    wait.total += now - wait.since;
    this.#timers.add(task, task.attemptStartedAt + task.options.timeout + wait.total);
  }

  remove(task: Task): boolean {
    this.size--;
    this.#timers.remove(task);
    if (this.#waits.size > 0) this.#waits.delete(task);
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
