/**
 * The rules of how tasks come and go.
 *
 * @module
 */
import type { TaskStatus } from "../../mod.ts";
import type { Attempts } from "./attempts.ts";
import { ensure, ensureEqual } from "./ensure.ts";
import type { Span } from "./history.ts";
import type { Scheduling } from "./scheduling.ts";
import { CAUSES, type Model, type TaskModel, type What } from "./model.ts";

/** Tasks from their submission to their end. */
export class Tasks {
  readonly #model: Model;
  readonly #scheduling: Scheduling;
  /** Those that fail-first had to cancel. */
  #doomed: TaskModel[] = [];
  /** When attempts were under way, as results have it. */
  readonly #spans: Span[] = [];

  constructor(model: Model, scheduling: Scheduling) {
    this.#scheduling = scheduling;
    this.#model = model;
  }

  admitted(event: What<"admitted">): void {
    const model = this.#model;
    const { task: number, script, signal, runAt, createdFrom, createdAt, after } = event;
    const { unheard, ended } = event;
    ensure("one result", !model.tasks.has(number), "a task was admitted twice");
    // Who is told of something else first may close the queue within the call that submits.
    const mayBe = unheard || model.submitting > 0 || model.wasOpen || !model.closed;
    ensure("settling", mayBe, "a queue that was closed admitted a task");
    const { size } = model.options;
    // What ends while a hook is called makes room at once, and is told of when the hook has returned.
    const others = model.outstanding.filter((other) => !ended.includes(other.number)).length;
    const outstanding = ended.includes(number) ? others : others + 1;
    ensure("one place", size === 0 || outstanding <= size, "more is outstanding than may be");
    const delay = script.delay ?? 0;
    const waits = delay > 0 || (runAt !== undefined && runAt > event.wall);
    model.tasks.set(number, {
      ...{ number, script, signal, runAt, createdAt, after },
      readyFrom: createdFrom,
      // The time of day that it is for may have come before it was heard of.
      readyBy: runAt === undefined ? createdAt : event.at,
      stoppedAt: -Infinity,
      epoch: model.epoch,
      place: this.#scheduling.sourcesOf(event) !== "succeeded"
        ? "blocked"
        : waits
        ? "waiting"
        : "ready",
      notBefore: runAt === undefined ? createdFrom + delay : Infinity,
      notAfter: runAt === undefined ? createdAt + delay : Infinity,
      attempts: 0,
      givenUpAt: NaN,
      unbegunAt: NaN,
      stuck: 0,
      sentTo: undefined,
      readySince: model.events,
      startedAt: NaN,
      acceptedAt: NaN,
      endsAs: undefined,
      result: undefined,
      timesHeard: 0,
      bodies: [],
    });
  }

  refused({ wanted, error }: What<"refused">): void {
    const model = this.#model;
    if (error === "QueueClosedError") {
      return ensure("settling", model.closed, "a queue that was open refused a task");
    }
    ensureEqual("carried out", error, "QueueFullError", "an error of submit");
    const { size } = model.options;
    const room = size - model.outstanding.length - model.unheard;
    ensure("one place", size > 0 && wanted > room, "a queue that had room refused a task");
  }

  done(event: What<"done">, judge: Attempts): void {
    const model = this.#model;
    const task = model.task(event.task);
    ensure("one result", task.place !== "done", "a task has ended twice");
    const { status, outcome, attempts } = event;
    // Of one that is cancelled it has been said that it had started.
    if (status === "cancelled" || judge.isStuck(task, outcome)) judge.countUnbegun(task, attempts);
    ensureEqual("attempts", attempts, task.attempts, "the attempts of a task that has ended");
    ensureEqual("one result", status, task.endsAs ?? status, "the status of a task that had ended");
    if (status === "succeeded") this.#succeeded(task, outcome);
    else if (status === "failed") this.#failed(task, outcome, judge);
    else if (!this.#isOrphan(task, outcome)) this.#checkReason(task, outcome);
    judge.interrupted(task);
    task.sentTo = undefined;
    task.place = "done";
    task.result = event;
    // One that could not be sent took no time: its worker may have had another meanwhile.
    this.#spans.push(...event.spans.filter(({ from, to }) => from < to));
    model.ended.push(task);
    if (status === "failed" && !task.script.detached) this.#doom();
  }

  #succeeded({ place, attempts, bodies }: TaskModel, value: string): void {
    ensure("one place", place === "running", `a task succeeded that was ${place}`);
    ensureEqual("results kept", value, `value of ${attempts}`, "the value of a task");
    const body = bodies.findLast(({ attempt }) => attempt === attempts);
    ensureEqual(
      "results kept",
      body?.ended,
      "value",
      "the end of an attempt that is said to have succeeded",
    );
  }

