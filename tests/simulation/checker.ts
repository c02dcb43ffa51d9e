/**
 * Judges a history: whether what a queue did is what it guarantees. It reads nothing but the history, and shares
 * nothing with the queue.
 *
 * 1. Every task ends in one result, and counts and summaries add up.
 * 2. A task is in one place at a time.
 * 3. No more attempts at once than workers, and no worker idle while a task waits.
 * 4. Of what is ready, the lowest (priority, order) starts first.
 * 5. What was cancelled never runs, and attempts are limited.
 * 6. The rate is kept, in any window.
 * 7. What is awaited settles, and nothing is left behind.
 * 8. A finished result is never lost.
 *
 * @module
 */
import type { TaskStatus } from "../../mod.ts";
import type { Event, History } from "./history.ts";
import { Broken, ensure, ensureEqual } from "./ensure.ts";
import { type CallModel, Model, type TaskModel, type What } from "./model.ts";
import { Stillness } from "./stillness.ts";

/** What cancels tasks by itself, as the reasons say it. */
const CAUSES = {
  timeout: "Cancelled because the run's time was up",
  abort: "Cancelled because the run was aborted",
  failure: "Cancelled because task",
  shutdown: "Cancelled because the queue was shut down",
  reset: "Cancelled because the queue was reset",
  left: "was cancelled",
} as const;

/** What is wrong with a history. */
export interface Violation {
  /** The number of the guarantee that doesn't hold; 0: the program was not carried out. */
  readonly guarantee: number;
  readonly message: string;
  /** At which event it shows. */
  readonly index: number;
}

/**
 * Judges a history.
 *
 * @param history what happened
 * @returns the first thing that is wrong, if anything is
 */
export function judge(history: History): Violation | undefined {
  const checker = new Checker();
  for (const [index, event] of history.entries()) {
    try {
      checker.see(event);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return { guarantee: error.guarantee, message: error.message, index };
    }
  }
  return undefined;
}

class Checker {
  readonly #model = new Model();
  readonly #stillness = new Stillness(this.#model);
  /** When all was still last. */
  #stillAt = -Infinity;
  /** Those that fail-first had to cancel. */
  #doomed: TaskModel[] = [];
  #abandonedAtEnd = 0;
  /** The number of the first task that is heard of after a reset has begun. */
  #firstAfterReset = 0;

  see(event: Event): void {
    const model = this.#model;
    model.passTo(event);
    switch (event.is) {
      case "opened":
        model.lane = event.lane;
        model.options = event.options;
        return this.#resize(event.options.workers);
      case "admitted":
        return this.#admitted(event);
      case "submitting":
        model.submitting += event.count;
        return;
      case "submitted":
        model.submitting -= event.count;
        return;
      case "refused":
        return this.#refused(event);
      case "cancelling":
        model.causes.add(event.why);
        return;
      case "cancelled":
        return this.#cancelled(event);
      case "leaving":
        model.causes.add(CAUSES.left);
        return;
      case "aborting":
        return this.#aborting(event.signal);
      case "aborted":
        return this.#aborted(event.signal);
      case "resized":
        return this.#resize(event.workers);
      case "paused":
        return this.#paused();
      case "resumed":
        model.paused = false;
        return;
      case "cleared":
        model.cleared = true;
        return;
      case "resetting":
        model.causes.add(CAUSES.reset);
        this.#firstAfterReset = Math.max(0, ...model.tasks.keys()) + 1;
        return;
      case "reset":
        return this.#reset(event);
      case "asked":
        return this.#asked(event);
      case "answered":
        return this.#answered(event);
      case "started":
        return this.#started(event);
      case "retried":
        return this.#retried(event);
      case "done":
        return this.#done(event);
      case "heard done":
        return this.#heardDone(model.task(event.task));
      case "accepted":
        return this.#accepted(model.task(event.task));
      case "taken back":
        return this.#takenBack(model.task(event.task));
      case "begins":
        return this.#begins(event);
      case "ends":
        return this.#ends(event);
      case "is abandoned":
        model.body(event.task, event.attempt).abandoned = true;
        return;
      case "lends":
        model.body(event.task, event.attempt).lent = true;
        return;
      case "goes on":
        return this.#goesOn(event);
      case "still":
        return this.#still(event);
      case "failure":
        throw new Broken(0, event.error);
      case "ended":
        return this.#ended();
    }
  }

