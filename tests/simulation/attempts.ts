/**
 * The rules of attempts: when they start, what they fail with, and what becomes of their ends.
 *
 * @module
 */
import { ensure, ensureEqual } from "./ensure.ts";
import type { Event } from "./history.ts";
import type { Scheduling } from "./scheduling.ts";
import { type Body, LATE_MS, type Model, type TaskModel, type What } from "./model.ts";

/** In so many workers a task may be stuck before it fails. */
const MAX_STUCK = 3;

/** A task that was given to a worker. */
interface Acceptance {
  readonly task: TaskModel;
  /** At which event. */
  readonly at: number;
  readonly acceptedAt: number;
  /** What keys may have held back then. */
  readonly held: ReadonlySet<TaskModel>;
}

/** Attempts, as they are said to go and as they really go. */
export class Attempts {
  readonly #model: Model;
  readonly #scheduling: Scheduling;
  /** What was given to workers at one time: a pool sends what it has dispatched all together. */
  #accepted: Acceptance[] = [];

  constructor(model: Model, scheduling: Scheduling) {
    this.#scheduling = scheduling;
    this.#model = model;
  }

  passTo({ at }: Event): void {
    const [first] = this.#accepted;
    if (first !== undefined && at > first.acceptedAt) this.checkOrder();
  }

  /** A task is given to a worker. */
  accept(task: TaskModel): void {
    const model = this.#model;
    ensure("attempts", task.place !== "done", "a task that has ended was given to a worker");
    ensure("workers", !model.paused, "an attempt started while the queue was paused");
    this.#checkReady(task);
    if (task.place === "waiting" || task.place === "retrying") {
      task.readyFrom = task.notBefore;
      task.readyBy = model.now;
    }
    task.place = "accepted";
    task.acceptedAt = model.now;
    this.#scheduling.checkPlaces(task);
    const { held } = this.#scheduling;
    this.#accepted.push({ task, at: model.events, acceptedAt: model.now, held });
    if (!model.isPool) this.checkOrder();
  }

  /** No task has been passed over that was ready when a later one was given to a worker. */
  checkOrder(): void {
    if (this.#accepted.length === 0) return;
    const { isPool, options: { pool } } = this.#model;
    // What can't be sent for now is kept at the pool's end of a worker, which nobody sees.
    const isSeen = ({ script }: TaskModel) =>
      !isPool || (script.sendable && pool.fullAt === Infinity);
    const waiting = this.#model.outstanding
      .filter((task) => isSeen(task) && this.#isSurelyReady(task));
    for (const { task, at, held } of this.#accepted) {
      // It has been taken back since.
      if (task.readySince > at) continue;
      // A task that can't be sent is refused as soon as that is found out, which may be before its turn has come.
      if (isPool && !task.script.sendable) {
        this.#scheduling.checkTurn(task, [], at);
        continue;
      }
      // Of those that were dispatched together it is not told which came first, and took places of its keys.
      const hasHeld = (other: TaskModel) =>
        this.#accepted.some(({ task: first }) =>
          first !== task && this.#scheduling.share(first, other)
        );
      const free = waiting.filter((other) =>
        other !== task && other.readySince < at && !held.has(other) && !hasHeld(other) &&
        !this.#scheduling.mayBeHeld(other)
      );
      this.#scheduling.checkTurn(task, free, at);
      for (const other of free) {
        ensure(
          "order",
          !this.#scheduling.precedes(other, task),
          `task ${other.number} came before ${task.number}`,
        );
      }
    }
    this.#accepted = [];
  }

  /** It may be: it is due, and no earlier attempt holds it. */
  #checkReady(task: TaskModel): void {
    const { now } = this.#model;
    const { place, notBefore } = task;
    ensure("sources", place !== "blocked", "a task started before what it waits for had succeeded");
    ensure("one place", place !== "accepted" && place !== "running", "a task is in two places");
    if (place === "waiting" || place === "retrying") {
      ensure(
        "attempts",
        now >= notBefore - 1e-6,
        `an attempt started too early, before ${notBefore}`,
      );
    }
    const last = task.bodies.at(-1);
    if (last !== undefined) this.#checkStopped(task);
  }

