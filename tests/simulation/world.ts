/**
 * Carries a program out and writes down what happens.
 *
 * @module
 */
import {
  AsyncQueue,
  type Clock,
  currentTask,
  ExecutionError,
  type PlainHandle,
  type RunSummary,
  TaskCancelledError,
  type TaskGroup,
  type TaskHandle,
  type TaskOptions,
  type TaskQueue,
  type TaskResult,
  TaskTimeoutError,
  TrilaneError,
  WorkerCrashError,
} from "../../mod.ts";
import { countListeners, type ListenerCount } from "../abort_listeners.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import type { Call, Event, Happening, History, SummaryCounts } from "./history.ts";
import {
  type AttemptScript,
  type HookScript,
  type Program,
  type RunScript,
  SIGNALS,
  simpleTask,
  type Step,
  type TaskScript,
} from "./program.ts";
import { Random } from "../random.ts";
import { type Attempt, type Plan, SimulatedQueue } from "./workers.ts";

/** Longer than any program takes whose tasks all end. */
const LONG = 1_000_000;

/** More events than any program brings about that comes to an end. */
const TOO_MANY = 100_000;

/** What a task throws. */
class Failure extends Error {
  constructor(readonly retryAfter: number | undefined) {
    super("failed");
  }
}

/** A signal that is given to tasks and runs. */
class Signal {
  readonly controller = new AbortController();
  readonly listeners: ListenerCount = countListeners(this.controller.signal);

  constructor(readonly number: number) {}
}

/** What the tasks of one submission have in common; each carries it as its metadata. */
interface Submission {
  readonly script: TaskScript;
  readonly signal: Signal | undefined;
  readonly runAt: number | undefined;
  /** Whether its tasks may be admitted before the queue tells of them. */
  readonly unheard: boolean;
}

/**
 * Carries a program out.
 *
 * @param program the program
 * @returns all that happened
 */
export async function carryOut(program: Program): Promise<History> {
  const { random } = Math;
  Math.random = new Random(program.seed).next;
  const world = new World(program);
  try {
    await world.run();
  } catch (error) {
    world.fail(error);
  } finally {
    Math.random = random;
  }
  return world.history;
}

/** A queue, and all that is done to it. */
class World {
  readonly history: Event[] = [];
  readonly #program: Program;
  readonly #clock = new VirtualClock(1000);
  readonly #queue: TaskQueue;
  readonly #workers: SimulatedQueue["executor"] | undefined;
  readonly #timers = new Set<unknown>();
  readonly #signals: Signal[];
  /** Those that have been aborted. */
  readonly #pastSignals: Signal[] = [];
  readonly #hookCalls: Record<HookScript["hook"], number> = { start: 0, complete: 0, retry: 0 };
  readonly #known = new Set<number>();
  readonly #handles = new Map<number, PlainHandle>();
  readonly #groups: TaskGroup<unknown>[] = [];
  /** What tasks are cancelled with, and signals aborted. */
  readonly #reasons = new Map<unknown, string>();
  #calls = 0;
  #unanswered = 0;
  #release = Promise.withResolvers<void>();
  /** Whether hooks and tasks leave the queue alone. */
  #quiet = false;

  constructor(program: Program) {
    this.#program = program;
    const { lane, queue, workers } = program;
    const options = {
      ...queue,
      clock: this.#queueClock(),
      onStart: (handle: TaskHandle) => {
        const task = this.#know(handle);
        this.#note({ is: "started", task, attempt: handle.attempts });
        this.#runHook("start");
      },
      onComplete: (result: TaskResult) => {
        const task = this.#know(result);
        const { status, attempts } = result;
        this.#note({ is: "done", task, status, attempts, outcome: this.#outcomeOf(result) });
        this.#runHook("complete");
      },
      onRetry: (handle: TaskHandle, error: unknown) => {
        const task = this.#know(handle);
        const attempt = handle.attempts;
        this.#note({ is: "retried", task, attempt, error: this.#label(error) });
        this.#runHook("retry");
      },
    };
    if (lane === "workers") {
      const clock = this.#clock;
      const note = (handle: PlainHandle, happening: Happening) => {
        this.#know(handle);
        this.#note(happening);
      };
      const simulated = new SimulatedQueue(options, { clock, script: workers, note });
      this.#queue = simulated;
      this.#workers = simulated.executor;
    } else {
      this.#queue = new AsyncQueue(options);
    }
    this.#signals = Array.from({ length: SIGNALS }, (_, number) => new Signal(number));
    this.#note({ is: "opened", lane, options: queue });
    this.#abort(SIGNALS - 1, false);
  }

