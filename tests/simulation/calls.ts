/**
 * The rules of what is done to a queue, and of the calls that settle some time.
 *
 * @module
 */
import type { TaskStatus } from "../../mod.ts";
import { Broken, ensure, ensureEqual } from "./ensure.ts";
import { type CallModel, CAUSES, type Model, type What } from "./model.ts";

/** What is asked of a queue. */
export class Calls {
  readonly #model: Model;
  /** The number of the first task that is heard of after a reset has begun. */
  #firstAfterReset = 0;

  constructor(model: Model) {
    this.#model = model;
  }

  resize(limit: number): void {
    const model = this.#model;
    model.limit = limit;
    model.limits.push({ at: model.now, limit });
  }

  /** A queue that is shutting down can't be paused; just when it begins to and has done so isn't told. */
  paused(): void {
    const model = this.#model;
    const { shutdown } = model;
    if (shutdown === undefined || shutdown.answer !== undefined) model.paused = true;
    else if (!model.paused) model.paused = undefined;
  }

  aborting(signal: number): void {
    const model = this.#model;
    model.abortedSignals.add(signal);
    model.causes.add(`aborted by ${signal}`);
    const { running } = model;
    if (running?.call.what !== "run" || running.call.signal !== signal) return;
    model.causes.add(CAUSES.abort);
    running.deadline = Math.min(running.deadline, model.now);
  }

  reset({ error }: What<"reset">): void {
    const model = this.#model;
    const busy = [model.running, model.shutdown].some((call) => call && call.answer === undefined);
    // Two runs that a closed queue refuses are also two runs at a time.
    const refused = [...model.open].some(({ call, refused }) => call.what === "run" && refused);
    if (error !== undefined) {
      ensureEqual("carried out", error, "QueueStateError", "an error of reset");
      return ensure("settling", busy || refused, "a queue that was idle could not be reset");
    }
    ensure("settling", !busy, "a queue was reset that was busy");
    model.epoch++;
    for (const task of model.outstanding) {
      // What had waited for room was let in as others were cancelled.
      ensure(
        "settling",
        task.number >= this.#firstAfterReset && task.attempts === 0,
        "a task outlived a reset",
      );
      task.epoch = model.epoch;
    }
    model.shutdown = undefined;
    model.closed =
      model.paused =
      model.started =
      model.cleared =
        false;
    model.ended = [];
    model.retries = 0;
  }

  asked(event: What<"asked">): void {
    const model = this.#model;
    let refused = false;
    let deadline = Infinity;
    if (event.what === "run") {
      const busy = model.running !== undefined;
      refused = busy || model.closed;
      const aborted = event.signal !== undefined && model.abortedSignals.has(event.signal);
      deadline = aborted ? model.now : model.now + (event.run.timeout ?? Infinity);
      if (!refused && aborted) model.causes.add(CAUSES.abort);
      if (!refused) model.started = true;
    } else if (event.what === "shutdown") {
      if (event.force) model.causes.add(CAUSES.shutdown);
      else if (!model.closed) this.#drain();
      // Within a forced one, as it cancels tasks, it may be the one that closes the queue.
      else if (model.shutdown?.answer === undefined && model.paused) model.paused = undefined;
      model.closed = true;
      for (const call of model.open) call.closed = true;
    } else if (event.what === "submitWhenReady") {
      const { size } = model.options;
      const aborted = event.signal !== undefined && model.abortedSignals.has(event.signal);
      const waits = size > 0 && model.outstanding.length >= size && !aborted;
      // Who has to wait for room has the queue started.
      if (waits && !model.closed) model.started = true;
    } else if (event.what === "wait" || event.what === "group") {
      // Who waits for a task has its queue started.
      const tasks = event.what === "wait" ? [event.task] : event.tasks;
      const waits = tasks.some((task) => model.tasks.get(task)?.place !== "done");
      if (waits && !model.closed) model.started = true;
    } else {
      if (!model.closed) model.started = true;
      else refused = event.what !== "join";
    }
    const { now, epoch } = model;
    const call: CallModel = {
      ...{ call: event, from: now, epoch, refused, deadline, answer: undefined },
      ...{ endedBefore: model.ended.length, closed: model.closed },
    };
    model.calls.set(event.call, call);
    model.open.add(call);
    if (event.what === "shutdown") model.shutdown ??= call;
  }