  // Tasks come and go

  #admitted(event: What<"admitted">): void {
    const model = this.#model;
    const { task: number, script, signal, runAt, createdAt, unheard } = event;
    ensure(1, !model.tasks.has(number), "a task was admitted twice");
    ensure(7, unheard || !model.closed, "a queue that was closed admitted a task");
    const { size } = model.options;
    ensure(2, size === 0 || model.outstanding.length < size, "more is outstanding than may be");
    const waits = (script.delay ?? 0) > 0 || (runAt !== undefined && runAt > event.wall);
    const due = createdAt + (script.delay ?? 0);
    model.tasks.set(number, {
      ...{ number, script, signal, runAt, createdAt },
      epoch: model.epoch,
      place: waits ? "waiting" : "ready",
      notBefore: runAt === undefined ? due : Infinity,
      notAfter: runAt === undefined ? due : Infinity,
      attempts: 0,
      startedAt: NaN,
      acceptedAt: NaN,
      result: undefined,
      timesHeard: 0,
      bodies: [],
    });
  }

  #refused({ wanted, error }: What<"refused">): void {
    const model = this.#model;
    if (error === "QueueClosedError") {
      return ensure(7, model.closed, "a queue that was open refused a task");
    }
    ensureEqual(0, error, "QueueFullError", "an error of submit");
    const { size } = model.options;
    const room = size - model.outstanding.length - model.unheard;
    ensure(2, size > 0 && wanted > room, "a queue that had room refused a task");
  }

  #accepted(task: TaskModel): void {
    const model = this.#model;
    ensure(5, task.place !== "done", "a task that has ended was given to a worker");
    ensure(3, !model.paused, "an attempt started while the queue was paused");
    this.#checkReady(task);
    for (const other of model.outstanding) {
      if (other === task || !this.#isSurelyReady(other)) continue;
      ensure(4, comesBefore(task, other), "a task that came first had to wait");
    }
    task.place = "accepted";
    task.acceptedAt = model.now;
  }

  /** It may be: it is due, and no earlier attempt holds it. */
  #checkReady(task: TaskModel): void {
    const { now } = this.#model;
    const { place, notBefore } = task;
    ensure(2, place !== "accepted" && place !== "running", "a task is in two places");
    if (place === "waiting" || place === "retrying") {
      ensure(5, now >= notBefore - 1e-6, `an attempt started too early, before ${notBefore}`);
    }
    const last = task.bodies.at(-1);
    if (last !== undefined) this.#checkStopped(task);
  }

  /** Its last attempt has stopped, or has had its time for it. */
  #checkStopped({ script, bodies }: TaskModel): void {
    const { now, lane } = this.#model;
    const { ended, interruptedAt, abandoned } = bodies.at(-1)!;
    if (ended !== undefined) return;
    ensure(5, interruptedAt !== undefined, "two attempts of a task overlap");
    ensure(5, lane === "event loop" || abandoned, "an attempt started before the last had stopped");
    const touches = lane === "workers" || this.#touched(script, bodies.length);
    ensure(5, !touches || now >= interruptedAt + script.grace, "an attempt had no grace");
  }

  #touched(script: TaskModel["script"], attempt: number): boolean {
    // Which of a batch's scripts an attempt follows is not told: it must hold for all.
    return script.attempts.slice(attempt - 1).concat(script.attempts.at(-1)!)
      .every(({ touches }) => touches);
  }

  #isSurelyReady({ place, notAfter, bodies }: TaskModel): boolean {
    if (place === "ready") return true;
    if (place !== "waiting" && place !== "retrying") return false;
    const stopped = bodies.every(({ ended }) => ended !== undefined);
    return stopped && notAfter <= this.#stillAt;
  }

  #takenBack(task: TaskModel): void {
    if (task.place === "done") return;
    ensure(2, task.place === "accepted" || task.place === "running", "it was nowhere to take from");
    if (task.place === "running") task.attempts--;
    task.place = "ready";
  }

  #started({ task: number, attempt }: What<"started">): void {
    const model = this.#model;
    const task = model.task(number);
    if (model.lane === "event loop") this.#accepted(task);
    else ensure(2, task.place === "accepted", `an attempt started of a task that is ${task.place}`);
    task.place = "running";
    task.attempts++;
    task.startedAt = model.now;
    ensureEqual(5, attempt, task.attempts, "the number of an attempt");
    ensure(5, attempt <= 1 + task.script.retries, "there are more attempts than allowed");
    this.#checkRate();
  }

  #checkRate(): void {
    const { now, starts, options: { rate, burst } } = this.#model;
    starts.push(now);
    if (rate === undefined) return;
    const within = starts.filter((time) => time >= now - 1000).length;
    ensure(6, within <= rate + burst, `${within} attempts started within a second`);
  }

  #begins({ task: number, attempt }: What<"begins">): void {
    const model = this.#model;
    const task = model.task(number);
    ensure(5, task.place !== "done", "the function of a task that has ended was called");
    if (task.bodies.length > 0) this.#checkStopped(task);
    const before = task.bodies.at(-1)?.attempt ?? 0;
    ensure(5, attempt > before, "an attempt's function was called twice");
    task.bodies.push({
      ...{ attempt, ended: undefined, interruptedAt: undefined, abandoned: false, lent: false },
    });
    const since = model.lane === "workers" ? task.acceptedAt : model.now;
    this.#checkWorkers(since);
  }

  /** @param since the number of workers may be what it was then or later */
  #checkWorkers(since: number): void {
    const { limits, live } = this.#model;
    const at = limits.findLastIndex((set) => set.at < since);
    const most = Math.max(...limits.slice(Math.max(0, at)).map(({ limit }) => limit));
    ensure(3, live.length <= most, `${live.length} attempts run at once, on ${most} workers`);
  }

  #goesOn({ task, attempt }: What<"goes on">): void {
    const body = this.#model.body(task, attempt);
    body.lent = false;
    // It had its worker back a moment ago, when there may have been more of them.
    if (body.interruptedAt === undefined) this.#checkWorkers(this.#stillAt);
  }

  #ends({ task, attempt, how }: What<"ends">): void {
    const body = this.#model.body(task, attempt);
    body.ended = how;
    body.lent = false;
  }

  #retried({ task: number, attempt, error }: What<"retried">): void {
    const model = this.#model;
    const task = model.task(number);
    const { script } = task;
    model.retries++;
    ensure(2, task.place === "running", `a task is retried that is ${task.place}`);
    ensureEqual(5, attempt, task.attempts, "the number of an attempt that is retried");
    ensure(
      5,
      attempt <= script.retries && script.retryIf !== "never",
      "a task must not be retried",
    );
    this.#checkError(task, error);
    const { backoff, jitter, maxRetryDelay } = script;
    let delay = Math.min(maxRetryDelay, script.retryDelay * backoff ** (attempt - 1));
    let least = delay * (1 - jitter);
    if (error === "failed" && script.retryAfter !== undefined) delay = least = script.retryAfter;
    task.place = "retrying";
    task.notBefore = model.now + least;
    task.notAfter = model.now + delay;
  }

  /** What an attempt is said to have failed with is what happened to it. */
  #checkError(task: TaskModel, error: string): void {
    const model = this.#model;
    const { script, attempts, startedAt } = task;
    const body = task.bodies.findLast(({ attempt }) => attempt === attempts);
    if (error === "timeout") {
      model.interrupted(task);
      const { timeout = Infinity } = script;
      ensure(5, model.now >= startedAt + timeout, "an attempt timed out too early");
    } else if (error === "crash") {
      ensureEqual(8, body?.ended, "crash", "the end of an attempt that is said to have crashed");
    } else {
      ensureEqual(0, error, "failed", "what an attempt failed with");
      ensureEqual(8, body?.ended, "throw", "the end of an attempt that is said to have thrown");
    }
  }

  #done(event: What<"done">): void {
    const model = this.#model;
    const task = model.task(event.task);
    ensure(1, task.place !== "done", "a task has ended twice");
    const { status, outcome, attempts } = event;
    ensureEqual(5, attempts, task.attempts, "the attempts of a task that has ended");
    if (status === "succeeded") this.#succeeded(task, outcome);
    else if (status === "failed") this.#failed(task, outcome);
    else this.#checkReason(task, outcome);
    model.interrupted(task);
    task.place = "done";
    task.result = event;
    model.ended.push(task);
    if (status === "failed" && !task.script.detached) this.#doom();
  }

  #succeeded({ place, attempts, bodies }: TaskModel, value: string): void {
    ensure(2, place === "running", `a task succeeded that was ${place}`);
    ensureEqual(8, value, `value of ${attempts}`, "the value of a task");
    const body = bodies.findLast(({ attempt }) => attempt === attempts);
    ensureEqual(8, body?.ended, "value", "the end of an attempt that is said to have succeeded");
  }

  #failed(task: TaskModel, error: string): void {
    const { place, attempts, script } = task;
    if (error === "no start") {
      return ensure(1, place === "ready" || this.#isDue(task), `no start failed one: ${place}`);
    }
    ensure(2, place === "running", `a task failed that was ${place}`);
    this.#checkError(task, error);
    const last = attempts === 1 + script.retries || script.retryIf === "never";
    ensure(5, last, "a task failed that was to be retried");
  }

  #isDue({ notBefore }: TaskModel): boolean {
    return this.#model.now >= notBefore - 1e-6;
  }

  #checkReason({ script, signal }: TaskModel, reason: string): void {
    const { causes, running, options, now } = this.#model;
    if (reason === CAUSES.timeout) {
      const timed = running?.call.what === "run" && running.call.run.timeout !== undefined;
      ensure(1, timed && now >= running.deadline, "a run's time was up too early");
    } else {
      ensure(1, causes.has(reason) || this.#mayHaveLeft(reason), `nothing has done: ${reason}`);
    }
    const aborted = /^aborted by (\d+)$/.exec(reason);
    if (aborted !== null) ensureEqual(1, Number(aborted[1]), signal, "the signal of a task");
    if (!script.mustComplete) return;
    ensure(1, reason !== CAUSES.failure, "fail-first cancelled a protected task");
    if (reason === CAUSES.timeout || reason === CAUSES.abort) {
      ensureEqual(1, options.onExit, "cancel", "what ended a protected task at the end of a run");
    }
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

  #heardDone(task: TaskModel): void {
    ensure(1, task.place === "done", "a handle says that a task is done which is not");
    ensureEqual(1, ++task.timesHeard, 1, "how often a handle said that its task is done");
  }

  // What is done to the queue

  #resize(limit: number): void {
    const model = this.#model;
    model.limit = limit;
    model.limits.push({ at: model.now, limit });
  }

  /** A queue that is shutting down can't be paused; just when it begins to and has done so isn't told. */
  #paused(): void {
    const model = this.#model;
    const { shutdown } = model;
    if (shutdown === undefined || shutdown.answer !== undefined) model.paused = true;
    else if (!model.paused) model.paused = undefined;
  }

  #cancelled({ task: number, status }: What<"cancelled">): void {
    const { place, result } = this.#model.task(number);
    ensure(5, place === "done", "a task was cancelled and goes on");
    ensureEqual(1, status, result!.status, "the status of a task that was cancelled");
  }

  #aborting(signal: number): void {
    const model = this.#model;
    model.abortedSignals.add(signal);
    model.causes.add(`aborted by ${signal}`);
    const { running } = model;
    if (running?.call.what !== "run" || running.call.signal !== signal) return;
    model.causes.add(CAUSES.abort);
    running.deadline = Math.min(running.deadline, model.now);
  }

  #aborted(aborted: number): void {
    for (const { signal } of this.#model.outstanding) {
      ensure(5, signal !== aborted, "a task outlived its signal");
    }
  }

  #reset({ error }: What<"reset">): void {
    const model = this.#model;
    const busy = [model.running, model.shutdown].some((call) => call && call.answer === undefined);
    // Two runs that a closed queue refuses are also two runs at a time.
    const refused = [...model.open].some(({ call, refused }) => call.what === "run" && refused);
    if (error !== undefined) {
      ensureEqual(0, error, "QueueStateError", "an error of reset");
      return ensure(7, busy || refused, "a queue that was idle could not be reset");
    }
    ensure(7, !busy, "a queue was reset that was busy");
    model.epoch++;
    for (const task of model.outstanding) {
      // What had waited for room was let in as others were cancelled.
      ensure(
        7,
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

  #asked(event: What<"asked">): void {
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
    } else if (event.what === "start" || event.what === "join" || event.what === "stream") {
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

  #answered(answer: What<"answered">): void {
    const model = this.#model;
    const asked = model.calls.get(answer.call)!;
    ensure(7, asked.answer === undefined, "a call was answered twice");
    asked.answer = answer;
    model.open.delete(asked);
    const { call, refused } = asked;
    const { error, summary } = answer;
    if (refused) {
      return ensure(
        7,
        /^Queue(Closed|State)Error$/.test(error ?? ""),
        `${call.what} was not refused`,
      );
    }
    if (error !== undefined) return this.#checkRejection(asked, error);
    if (call.what === "wait") {
      return ensure(7, model.task(call.task).place === "done", "a wait for a task was over early");
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
        return ensure(7, aborted(call.signal), `a run was rejected with ${error}`);
      case "submitWhenReady": {
        const refused = closed && error === "QueueClosedError";
        return ensure(7, refused || aborted(call.signal), `submitWhenReady rejected with ${error}`);
      }
      case "stream":
        // A task's own failure, or what cancelled it; or the queue refused an item.
        return ensure(7, error !== "QueueFullError" || options.size > 0, "a stream found no room");
      default:
        throw new Broken(7, `${call.what} was rejected with ${error}`);
    }
  }

  #checkGroup(tasks: readonly number[], summary: NonNullable<What<"answered">["summary"]>): void {
    const results = tasks.map((task) => this.#model.task(task).result);
    ensure(7, results.every((result) => result !== undefined), "a group was over early");
    const count = (status: TaskStatus) =>
      results.filter((result) => result!.status === status).length;
    const { total, succeeded, failed, cancelled } = summary;
    ensureEqual(
      1,
      [total, succeeded, failed, cancelled],
      [tasks.length, count("succeeded"), count("failed"), count("cancelled")],
      "the summary of a group",
    );
  }

  #checkRunEnd(run: CallModel, summary: NonNullable<What<"answered">["summary"]>): void {
    const model = this.#model;
    const { total, succeeded, failed, cancelled, results, timedOut } = summary;
    ensureEqual(1, total, succeeded + failed + cancelled, "the total of a summary");
    ensure(1, results.length <= total, "a summary has more results than it counts");
    ensureEqual(1, new Set(results).size, results.length, "different results of a summary");
    if (model.options.retain === "all" && !model.cleared && run.epoch === 0 && model.epoch === 0) {
      ensureEqual(1, results.length, total, "the results of a summary");
    }
    if (timedOut) ensure(1, model.now >= run.deadline, "a run timed out early");
    if (run.epoch !== model.epoch) return;
    const told = this.#told();
    const counts = model.counts();
    for (const status of ["succeeded", "failed", "cancelled"] as const) {
      ensure(1, told[status] <= counts[status], `summaries tell of too many that ${status}`);
    }
    if (this.#allAreTold(run)) ensureEqual(1, told, counts, "what the summaries tell together");
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

  #still(event: What<"still">): void {
    this.#stillness.check(event);
    for (const { place } of this.#doomed) ensure(1, place === "done", "a task survived fail-first");
    this.#doomed = [];
    this.#stillAt = this.#model.now;
    this.#abandonedAtEnd = event.stats.abandoned;
  }

  #ended(): void {
    const model = this.#model;
    ensureEqual(1, model.outstanding.length, 0, "tasks without a result");
    const open = Array.from(model.open, ({ call }) => call.what);
    ensureEqual(7, open, [], "calls that were never answered");
    ensureEqual(7, this.#abandonedAtEnd, 0, "what is abandoned for ever");
    for (const { call, answer } of model.calls.values()) {
      if (call.what !== "wait" || answer?.error !== undefined) continue;
      ensureEqual(1, model.task(call.task).timesHeard, 1, "how often a task was heard of");
    }
  }
}

function comesBefore(a: TaskModel, b: TaskModel): boolean {
  const [first, second] = [a.script.priority, b.script.priority];
  return first < second || (first === second && a.number < b.number);
}