  /** The clock with the timers counted that are set through it. */
  #queueClock(): Clock {
    const clock = this.#clock;
    const timers = this.#timers;
    return {
      now: () => clock.now(),
      wallNow: () => clock.wallNow(),
      setTimer(callback: () => void, ms: number): unknown {
        const timer = clock.setTimer(() => {
          timers.delete(timer);
          callback();
        }, ms);
        timers.add(timer);
        return timer;
      },
      clearTimer(timer: unknown): void {
        timers.delete(timer);
        clock.clearTimer(timer);
      },
    };
  }

  async run(): Promise<void> {
    for (const { steps, advance, setWallClock } of this.#program.turns) {
      this.#do(steps);
      await this.#pass(advance);
      if (setWallClock === 0) continue;
      this.#clock.setSystemTime(this.#clock.wallNow() + setWallClock);
      this.#note({ is: "wall clock set" });
    }
    await this.#end();
    await this.#beReused();
    this.#note({ is: "ended" });
  }

  /** Writes down that a program could not be carried out. */
  fail(error: unknown): void {
    this.#quiet = true;
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    this.history.push({
      is: "failure",
      error: text,
      at: this.#clock.now(),
      wall: this.#clock.wallNow(),
    });
  }

  #note(happening: Happening): void {
    const clock = this.#clock;
    this.history.push({ ...happening, at: clock.now(), wall: clock.wallNow() });
    if (this.history.length > TOO_MANY) throw new Error("There is no end to it");
  }

  /** Lets time pass from event to event, and notes how things stand between them. */
  async #pass(ms: number): Promise<void> {
    const clock = this.#clock;
    const end = clock.now() + ms;
    await clock.drain();
    while (clock.nextDue <= end) {
      await clock.advance(Math.max(0, clock.nextDue - clock.now()));
      if (clock.nextDue > clock.now()) this.#noteStill();
    }
    await clock.advance(Math.max(0, end - clock.now()));
    this.#noteStill();
  }

  #noteStill(): void {
    const queue = this.#queue;
    const limit = queue.workers;
    this.#note({
      is: "still",
      stats: queue.stats,
      activeCount: queue.activeCount,
      pendingCount: queue.pendingCount,
      results: queue.results.length,
      statuses: Array.from(this.#handles, ([task, { status }]) => [task, status] as const),
      room: this.#workers?.room ?? 0,
      limit,
      timers: this.#timers.size,
      calm: this.#clock.nextDue === Infinity,
      listeners: [...this.#signals, ...this.#pastSignals]
        .map(({ number, listeners }) => [number, listeners.current] as const),
    });
  }

  // What the queue says

  /** The number of a task, which is written down when it is first heard of. */
  #know(handle: PlainHandle | TaskResult): number {
    const task = numberOf(handle);
    if (!this.#known.has(task)) {
      this.#known.add(task);
      const { script, signal, runAt, unheard } = handle.metadata as Submission;
      const { createdAt } = handle;
      const numbers = { createdAt, signal: signal?.number, runAt };
      this.#note({ is: "admitted", task, script, unheard, ...numbers });
    }
    if ("onDone" in handle && !this.#handles.has(task)) {
      this.#handles.set(task, handle);
      handle.onDone(() => this.#note({ is: "heard done", task }));
      this.#ask({ what: "wait", task }, () => handle.wait());
    }
    return task;
  }

  #outcomeOf(result: TaskResult): string {
    switch (result.status) {
      case "succeeded":
        return String(result.value);
      case "failed":
        return this.#label(result.error);
      default:
        return this.#label(result.reason);
    }
  }

  /** Why something failed or was cancelled, in a word. */
  #label(error: unknown): string {
    const known = this.#reasons.get(error);
    if (known !== undefined) return known;
    if (error instanceof TaskTimeoutError) return "timeout";
    if (error instanceof WorkerCrashError) return "crash";
    if (error instanceof TaskCancelledError) {
      // "Cancelled because …", or that a task was cancelled by a call that gave no reason.
      return error.message.replace(/^Task '.*' was/, "was").replace(/(because task) .*/, "$1");
    }
    if (error instanceof TrilaneError || error instanceof ExecutionError) return error.name;
    return error instanceof Error ? error.message : String(error);
  }

  #runHook(hook: HookScript["hook"]): void {
    const call = this.#hookCalls[hook]++;
    for (const script of this.#program.hooks) {
      if (script.hook === hook && script.call === call) this.#doInside(script.steps);
    }
  }

  #doInside(steps: readonly Step[]): void {
    if (this.#quiet) return;
    try {
      this.#do(steps);
    } catch (error) {
      // The queue would catch it.
      this.fail(error);
    }
  }

  // What is done to the queue

  #do(steps: readonly Step[]): void {
    for (const step of steps) this.#step(step);
  }

  #step(step: Step): void {
    const queue = this.#queue;
    switch (step.do) {
      case "submit":
        this.#submit(step.task);
        return;
      case "submitWhenReady":
        return this.#submitWhenReady(step.task);
      case "map":
      case "group":
        return this.#submitBatch(step.do, step.task, step.count);
      case "stream":
        this.#stream(step);
        return;
      case "cancel":
        return this.#cancel(step.which);
      case "cancelGroup":
        return this.#cancelGroup(step.which);
      case "kill":
        // Word of it never comes while the queue is at work.
        this.#clock.setTimer(() => this.#workers?.kill(step.which), 0);
        return;
      case "abort":
        return this.#abort(step.signal);
      case "workers":
        this.#note({ is: "resized", workers: step.workers });
        queue.workers = step.workers;
        return;
      case "shutdown":
        return this.#ask(
          { what: "shutdown", force: step.force },
          () => queue.shutdown({ force: step.force }),
        );
      case "run":
        return this.#run(step.run);
      case "start":
      case "join":
        return this.#ask({ what: step.do }, async () => {
          await (step.do === "start" ? queue.start() : queue.join());
        });
      case "reset":
        return this.#reset();
      case "clear":
        this.#note({ is: "cleared" });
        return queue.clearResults();
      case "pause":
        this.#note({ is: "paused" });
        return queue.pause();
      case "resume":
        this.#note({ is: "resumed" });
        return queue.resume();
    }
  }

  /** Follows a call that settles some time. */
  #ask(call: Call, make: () => Promise<unknown>): void {
    const number = ++this.#calls;
    this.#unanswered++;
    this.#note({ is: "asked", call: number, ...call });
    make().then((value) => {
      const summary = call.what === "run" || call.what === "group"
        ? summarize(value as RunSummary)
        : undefined;
      this.#answer({ call: number, summary });
    }, (error) => this.#answer({ call: number, error: this.#label(error) }));
  }

  #answer(answer: { call: number; error?: string; summary?: SummaryCounts }): void {
    this.#unanswered--;
    this.#note({ is: "answered", ...answer });
  }

  #submission(script: TaskScript, unheard = false): [Submission, TaskOptions] {
    const { runIn, retryIf, inRetryIf } = script;
    const signal = script.signal === undefined ? undefined : this.#signals[script.signal];
    const runAt = runIn === undefined ? undefined : this.#clock.wallNow() + runIn;
    const submission = { script, signal, runAt, unheard };
    const { priority, retries, retryDelay, backoff, maxRetryDelay, jitter, timeout } = script;
    const { delay, grace, mustComplete, detached } = script;
    return [submission, {
      ...{ priority, retries, retryDelay, backoff, maxRetryDelay, jitter, timeout },
      ...{ delay, grace, mustComplete, detached, runAt },
      name: "task",
      metadata: submission,
      signal: signal?.controller.signal,
      retryIf: retryIf === "none" ? undefined : (_error, attempt) => {
        if (attempt === 1) this.#doInside(inRetryIf);
        return retryIf === "always";
      },
    }];
  }

  /** The function of a submission's tasks; each is given a number of its own among them. */
  #functionOf({ script }: Submission): (index: number) => unknown {
    if (this.#workers === undefined) return (index) => this.#attempt(script, index);
    return ((index: number, attempt: Attempt) => this.#plan(script, index, attempt)) as never;
  }

  /** @param submit submits, and returns the handles */
  #submitAll(wanted: number, submit: () => readonly TaskHandle[]): number[] | undefined {
    this.#note({ is: "submitting", count: wanted });
    let handles: readonly TaskHandle[] | undefined;
    let refusal: Error | undefined;
    try {
      handles = submit();
    } catch (error) {
      refusal = error as Error;
    }
    this.#note({ is: "submitted", count: wanted });
    if (refusal !== undefined) this.#note({ is: "refused", wanted, error: refusal.name });
    return handles?.map((handle) => this.#know(handle));
  }

  #submit(script: TaskScript): number | undefined {
    const [submission, options] = this.#submission(script);
    const fn = this.#functionOf(submission);
    return this.#submitAll(1, () => [this.#queue.submit(fn, [0], options)])?.[0];
  }

  #submitBatch(how: "map" | "group", script: TaskScript, count: number): void {
    const [submission, options] = this.#submission(script, true);
    const fn = this.#functionOf(submission);
    const items = Array.from({ length: count }, (_, index) => index);
    let group: TaskGroup<unknown> | undefined;
    const tasks = this.#submitAll(count, () => {
      if (how === "map") return this.#queue.map(fn, items, options);
      group = this.#queue.group(fn, items, options);
      return group.handles;
    });
    if (tasks === undefined || group === undefined) return;
    this.#groups.push(group);
    const made = group;
    this.#ask({ what: "group", tasks }, () => made.wait());
  }

  #submitWhenReady(script: TaskScript): void {
    const [submission, options] = this.#submission(script, true);
    const fn = this.#functionOf(submission);
    this.#ask({ what: "submitWhenReady", signal: submission.signal?.number }, async () => {
      this.#know(await this.#queue.submitWhenReady(fn, [0], options));
    });
  }

  #stream(step: Step & { do: "stream" }): void {
    const { count, window, ordered, settled, leaveAfter } = step;
    const [submission, options] = this.#submission(step.task, true);
    const fn = this.#functionOf(submission);
    const items = Array.from({ length: count }, (_, index) => index);
    const signal = submission.signal?.number;
    this.#ask({ what: "stream", window, signal }, async () => {
      const stream = this.#queue.stream(fn, items, { ...options, window, ordered, settled });
      let taken = 0;
      for await (const _ of stream) if (++taken > leaveAfter) break;
    });
  }

  #cancel(which: number): void {
    const known = [...this.#handles];
    if (known.length === 0) return;
    const [task, handle] = known[which % known.length];
    const reason = {};
    const why = `cancelled by ${this.history.length}`;
    this.#reasons.set(reason, why);
    this.#note({ is: "cancelling", task, why });
    const said = handle.cancel(reason);
    this.#note({ is: "cancelled", task, said, status: handle.status });
  }

  #cancelGroup(which: number): void {
    const group = this.#groups[which % this.#groups.length];
    if (group === undefined) return;
    const tasks = group.handles.map((handle) => this.#know(handle));
    this.#note({ is: "leaving", tasks });
    group.cancel();
    for (const [i, { status }] of group.handles.entries()) {
      this.#note({ is: "cancelled", task: tasks[i], said: false, status });
    }
  }

  #abort(index: number, renew = true): void {
    const signal = this.#signals[index];
    const { controller, number } = signal;
    if (controller.signal.aborted) return;
    const reason = {};
    this.#reasons.set(reason, `aborted by ${number}`);
    if (renew) {
      this.#pastSignals.push(signal);
      this.#signals[index] = new Signal(SIGNALS - 1 + this.#pastSignals.length);
    }
    this.#note({ is: "aborting", signal: number });
    controller.abort(reason);
    this.#note({ is: "aborted", signal: number });
  }

  #run(run: RunScript): void {
    const { timeout, failPolicy, strict } = run;
    const signal = run.signal === undefined ? undefined : this.#signals[run.signal];
    const options = { timeout, failPolicy, strict, signal: signal?.controller.signal };
    this.#ask({ what: "run", run, signal: signal?.number }, () => this.#queue.run(options));
  }

  #reset(): void {
    // What hooks submit now would be on neither side of the reset.
    const quiet = this.#quiet;
    this.#quiet = true;
    this.#note({ is: "resetting" });
    try {
      this.#queue.reset();
      this.#note({ is: "reset" });
    } catch (error) {
      this.#note({ is: "reset", error: (error as Error).name });
    } finally {
      this.#quiet = quiet;
    }
  }

  // What tasks do

  /** What an attempt on a simulated worker does. */
  #plan(script: TaskScript, index: number, [task, attempt]: Attempt): Plan {
    this.#note({ is: "begins", task, attempt });
    return {
      ...scriptOf(script, index, attempt),
      error: new Failure(script.retryAfter),
      inside: () => {
        if (attempt === 1) this.#doInside(script.inside);
      },
    };
  }

  /** An attempt on the event loop. */
  #attempt(script: TaskScript, index: number): unknown {
    const context = currentTask();
    const { attempt } = context;
    const task = numberOf(context);
    this.#note({ is: "begins", task, attempt });
    const own = scriptOf(script, index, attempt);
    const stopped = own.touches ? this.#watchSignal(script, own, attempt) : undefined;
    if (attempt === 1) this.#doInside(script.inside);
    const ends = (how: "value" | "throw" | "stopped") =>
      this.#note({ is: "ends", task, attempt, how });
    const value = `value of ${attempt}`;
    const throws = own.kind === "throw" || own.kind === "crash";
    if (own.kind === "compute") this.#clock.elapse(own.ms);
    if (own.kind === "compute" || (own.ms === 0 && (own.kind === "value" || throws))) {
      ends(throws ? "throw" : "value");
      if (throws) throw new Failure(script.retryAfter);
      return value;
    }
    const wait = async (handle: TaskHandle) => {
      this.#note({ is: "lends", task, attempt });
      await context.wait(handle);
      this.#note({ is: "goes on", task, attempt });
    };
    const work = this.#work(own, wait).then(() => {
      if (throws) throw new Failure(script.retryAfter);
    });
    return Promise.race(stopped === undefined ? [work] : [work, stopped]).then(() => {
      ends("value");
      return value;
    }, (error) => {
      ends(error instanceof Failure ? "throw" : "stopped");
      throw error;
    });
  }

  async #work(own: AttemptScript, wait: (handle: TaskHandle) => Promise<void>): Promise<void> {
    const { kind, ms } = own;
    if (kind === "hang") return await this.#release.promise;
    if (kind !== "wait" && kind !== "wait later") return await this.#sleep(ms);
    const inner = this.#submit(simpleTask(ms, 4));
    if (inner === undefined) return;
    if (kind === "wait later") await this.#sleep(ms);
    await wait(this.#handles.get(inner) as TaskHandle);
  }

  /** Rejects when the attempt is interrupted, if its script has it do something about that. */
  #watchSignal(script: TaskScript, own: AttemptScript, attempt: number): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    const { signal } = currentTask();
    signal.addEventListener("abort", () => {
      if (attempt === 1) this.#doInside(script.onAbort);
      if (own.stops === "never") return;
      const stop = () => reject(signal.reason);
      if (own.stops === "at once" || own.cleanup === 0) stop();
      else this.#clock.setTimer(stop, own.cleanup);
    }, { once: true });
    return promise;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.setTimer(resolve, ms));
  }

  // How it ends

  async #end(): Promise<void> {
    this.#quiet = true;
    const { end } = this.#program;
    if (end === "cancel each") await this.#cancelEach();
    else this.#step({ do: "shutdown", force: end === "force" });
    // It may have been paused while it was shutting down.
    if (end === "graceful") this.#step({ do: "resume" });
    await this.#pass(LONG);
    // Tasks that never end may hold all workers.
    if (this.#unanswered > 0) this.#step({ do: "shutdown", force: true });
    await this.#pass(LONG);
    // What was given up goes on, and changes nothing any more.
    this.#release.resolve();
    this.#workers?.release();
    await this.#pass(LONG);
  }

  /** Cancels all tasks one by one, and has a last run tell of what has not been told. */
  async #cancelEach(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      // Those who waited for room are let in meanwhile.
      for (let which = 0; which < this.#handles.size; which++) this.#cancel(which);
      await this.#pass(0);
    }
    this.#run({ strict: false });
    await this.#pass(0);
    this.#step({ do: "shutdown", force: false });
  }

  /** A queue that was shut down is as good as new after a reset: just as many tasks run at once. */
  async #beReused(): Promise<void> {
    const { size } = this.#program.queue;
    this.#reset();
    const many = Math.min(2 * this.#queue.workers, size || Infinity);
    for (let i = 0; i < many; i++) this.#submit(simpleTask(10, 3));
    this.#step({ do: "join" });
    await this.#pass(LONG);
    this.#step({ do: "shutdown", force: false });
    await this.#pass(LONG);
  }
}

/** What an attempt does; those of one batch differ. */
function scriptOf({ attempts }: TaskScript, index: number, attempt: number): AttemptScript {
  return attempts[Math.min(attempt - 1 + index, attempts.length - 1)];
}

function summarize(summary: RunSummary): SummaryCounts {
  const { total, succeeded, failed, cancelled, timedOut, results } = summary;
  return { total, succeeded, failed, cancelled, timedOut, results: results.map(numberOf) };
}

/** A task's number, which its id ends in. */
function numberOf({ id }: { readonly id: string }): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}
