/**
 * Checks what must hold whenever all that could happen at a time has happened.
 *
 * @module
 */
import type { TaskStatus } from "../../mod.ts";
import { ensure, ensureEqual } from "./ensure.ts";
import { type CallModel, type Model, statusOf, type TaskModel, type What } from "./model.ts";

/** How all stands in between. */
export class Stillness {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  check(event: What<"still">): void {
    this.#checkCensus(event);
    this.#checkTimeouts();
    this.#checkWaiting(event);
    this.#checkCalls(event);
    this.#checkLeftovers(event);
    if (event.calm) this.#checkCalm(event.activeCount + event.pendingCount);
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
    ensureEqual(2, pending + scheduled, waiting + hidden, "the number of tasks that wait");
    if (hidden === 0) ensureEqual(2, pending, count("pending"), "the number of pending tasks");
    ensureEqual(
      2,
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
    ensureEqual(1, stats.retried, model.retries, "the number of retries");
    ensureEqual(3, stats.abandoned, model.abandoned.length, "what is said to be abandoned");
    ensureEqual(2, [activeCount, pendingCount], [active, pending + scheduled], "the counts");
    model.paused ??= stats.paused;
    ensureEqual(7, [stats.closed, stats.paused], [model.closed, model.paused], "closed, paused");
    ensureEqual(3, limit, model.limit, "the number of workers");
    this.#checkKept(results);
  }

  #checkStatus(task: TaskModel, status: TaskStatus): void {
    const { now } = this.#model;
    const due = now >= task.notBefore - 1e-6;
    const expected = statusOf(task);
    const holds = expected === status ||
      (status === "pending" && due && (task.place === "waiting" || task.place === "retrying"));
    ensure(2, holds, `task ${task.number} is said to be ${status} and is ${expected}`);
    if (status !== "scheduled" && status !== "retrying") return;
    const overdue = now > task.notAfter + 1 && !this.#isStopping(task);
    ensure(7, !overdue, `task ${task.number} is kept beyond its time, ${task.notAfter}`);
  }

  /** Whether its last attempt may still keep it from being retried. */
  #isStopping({ script, bodies }: TaskModel): boolean {
    const { now } = this.#model;
    const last = bodies.at(-1);
    if (last === undefined || last.ended !== undefined) return false;
    const touches = script.attempts.some(({ touches }) => touches);
    return (touches || last.abandoned) && now < last.interruptedAt! + script.grace;
  }

  #checkKept(results: number): void {
    const { options: { retain }, ended, cleared } = this.#model;
    const total = ended.filter(({ script }) => !script.detached).length;
    const most = retain === "all" ? total : retain === "none" ? 0 : Math.min(retain, total);
    if (cleared) ensure(1, results <= most, "more results are kept than should be");
    else ensureEqual(1, results, most, "the number of results that are kept");
  }

  #checkTimeouts(): void {
    const { now, outstanding } = this.#model;
    for (const { place, script: { timeout = Infinity }, startedAt, number } of outstanding) {
      const over = place === "running" && now >= startedAt + timeout;
      ensure(5, !over, `an attempt of task ${number} is over its timeout`);
    }
  }

  /** No task waits that could run. */
  #checkWaiting({ stats, room }: What<"still">): void {
    const model = this.#model;
    if (!model.started || model.paused || stats.pending === 0) return;
    const waiting = stats.pending - count(model.outstanding, ({ place }) => place === "accepted");
    if (waiting === 0) return;
    const free = model.lane === "workers" ? room : model.limit - model.live.length;
    if (free <= 0) return;
    ensure(3, this.#tokens() < 1 + 1e-6, "a task waits though a worker is free");
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
    fill(now);
    return tokens;
  }

  #checkCalls(event: What<"still">): void {
    const model = this.#model;
    const { outstanding, options: { mode, size, onExit }, now } = model;
    const left = event.activeCount + event.pendingCount;
    for (const { deadline, from } of model.unanswered("run")) {
      const over = mode === "finite" || model.closed || now >= deadline;
      ensure(7, !over || left > 0, "a run goes on though nothing is left to do");
      if (now < deadline || now === from) continue;
      for (const { createdAt, script } of outstanding) {
        const survives = createdAt >= deadline || (script.mustComplete && onExit !== "cancel");
        ensure(1, survives, "a task survived the end of the run");
      }
    }
    for (const { call } of model.unanswered("wait")) {
      if (call.what !== "wait") continue;
      ensure(7, model.task(call.task).place !== "done", "a wait goes on for a task that is done");
    }
    for (const what of ["join", "group", "shutdown"] as const) {
      if (what === "shutdown" && !event.calm) continue;
      const open = model.unanswered(what).length > 0;
      ensure(7, !open || left > 0, `${what} goes on though nothing is left to do`);
    }
    if (model.unanswered("submitWhenReady").length === 0) return;
    ensure(7, !model.closed, "someone waits for room in a queue that is closed");
    ensure(7, left >= size, "someone waits though there is room");
  }

  /** No timer and no listener is there that nobody needs. */
  #checkLeftovers({ timers, listeners, pendingCount, activeCount }: What<"still">): void {
    const model = this.#model;
    const { outstanding, running, now } = model;
    ensure(7, timers <= 1, "more than one timer is set");
    if (pendingCount + activeCount === 0 && running === undefined) {
      ensureEqual(7, timers, 0, "timers that are left");
    }
    const waiting = model.unanswered("submitWhenReady").map(({ call }) => call);
    // A stream may wait for room with an item of which nothing is known yet, even after its loop was left.
    const full = pendingCount + activeCount >= (model.options.size || Infinity);
    const streams = [...model.calls.values()]
      .filter(({ call, answer }) => call.what === "stream" && (answer === undefined || full))
      .map(({ call }) => call);
    const listened = (calls: CallModel["call"][], signal: number) =>
      calls.some((call) => "signal" in call && call.signal === signal);
    // A run that has timed out, and waits for what must be completed, can't be ended once more.
    const endable = running !== undefined && now < running.deadline ? [running.call] : [];
    for (const [signal, count] of listeners) {
      const wanted = !model.abortedSignals.has(signal) &&
        (listened(endable, signal) || listened(waiting, signal) ||
          outstanding.some((task) => task.signal === signal));
      if (count === 1 && listened(streams, signal)) continue;
      ensureEqual(7, count, wanted ? 1 : 0, `listeners on signal ${signal}`);
    }
  }

  /** Nothing happens any more by itself: what has not ended is held up by something. */
  #checkCalm(left: number): void {
    const model = this.#model;
    const { outstanding, paused, started, live, limit } = model;
    for (const { place, bodies, number } of outstanding) {
      const held = `task ${number} is ${place}, and nothing will ever change that`;
      if (place === "running") {
        ensureEqual(8, bodies.at(-1)?.ended, undefined, `the end of task ${number}, which is lost`);
      } else if (place === "waiting" || place === "retrying") {
        const waitsForTurn = !started || paused || live.length >= limit;
        ensure(7, waitsForTurn, held);
      } else {
        ensure(7, !started || paused || live.length >= limit, held);
      }
    }
    for (const what of ["start", "stream"] as const) {
      if (what === "stream" && left > 0) continue;
      ensureEqual(7, model.unanswered(what).length, 0, `calls of ${what} that are never answered`);
    }
  }
}

function count<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.filter(test).length;
}