  /** Its last attempt has stopped, or has had its time for it. */
  #checkStopped({ script, bodies }: TaskModel): void {
    const { now, isPool, workers } = this.#model;
    const { ended, interruptedAt, worker } = bodies.at(-1)!;
    if (ended !== undefined) return;
    ensure("attempts", interruptedAt !== undefined, "two attempts of a task overlap");
    const abandoned = worker !== undefined && workers[worker].abandoned;
    ensure("attempts", !isPool || abandoned, "an attempt started before the last had stopped");
    const touches = isPool || this.#touched(script, bodies.length);
    ensure("attempts", !touches || now >= interruptedAt + script.grace, "an attempt had no grace");
  }

  #touched(script: TaskModel["script"], attempt: number): boolean {
    // Which of a batch's scripts an attempt follows is not told: it must hold for all.
    return script.attempts.slice(attempt - 1).concat(script.attempts.at(-1)!)
      .every(({ touches }) => touches);
  }

  #isSurelyReady(task: TaskModel): boolean {
    const { place, notAfter } = task;
    if (place === "ready") return true;
    if (place !== "waiting" && place !== "retrying") return false;
    const { hasPools, stillAt } = this.#model;
    const late = hasPools ? LATE_MS : 0;
    return !this.#model.isStopping(task, stillAt) && notAfter + late <= stillAt;
  }

  #checkRate(): void {
    const { now, starts, options: { rate, burst } } = this.#model;
    starts.push(now);
    if (rate === undefined) return;
    const within = starts.filter((time) => time >= now - 1000).length;
    ensure("rate", within <= rate + burst, `${within} attempts started within a second`);
  }

  /** @param since the number of workers may be what it was then or later */
  #checkWorkers(since: number): void {
    const { limits, live } = this.#model;
    const at = limits.findLastIndex((set) => set.at < since);
    const most = Math.max(...limits.slice(Math.max(0, at)).map(({ limit }) => limit));
    ensure(
      "workers",
      live.length <= most,
      `${live.length} attempts run at once, on ${most} workers`,
    );
  }

  goesOn({ task, attempt }: What<"goes on">): void {
    const body = this.#model.body(task, attempt);
    body.lent = false;
    body.waited += this.#model.now - body.lentAt;
    // It had its worker back a moment ago, when there may have been more of them.
    if (body.interruptedAt !== undefined) return;
    this.#checkWorkers(this.#model.stillAt);
    this.#scheduling.checkPlaces(this.#model.task(task));
  }

  ends({ task, attempt, how }: What<"ends">): void {
    const body = this.#model.body(task, attempt);
    body.ended = how;
    body.endedAt = this.#model.now;
    body.lent = false;
  }

  started({ task: number, attempt }: What<"started">): void {
    const model = this.#model;
    const task = model.task(number);
    if (task.place !== "accepted") this.accept(task);
    task.place = "running";
    task.attempts++;
    task.startedAt = model.now;
    ensureEqual("attempts", attempt, task.attempts, "the number of an attempt");
    ensure("attempts", attempt <= 1 + task.script.retries, "there are more attempts than allowed");
    this.#checkRate();
    this.#scheduling.started(task);
  }

  begins({ task: number, attempt, worker }: What<"begins">): void {
    const model = this.#model;
    const task = model.task(number);
    ensure("attempts", task.place !== "done", "a task that has ended began");
    ensureEqual("one place", worker, task.sentTo, "the worker on which a task began");
    if (task.bodies.length > 0) this.#checkStopped(task);
    const before = task.bodies.at(-1)?.attempt ?? 0;
    ensure("attempts", attempt > before, "an attempt began twice");
    task.bodies.push({
      ...{
        attempt,
        beganAt: model.now,
        endedAt: Infinity,
        worker,
        called: false,
        touched: false,
        listens: false,
        noted: false,
        told: false,
        lost: false,
      },
      ...{ ended: undefined, interruptedAt: undefined, lent: false },
      ...{ lentAt: Infinity, waited: 0 },
    });
    this.#checkWorkers(model.isPool ? task.acceptedAt : model.now);
  }

  called({ task, attempt }: What<"called">): void {
    const body = this.#model.body(task, attempt);
    ensure(
      "attempts",
      body !== undefined,
      "the function of an attempt was called that has not begun",
    );
    ensure("attempts", !body.called, "the function of an attempt was called twice");
    body.called = true;
  }

  listens({ is, task, attempt }: What<"listens" | "hears">): void {
    this.#model.body(task, attempt).listens = is === "listens";
  }

  /** The queue has given an attempt up: if that has asked for its signal, it has time to clean up. */
  interrupted(task: TaskModel): void {
    const model = this.#model;
    const body = model.interrupted(task);
    if (body?.worker === undefined) return;
    const { killedBody, killedAt } = model.workers[body.worker];
    // One that was given up before has had its time.
    const isFirst = body.interruptedAt === undefined || body.interruptedAt === model.now;
    const killed = isFirst && killedBody === body && killedAt === model.now;
    ensure(
      "attempts",
      !killed || !body.touched || task.script.grace === 0,
      "the worker of an attempt was ended that was to clean up",
    );
  }

  retried({ task: number, attempt, error }: What<"retried">): void {
    const model = this.#model;
    const task = model.task(number);
    const { script } = task;
    model.retries++;
    if (this.isStuck(task, error)) this.countUnbegun(task, attempt);
    ensure("one place", task.place === "running", `a task is retried that is ${task.place}`);
    ensureEqual("attempts", attempt, task.attempts, "the number of an attempt that is retried");
    ensure(
      "attempts",
      attempt <= script.retries && script.retryIf !== "never",
      "a task must not be retried",
    );
    this.checkError(task, error);
    const { backoff, jitter, maxRetryDelay } = script;
    let delay = Math.min(maxRetryDelay, script.retryDelay * backoff ** (attempt - 1));
    let least = delay * (1 - jitter);
    if (error === "failed" && script.retryAfter !== undefined) delay = least = script.retryAfter;
    task.sentTo = undefined;
    task.place = "retrying";
    task.notBefore = model.now + least;
    task.notAfter = model.now + delay;
  }

  /** Whether a task has failed since it did not begin in one worker after the other. */
  isStuck({ stuck }: TaskModel, error: string): boolean {
    return error === "crash" && stuck >= MAX_STUCK;
  }

  /** An attempt that was taken back from its worker just now, as the task was cancelled or failed, still counts. */
  countUnbegun(task: TaskModel, attempts: number): void {
    const { now } = this.#model;
    if (task.place !== "ready" || task.unbegunAt !== now || attempts <= task.attempts) return;
    task.attempts++;
    task.place = "running";
    this.#scheduling.counted(task);
  }

  /** What an attempt is said to have failed with is what happened to it. */
  checkError(task: TaskModel, error: string): void {
    const model = this.#model;
    const { script, attempts } = task;
    const body = task.bodies.findLast(({ attempt }) => attempt === attempts);
    if (error === "timeout") return this.#checkTimeout(task, body);
    if (error === "not portable") {
      const unsent = body === undefined && !script.sendable;
      const unheard = body?.ended === "value" &&
        script.attempts.some(({ kind }) => kind === "unsendable");
      return ensure(
        "results kept",
        model.isPool && (unsent || unheard),
        "what can be sent is not portable",
      );
    }
    if (error === "crash") {
      if (body === undefined && this.isStuck(task, error)) return;
      ensure("unbegun", body !== undefined, "a task that had not begun failed with its worker");
      ensure("told before death", !body.told && !body.noted, "a result was lost with its worker");
      return ensure(
        "results kept",
        body.ended === "crash" || body.lost,
        "an attempt did not end in a crash",
      );
    }
    ensureEqual("carried out", error, "failed", "what an attempt failed with");
    ensureEqual(
      "results kept",
      body?.ended,
      "throw",
      "the end of an attempt that is said to have thrown",
    );
  }

  #checkTimeout(task: TaskModel, body: Body | undefined): void {
    const model = this.#model;
    const { script: { timeout = Infinity }, startedAt } = task;
    this.interrupted(task);
    ensure("attempts", model.now >= startedAt + timeout, "an attempt timed out too early");
    if (!model.isPool) return;
    ensure("unbegun", body !== undefined, "an attempt timed out that had not begun");
    // The worker's own measure decides whether it was in time.
    const inTime = body !== undefined && body.endedAt - body.beganAt < timeout;
    ensure("told before death", !inTime || !body.noted, "a result that was noted came too late");
  }
}