  /** A graceful shutdown resumes and starts a queue that has something left to do. */
  #drain(): void {
    const model = this.#model;
    if (model.outstanding.length > 0) {
      model.started = true;
      model.paused = false;
    } else if (model.unheard > 0 && model.paused) {
      model.paused = undefined;
    }
  }

  answered(answer: What<"answered">): void {
    const model = this.#model;
    const asked = model.calls.get(answer.call)!;
    ensure("settling", asked.answer === undefined, "a call was answered twice");
    asked.answer = answer;
    model.open.delete(asked);
    const { call, refused } = asked;
    const { error, summary } = answer;
    if (refused) {
      return ensure(
        "settling",
        /^Queue(Closed|State)Error$/.test(error ?? ""),
        `${call.what} was not refused`,
      );
    }
    if (error !== undefined) return this.#checkRejection(asked, error);
    if (call.what === "wait") {
      return ensure(
        "settling",
        model.task(call.task).place === "done",
        "a wait for a task was over early",
      );
    }
    if (call.what === "group") return this.#checkGroup(call.tasks, summary!);
    if (call.what === "run") this.#checkRunEnd(asked, summary!);
  }

  #checkRejection({ call, closed }: CallModel, error: string): void {
    const { abortedSignals, options } = this.#model;
    const aborted = (signal?: number) =>
      signal !== undefined && abortedSignals.has(signal) && error === `aborted by ${signal}`;
    switch (call.what) {
      case "run":
        if (call.run.strict && error === "ExecutionError") return;
        // What was told of a cancelled task may have shut the queue down before the run began.
        return ensure("settling", aborted(call.signal), `a run was rejected with ${error}`);
      case "submitWhenReady": {
        const refused = closed && error === "QueueClosedError";
        return ensure(
          "settling",
          refused || aborted(call.signal),
          `submitWhenReady rejected with ${error}`,
        );
      }
      case "stream":
        // A task's own failure, or what cancelled it; or the queue refused an item.
        return ensure(
          "settling",
          error !== "QueueFullError" || options.size > 0,
          "a stream found no room",
        );
      default:
        throw new Broken("settling", `${call.what} was rejected with ${error}`);
    }
  }

  #checkGroup(tasks: readonly number[], summary: NonNullable<What<"answered">["summary"]>): void {
    const results = tasks.map((task) => this.#model.task(task).result);
    ensure("settling", results.every((result) => result !== undefined), "a group was over early");
    const count = (status: TaskStatus) =>
      results.filter((result) => result!.status === status).length;
    const { total, succeeded, failed, cancelled } = summary;
    ensureEqual(
      "one result",
      [total, succeeded, failed, cancelled],
      [tasks.length, count("succeeded"), count("failed"), count("cancelled")],
      "the summary of a group",
    );
  }

  #checkRunEnd(run: CallModel, summary: NonNullable<What<"answered">["summary"]>): void {
    const model = this.#model;
    const { total, succeeded, failed, cancelled, results, timedOut } = summary;
    ensureEqual("one result", total, succeeded + failed + cancelled, "the total of a summary");
    ensure("one result", results.length <= total, "a summary has more results than it counts");
    ensureEqual(
      "one result",
      new Set(results).size,
      results.length,
      "different results of a summary",
    );
    if (model.options.retain === "all" && !model.cleared && run.epoch === 0 && model.epoch === 0) {
      ensureEqual("one result", results.length, total, "the results of a summary");
    }
    if (timedOut) ensure("one result", model.now >= run.deadline, "a run timed out early");
    if (run.epoch !== model.epoch) return;
    const told = this.#told();
    const counts = model.counts();
    for (const status of ["succeeded", "failed", "cancelled"] as const) {
      ensure(
        "one result",
        told[status] <= counts[status],
        `summaries tell of too many that ${status}`,
      );
    }
    if (this.#allAreTold(run)) {
      ensureEqual("one result", told, counts, "what the summaries tell together");
    }
  }

  /** Whether nothing has ended since a run began, and no summary before it was thrown away. */
  #allAreTold({ endedBefore }: CallModel): boolean {
    const { calls, epoch, ended } = this.#model;
    if (ended.length > endedBefore) return false;
    return ![...calls.values()].some((call) =>
      call.call.what === "run" && call.epoch === epoch && call.answer?.error === "ExecutionError"
    );
  }

  /** What the summaries since the last reset tell, all together. */
  #told() {
    const told = { succeeded: 0, failed: 0, cancelled: 0 };
    for (const { call, epoch, answer } of this.#model.calls.values()) {
      const summary = answer?.summary;
      if (call.what !== "run" || summary === undefined || epoch !== this.#model.epoch) continue;
      told.succeeded += summary.succeeded;
      told.failed += summary.failed;
      told.cancelled += summary.cancelled;
    }
    return told;
  }

  resetting(): void {
    const model = this.#model;
    model.causes.add(CAUSES.reset);
    this.#firstAfterReset = Math.max(0, ...model.tasks.keys()) + 1;
  }
}