  #failed(task: TaskModel, error: string, judge: Attempts): void {
    const { place, attempts, script } = task;
    if (error === "no start") {
      return ensure(
        "one result",
        place === "ready" || this.#isDue(task),
        `no start failed one: ${place}`,
      );
    }
    if (error === "not portable") return judge.checkError(task, error);
    ensure("one place", place === "running", `a task failed that was ${place}`);
    judge.checkError(task, error);
    const last = attempts === 1 + script.retries || script.retryIf === "never";
    ensure("attempts", last, "a task failed that was to be retried");
  }

  #isDue({ notBefore }: TaskModel): boolean {
    return this.#model.now >= notBefore - 1e-6;
  }

  #checkReason({ script, signal }: TaskModel, reason: string): void {
    const { causes, running, options, now } = this.#model;
    if (reason === CAUSES.timeout) {
      const timed = running?.call.what === "run" && running.call.run.timeout !== undefined;
      ensure("one result", timed && now >= running.deadline, "a run's time was up too early");
    } else {
      ensure(
        "one result",
        causes.has(reason) || this.#mayHaveLeft(reason),
        `nothing has done: ${reason}`,
      );
    }
    const aborted = /^aborted by (\d+)$/.exec(reason);
    if (aborted !== null) {
      ensureEqual("one result", Number(aborted[1]), signal, "the signal of a task");
    }
    if (!script.mustComplete) return;
    ensure("one result", reason !== CAUSES.failure, "fail-first cancelled a protected task");
    if (reason === CAUSES.timeout || reason === CAUSES.abort) {
      ensureEqual(
        "one result",
        options.onExit,
        "cancel",
        "what ended a protected task at the end of a run",
      );
    }
  }

  /** What it waited for has not succeeded. */
  #isOrphan(task: TaskModel, reason: string): boolean {
    return reason === CAUSES.failure && task.place === "blocked" &&
      this.#scheduling.sourcesOf(task) === "lost";
  }

  /** The loop over a stream was left. */
  #mayHaveLeft(reason: string): boolean {
    return reason === CAUSES.left &&
      [...this.#model.calls.values()].some(({ call }) => call.what === "stream");
  }

  /** What a failure brings about by fail-first. */
  #doom(): void {
    const model = this.#model;
    const { failFirst } = model;
    if (failFirst !== false) model.causes.add(CAUSES.failure);
    if (failFirst !== true) return;
    this.#doomed.push(...model.outstanding.filter(({ script }) => !script.mustComplete));
  }

  heardDone(task: TaskModel): void {
    ensure("one result", task.place === "done", "a handle says that a task is done which is not");
    ensureEqual(
      "one result",
      ++task.timesHeard,
      1,
      "how often a handle said that its task is done",
    );
  }

  cancelled({ task: number, status, said }: What<"cancelled">): void {
    const task = this.#model.task(number);
    // The end of one that had ended before may be yet to be told.
    if (!said && task.place !== "done" && isEnd(status)) task.endsAs = status;
    else {
      ensure("attempts", task.place === "done", "a task was cancelled and goes on");
      const { status: expected } = task.result!;
      ensureEqual("one result", status, expected, "the status of a task that was cancelled");
    }
  }

  aborted({ signal: aborted, ended }: What<"aborted">): void {
    for (const { number, signal } of this.#model.outstanding) {
      const outlives = signal === aborted && !ended.includes(number);
      ensure("attempts", !outlives, "a task outlived its signal");
    }
  }

  /** All have ended. */
  ended(): void {
    for (const spans of Map.groupBy(this.#spans, ({ worker }) => worker).values()) {
      spans.sort((a, b) => a.from - b.from || a.to - b.to);
      for (const [i, { worker, from }] of spans.entries()) {
        const isAlone = i === 0 || spans[i - 1].to <= from;
        ensure("attempts", isAlone, `two attempts of worker ${worker} overlap at ${from}`);
      }
    }
  }

  /** Nothing happens for now. */
  still(): void {
    for (const { place } of this.#doomed) {
      ensure("one result", place === "done", "a task survived fail-first");
    }
    this.#doomed = [];
  }
}

function isEnd(status: TaskStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}
