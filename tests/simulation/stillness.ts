/**
 * Checks what must hold whenever all that could happen at a time has happened.
 *
 * @module
 */
import type { TaskStatus } from "../../mod.ts";
import { ensure, ensureEqual } from "./ensure.ts";
import {
  type Body,
  type CallModel,
  LATE_MS,
  LOOK_MS,
  type Model,
  ROUNDED_MS,
  statusOf,
  type TaskModel,
  type What,
} from "./model.ts";
import type { Scheduling } from "./scheduling.ts";
import { PoolStillness } from "./pool_stillness.ts";

/** One look finds that an attempt has begun late, and another that it is over its time. */
const LATE_LOOK_MS = 2 * (LOOK_MS + LATE_MS);

/** How all stands in between. */
export class Stillness {
  readonly #model: Model;
  readonly #scheduling: Scheduling;
  readonly #pool: PoolStillness;
  /** How many tasks had not ended then. */
  #left = 0;

  constructor(model: Model, scheduling: Scheduling) {
    this.#scheduling = scheduling;
    this.#model = model;
    this.#pool = new PoolStillness(model, scheduling);
  }

  check(event: What<"still">): void {
    this.#checkCensus(event);
    this.#checkTimeouts();
    this.#checkAborts();
    if (this.#model.isPool) this.#pool.check();
    this.#checkWaiting(event);
    this.#checkCalls(event);
    this.#checkLeftovers(event);
    this.#left = event.activeCount + event.pendingCount;
    if (event.calm) this.#checkCalm(this.#left);
  }

  /** Each task is in one place, and the statistics count them there. */
  #checkCensus(
    { stats, activeCount, pendingCount, statuses, results, limit }: What<"still">,
  ): void {
    const model = this.#model;
    const known = new Map(statuses);
    const counts = new Map<string, number>();
    for (const task of model.tasks.values()) {
      const status = known.get(task.number) ?? statusOf(task);
      this.#checkStatus(task, status);
      if (task.epoch === model.epoch) counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    const count = (status: TaskStatus) => counts.get(status) ?? 0;
    const { pending, scheduled, active, succeeded, failed, cancelled, completed } = stats;
    const waiting = count("pending") + count("scheduled") + count("retrying");
    // What streams have submitted is heard of when it starts.
    const hidden = Math.min(model.hidden, Math.max(0, pending + scheduled - waiting));
    ensureEqual(
      "one place",
      pending + scheduled,
      waiting + hidden,
      "the number of tasks that wait",
    );
    if (hidden === 0) {
      ensureEqual("one place", pending, count("pending"), "the number of pending tasks");
    }
    ensureEqual(
      "one place",
      { active, succeeded, failed, cancelled, completed },
      {
        active: count("running"),
        succeeded: count("succeeded"),
        failed: count("failed"),
        cancelled: count("cancelled"),
        completed: model.ended.length,
      },
      "the statistics",
    );
    ensureEqual("sources", stats.blocked, count("blocked"), "the number of blocked tasks");
    ensureEqual("one result", stats.retried, model.retries, "the number of retries");
    this.#checkAbandoned(stats.abandoned);
    ensureEqual(
      "one place",
      [activeCount, pendingCount],
      [active, pending + scheduled + stats.blocked],
      "the counts",
    );
    model.paused ??= stats.paused;
    ensureEqual(
      "settling",
      [stats.closed, stats.paused],
      [model.closed, model.paused],
      "closed, paused",
    );
    ensureEqual("workers", limit, model.limit, "the number of workers");
    this.#checkKept(results);
  }

  #checkAbandoned(said: number): void {
    const model = this.#model;
    if (!model.isPool) {
      return ensureEqual("workers", said, model.abandoned.length, "what is said to be abandoned");
    }
    // Just when a worker that is ending has heard of it is not told.
    const ending = model.livingWorkers.filter(({ killedAt }) => killedAt !== undefined);
    const sure = count(model.abandoned, ({ worker }) => model.workers[worker!].abandoned);
    ensure("workers", said >= sure && said <= ending.length, `${said} are said to be abandoned`);
  }

