import { FAILED, type Place } from "../task/place.ts";
import type { Task } from "../task/task.ts";
import type { Announcer } from "./announcer.ts";
import { type Running, Sent } from "./at_executor.ts";
import type { Executor, ExecutorHost, Following, Waiting } from "./executor.ts";
import type { Retrying } from "./retrying.ts";
import type { Scheduled } from "./scheduled.ts";

/** What is needed of the engine to follow tasks that another engine schedules. */
export interface ElsewhereHost extends ExecutorHost {
  readonly announcer: Announcer;
  readonly executor: Executor;
  readonly retrying: Retrying;
  readonly running: Running;
  readonly scheduled: Scheduled;
  readonly scheduledByDay: Place<Task>;
  /** Where tasks are as soon as they were handed over. */
  readonly sent: Sent;
  /** Ends a task that is in no place. */
  finish(task: Task, place: Place<Task>, outcome: unknown, now: number): void;
}

/**
 * Follows tasks that were handed over to another engine, which schedules them: the executor tells it what becomes of them. Only
 * a lane with such an executor makes one, so that the others don't carry it.
 */
export class Elsewhere implements Following {
  /** Where tasks are that have not begun, or not again, by what they wait for. */
  readonly places: Readonly<Record<Waiting, Sent>>;
  readonly #host: ElsewhereHost;

  /** @param host The engine here. */
  constructor(host: ElsewhereHost) {
    this.#host = host;
    const executor = () => host.executor;
    this.places = {
      pending: host.sent,
      scheduled: new Sent("scheduled", executor),
      retrying: new Sent("retrying", executor),
    };
  }

  get later(): readonly Sent[] {
    return [this.places.scheduled, this.places.retrying];
  }

  get laterCount(): number {
    return this.places.scheduled.size + this.places.retrying.size;
  }

  handOverScheduled(): void {
    const { clock, executor, scheduled, scheduledByDay, sent } = this.#host;
    if (scheduled.size + scheduledByDay.size === 0) return;
    const tasks = [...scheduled.items(), ...scheduledByDay.items()].sort((a, b) =>
      a.order - b.order
    );
    for (const task of tasks) task.place.remove(task);
    for (const task of tasks) {
      sent.add(task);
      executor.run(task, clock.now());
    }
  }

  /** A task that has not begun, or not again, waits for something else than before. */
  waits(task: Task, what: Waiting): void {
    if (task.status === what) return;
    (task.place as Sent).release();
    this.places[what].add(task);
    this.#host.announcer.changed(task);
  }

  /** A task that has not begun, or not again, is back. */
  gaveBack(task: Task): void {
    if (task.place !== this.places.scheduled) return this.#host.returned(task);
    this.places.scheduled.release();
    this.#host.scheduled.add(task, task.scheduledFor!);
  }

  /** The attempt of a task has failed, and another will be made of it. */
  retried(task: Task, error: unknown, now: number): void {
    this.#host.retrying.elsewhere(task, error, now, this.places.retrying);
  }

  /** A task, begun or not, has failed for good. */
  gaveUp(task: Task, error: unknown, now: number): void {
    const { announcer, running } = this.#host;
    announcer.enter();
    if (task.place === running) running.remove(task);
    else (task.place as Sent).release();
    this.#host.finish(task, FAILED, error, now);
    announcer.leave();
  }
}
