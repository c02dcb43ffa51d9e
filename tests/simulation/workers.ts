/**
 * The rules of a pool's workers: their ids, and what they are sent.
 *
 * @module
 */
import type { Attempts } from "./attempts.ts";
import { ensure, ensureEqual } from "./ensure.ts";
import type { Event } from "./history.ts";
import {
  GIVE_UP_AFTER_MS,
  type Model,
  type TaskModel,
  type What,
  type WorkerModel,
} from "./model.ts";
import type { Scheduling } from "./scheduling.ts";

/** What happens at the pool's ends of its workers. */
export class Workers {
  readonly #model: Model;
  readonly #attempts: Attempts;
  readonly #scheduling: Scheduling;

  constructor(model: Model, attempts: Attempts, scheduling: Scheduling) {
    this.#model = model;
    this.#scheduling = scheduling;
    this.#attempts = attempts;
  }

  see(event: Event): void {
    const { workers } = this.#model;
    switch (event.is) {
      case "worker starts":
        return this.#starts(event);
      case "worker ready":
        // Nobody waits any more for one that was told to end.
        if (workers[event.worker].killedAt !== undefined) return;
        workers[event.worker].state = "ready";
        this.#model.failedStarts = 0;
        return;
      case "worker fails":
        this.#model.noteFailedStart(workers[event.worker]);
        return;
      case "worker killed":
        return this.#killed(event.worker);
      case "worker gone":
        return this.#gone(workers[event.worker]);
      case "worker held":
        workers[event.worker].held = event.busy;
        workers[event.worker].idleSince = event.busy ? Infinity : event.at;
        return;
      case "worker abandoned":
        workers[event.worker].abandoned = true;
        return;
      case "sent":
        return this.#sent(event);
      case "taken back":
        return this.#takenBack(event);
      case "touched":
        this.#model.body(event.task, event.attempt).touched = true;
        return;
      case "noted":
        this.#model.body(event.task, event.attempt).noted = true;
        return;
      case "on its way":
        this.#model.body(event.task, event.attempt).noted = false;
        return;
      case "told":
        return this.#told(event.task, event.attempt);
      case "lost":
        return this.#lost(event.task, event.attempt);
    }
  }

  #starts({ worker, id }: What<"worker starts">): void {
    const { workers, livingWorkers, limits, now, options: { lane } } = this.#model;
    ensureEqual("worker ids", worker, workers.length, "the number of a worker");
    // A thread loses its id a moment after it was told to end, if no word of its end has come by then.
    const isGivenUp = ({ abandoned, killedAt = Infinity }: WorkerModel) =>
      abandoned || (lane === "threads" && now >= killedAt + GIVE_UP_AFTER_MS);
    const holder = livingWorkers.find((other) => other.id === id && !isGivenUp(other));
    ensure("worker ids", holder === undefined, `id ${id} was given to two workers`);
    const most = limits.at(-1)!.limit;
    ensure("worker ids", id >= 1 && id <= most, `id ${id} was given to one of ${most} workers`);
    workers.push({
      ...{ id, state: "starting", failed: false, killedAt: undefined, killedBody: undefined },
      ...{ abandoned: false, held: false },
      ...{ tasks: new Set<number>(), idleSince: Infinity },
    });
  }

  #killed(number: number): void {
    const { live, workers, now, tasks } = this.#model;
    const worker = workers[number];
    const body = live.find((body) => body.worker === number);
    worker.killedAt = now;
    worker.killedBody = body;
    if (worker.state === "starting") this.#model.noteFailedStart(worker);
    if (body?.interruptedAt === undefined || !body.touched) return;
    const { script } = tasks.values().find(({ bodies }) => bodies.includes(body))!;
    ensure("attempts", now >= body.interruptedAt + script.grace, "an attempt had no grace");
  }

  #gone(worker: WorkerModel): void {
    if (worker.state === "starting") this.#model.noteFailedStart(worker);
    worker.state = "gone";
    for (const task of worker.tasks) this.#hasStopped(this.#model.task(task));
    worker.tasks.clear();
  }

  /** If it has only waited for that, a task is ready from now on. */
  #hasStopped(task: TaskModel): void {
    if (task.place !== "retrying") return;
    task.readySince = this.#model.events;
    task.stoppedAt = this.#model.now;
  }

  #sent({ task: number, attempt, worker: to }: What<"sent">): void {
    const model = this.#model;
    const task = model.task(number);
    const worker = model.workers[to];
    ensureEqual("one place", task.sentTo, undefined, "where else a task is that was sent");
    const ready = worker.state === "ready" && worker.killedAt === undefined;
    ensure("one place", ready, "a task was sent to a worker that takes none");
    if (task.place !== "running") this.#attempts.accept(task);
    const expected = task.place === "running" ? task.attempts : task.attempts + 1;
    ensureEqual("attempts", attempt, expected, "the attempt that a task was sent for");
    task.sentTo = to;
    worker.tasks.add(number);
  }

  #takenBack({ task: number, worker }: What<"taken back">): void {
    const model = this.#model;
    const task = model.task(number);
    model.workers[worker].tasks.delete(number);
    if (task.place === "running") task.stuck++;
    if (task.place === "done" || task.place === "retrying") return;
    ensureEqual("one place", task.sentTo, worker, "where a task was taken back from");
    this.#backInQueue(task);
  }

  #backInQueue(task: TaskModel): void {
    if (task.place === "running") task.attempts--;
    this.#scheduling.takenBack(task);
    task.unbegunAt = this.#model.now;
    task.place = "ready";
    task.sentTo = undefined;
    task.readySince = this.#model.events;
  }

  #told(task: number, attempt: number): void {
    const body = this.#model.body(task, attempt);
    body.told = true;
    this.#model.workers[body.worker!].tasks.delete(task);
    this.#hasStopped(this.#model.task(task));
  }

  #lost(task: number, attempt: number): void {
    const body = this.#model.body(task, attempt);
    body.noted = false;
    body.lost = true;
  }
}