  #checkStatus(task: TaskModel, status: TaskStatus): void {
    const { now } = this.#model;
    const due = now >= task.notBefore - 1e-6;
    const expected = statusOf(task);
    const holds = expected === status ||
      (status === "pending" && due && (task.place === "waiting" || task.place === "retrying"));
    ensure("one place", holds, `task ${task.number} is said to be ${status} and is ${expected}`);
    if (status !== "scheduled" && status !== "retrying") return;
    const then = now - LATE_MS;
    const overdue = then > task.notAfter && !this.#model.isStopping(task, then);
    ensure("settling", !overdue, `task ${task.number} is kept beyond its time, ${task.notAfter}`);
  }

  #checkKept(results: number): void {
    const { options: { retain }, ended, cleared } = this.#model;
    const total = ended.filter(({ script }) => !script.detached).length;
    const most = retain === "all" ? total : retain === "none" ? 0 : Math.min(retain, total);
    if (cleared) ensure("one result", results <= most, "more results are kept than should be");
    else ensureEqual("one result", results, most, "the number of results that are kept");
  }

  #checkTimeouts(): void {
    const { now, freeAt, outstanding, isPool } = this.#model;
    for (const { place, script, startedAt, number, bodies, attempts } of outstanding) {
      const { timeout = Infinity } = script;
      if (place !== "running") continue;
      const body = bodies.findLast(({ attempt, ended }) => attempt === attempts && !ended);
      // A pool waits for what its worker has said by then.
      const since = isPool ? body?.beganAt ?? Infinity : startedAt;
      const late = isPool ? LATE_LOOK_MS : this.#lateness;
      // The time of a wait for another task doesn't count.
      const waited = body === undefined ? 0 : body.lent ? Infinity : body.waited;
      const due = isPool ? Math.max(since + timeout, freeAt) : since + timeout;
      const over = now >= due + waited + late;
      ensure("attempts", !over, `an attempt of task ${number} is over its timeout`);
    }
  }

  /** What listens to its signal hears that it is to stop. */
  #checkAborts(): void {
    const { now, freeAt, isPool, tasks, workers, options: { pool } } = this.#model;
    const isStuck = ({ worker }: Body) =>
      worker !== undefined && pool.stuckAfter[worker % pool.stuckAfter.length] < Infinity;
    const isEnding = ({ worker }: Body) =>
      worker !== undefined && workers[worker].killedAt !== undefined;
    for (const { bodies, number } of tasks.values()) {
      for (const body of bodies) {
        const { listens, ended, interruptedAt } = body;
        if (!listens || ended !== undefined || interruptedAt === undefined) continue;
        if (isStuck(body) || isEnding(body)) continue;
        const due = isPool
          ? Math.max(interruptedAt, freeAt) + Math.max(...pool.down) + LATE_MS
          : interruptedAt;
        ensure("attempts", now <= due, `task ${number} listens, and was not told to stop`);
      }
    }
  }

  /** No task waits that could run. */
  #checkWaiting({ stats }: What<"still">): void {
    const model = this.#model;
    if (!model.started || model.paused || stats.pending === 0) return;
    const isHeld = (task: TaskModel) =>
      task.place === "accepted" ||
      (task.place !== "running" && task.place !== "blocked" && this.#scheduling.mayBeHeld(task));
    const waiting = stats.pending - count(model.outstanding, isHeld);
    if (waiting <= 0) return;
    // What can't be sent for now is kept at the pool's end of a worker, which nobody sees.
    if (model.isPool && model.options.pool.fullAt < Infinity) return;
    if (this.#tokens() < 1 + 1e-6) return;
    if (model.isPool) return this.#pool.checkNoneIsFree();
    ensure("workers", model.live.length >= model.limit, "a task waits though a worker is free");
  }

  /** How late timers may be: without pools all is in whole milliseconds. */
  get #lateness(): number {
    return this.#model.hasPools ? LATE_MS : 0;
  }

  /** What a bucket holds that `rate` tokens a second fall into, that has room for `burst`. */
  #tokens(): number {
    const { now, starts, options: { rate, burst } } = this.#model;
    if (rate === undefined) return Infinity;
    let tokens = burst;
    let then = -Infinity;
    const fill = (time: number) => {
      tokens = Math.min(burst, tokens + (time - then) * rate / 1000);
      then = time;
    };
    for (const time of starts) {
      fill(time);
      tokens--;
    }
    fill(now - this.#lateness);
    return tokens;
  }

  #checkCalls(event: What<"still">): void {
    const model = this.#model;
    const { outstanding, options: { mode, size, onExit }, now } = model;
    const left = event.activeCount + event.pendingCount;
    for (const { deadline, from } of model.unanswered("run")) {
      const over = mode === "finite" || model.closed || now >= deadline + this.#lateness;
      ensure("settling", !over || left > 0, "a run goes on though nothing is left to do");
      if (now < deadline + this.#lateness || now === from) continue;
      for (const { createdAt, script } of outstanding) {
        const survives = createdAt >= deadline - ROUNDED_MS ||
          (script.mustComplete && onExit !== "cancel");
        ensure("one result", survives, "a task survived the end of the run");
      }
    }
    for (const { call } of model.unanswered("wait")) {
      if (call.what !== "wait") continue;
      ensure(
        "settling",
        model.task(call.task).place !== "done",
        "a wait goes on for a task that is done",
      );
    }
    for (const what of ["join", "group", "shutdown"] as const) {
      if (what === "shutdown" && !event.calm) continue;
      const open = model.unanswered(what).length > 0;
      ensure("settling", !open || left > 0, `${what} goes on though nothing is left to do`);
    }
    if (model.unanswered("submitWhenReady").length === 0) return;
    ensure("settling", !model.closed, "someone waits for room in a queue that is closed");
    ensure("settling", left >= size, "someone waits though there is room");
  }

  /** No timer and no listener is there that nobody needs. */
  #checkLeftovers(event: What<"still">): void {
    const { timers, idleTimers, pendingCount, activeCount } = event;
    const model = this.#model;
    const { running } = model;
    ensure("settling", timers <= 1 && idleTimers <= 1, "more than one timer is set");
    const changing = model.livingWorkers.some(({ state, killedAt, tasks }) =>
      state === "starting" || killedAt !== undefined || tasks.size > 0
    );
    if (pendingCount + activeCount === 0 && running === undefined && !changing) {
      ensureEqual("settling", timers, 0, "timers that are left");
    }
    if (idleTimers > 0) {
      const workers = model.livingWorkers.filter(({ killedAt }) => killedAt === undefined);
      ensure("settling", workers.length > 0, "a timer is left that closes idle workers");
    }
  }

  /** How many listeners on a signal there are to be: none, one, or one perhaps. */
  listenersOn(signal: number): "none" | "one" | "perhaps" {
    const model = this.#model;
    const { outstanding, running, now } = model;
    const waiting = model.unanswered("submitWhenReady").map(({ call }) => call);
    // A stream may wait for room with an item of which nothing is known yet, even after its loop was left.
    const full = this.#left >= (model.options.size || Infinity);
    const streams = [...model.calls.values()]
      .filter(({ call, answer }) => call.what === "stream" && (answer === undefined || full))
      .map(({ call }) => call);
    const listened = (calls: CallModel["call"][]) =>
      calls.some((call) => "signal" in call && call.signal === signal);
    // A run that has timed out, and waits for what must be completed, can't be ended once more.
    const endable = running !== undefined && now < running.deadline ? [running.call] : [];
    // Its time is up, and the timer that says so may be late.
    const ending = running !== undefined && now >= running.deadline &&
        now < running.deadline + this.#lateness
      ? [running.call]
      : [];
    const wanted = !model.abortedSignals.has(signal) &&
      (listened(endable) || listened(waiting) ||
        outstanding.some((task) => task.signal === signal));
    return wanted ? "one" : listened(streams) || listened(ending) ? "perhaps" : "none";
  }

  /** Whether no worker can take another task. */
  #isFull(): boolean {
    const { isPool, live, limit, workersThatCount } = this.#model;
    if (!isPool) return live.length >= limit;
    return count(workersThatCount, ({ tasks }) => tasks.size > 0) >= limit;
  }

  /** Nothing happens any more by itself: what has not ended is held up by something. */
  #checkCalm(left: number): void {
    const model = this.#model;
    const { outstanding, paused, started } = model;
    const isFull = this.#isFull();
    for (const task of outstanding) {
      const { place, bodies, number } = task;
      const held = `task ${number} is ${place}, and nothing will ever change that`;
      if (place === "running") {
        ensureEqual(
          "results kept",
          bodies.at(-1)?.ended,
          undefined,
          `the end of task ${number}, which is lost`,
        );
      } else {
        const waits = place === "blocked"
          ? this.#scheduling.sourcesOf(task) === "open"
          : this.#scheduling.mayBeHeld(task);
        ensure("settling", !started || paused || isFull || waits, held);
      }
    }
    for (const what of ["start", "stream"] as const) {
      if (what === "stream" && left > 0) continue;
      ensureEqual(
        "settling",
        model.unanswered(what).length,
        0,
        `calls of ${what} that are never answered`,
      );
    }
  }
}

function count<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.filter(test).length;
}
