/**
 * Carries a random program out under the eyes of a referee.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  AsyncQueue,
  currentTask,
  QueueClosedError,
  QueueFullError,
  QueueStateError,
  type TaskHandle,
  type TaskOptions,
} from "../../mod.ts";
import { VirtualClock } from "../virtual_clock.ts";
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
import { type Attempt, type Entry, isOutstanding, type Pending, Signal } from "./record.ts";
import { CAUSES, Referee } from "./referee.ts";

/** Longer than any program takes whose tasks all end. */
const LONG = 300_000;

/** A queue, and all that is done to it. */
export class World {
  readonly clock = new VirtualClock(1000);
  readonly referee: Referee;
  readonly #program: Program;
  readonly #queue: AsyncQueue;
  readonly #timers = new Set<unknown>();
  readonly #signals = Array.from({ length: SIGNALS }, () => new Signal());
  readonly #hookCalls: Record<HookScript["hook"], number> = { start: 0, complete: 0, retry: 0 };
  #release = Promise.withResolvers<void>();
  #shutdown: Pending | undefined;
  #refusedRun: Pending | undefined;
  /** Whether hooks and tasks leave the queue alone. */
  #quiet = false;
  /** The first check that failed where the queue would catch what it throws. */
  #failure: { readonly error: unknown } | undefined;

  constructor(program: Program) {
    this.#program = program;
    this.#queue = new AsyncQueue({
      ...program.queue,
      clock: this.#queueClock(),
      onStart: (handle) => {
        this.#check(() => this.referee.starts(handle));
        this.#runHook("start");
      },
      onComplete: (result) => {
        this.#check(() => this.referee.completes(result));
        this.#runHook("complete");
      },
      onRetry: (handle, error) => {
        this.#check(() => this.referee.retries(handle, error));
        this.#runHook("retry");
      },
    });
    this.referee = new Referee(this.#queue, this.clock, program.queue, this.#timers);
    this.referee.signals.push(...this.#signals);
    this.#signals.at(-1)!.controller.abort("from the start");
    this.referee.reasons.add("from the start");
  }

  /** The clock with the timers counted that are set through it. */
  #queueClock() {
    const { clock } = this;
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

  /** Carries the program out, and brings it to its end. */
  async run(): Promise<void> {
    for (const { steps, advance } of this.#program.turns) {
      this.#do(steps);
      await this.#pass(advance);
    }
    await this.#end();
    await this.#beReused();
  }

  /** Lets time pass from event to event, and checks what holds between them. */
  async #pass(ms: number): Promise<void> {
    const { clock, referee } = this;
    const end = clock.now() + ms;
    await clock.drain();
    while (clock.nextDue <= end) {
      await clock.advance(Math.max(0, clock.nextDue - clock.now()));
      if (clock.nextDue > clock.now()) this.#checkStill();
    }
    await clock.advance(Math.max(0, end - clock.now()));
    this.#checkStill();
    assert(this.#failure === undefined && referee.queue === this.#queue);
  }

  #checkStill(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.referee.checkStill();
  }

  /** Checks where the queue would catch what a check throws. */
  #check(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #runHook(hook: HookScript["hook"]): void {
    const call = this.#hookCalls[hook]++;
    for (const script of this.#program.hooks) {
      if (script.hook === hook && script.call === call) this.#doInside(script.steps);
    }
  }

  #doInside(steps: readonly Step[]): void {
    if (!this.#quiet) this.#check(() => this.#do(steps));
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
      case "cancel":
        return this.#cancel(step.which);
      case "abort":
        return this.#abort(step.signal);
      case "workers":
        this.referee.resized(queue.workers);
        queue.workers = step.workers;
        return;
      case "shutdown":
        return this.#shutDown(step.force);
      case "run":
        return this.#run(step.run);
      case "start":
      case "join":
        return this.#startOrJoin(step.do);
      case "reset":
        return this.#reset();
      case "clear":
        this.referee.cleared = true;
        return queue.clearResults();
      case "pause":
      case "resume":
        return queue[step.do]();
    }
  }

  #submit(script: TaskScript): Entry | undefined {
    const { clock, referee } = this;
    const queue = this.#queue;
    const signal = this.#signalAt(script.signal);
    const entry: Entry = {
      script,
      signal,
      epoch: undefined,
      handle: undefined,
      notBefore: clock.now() + Math.max(0, script.runIn ?? 0),
      attempts: [],
      results: [],
      doneCalls: 0,
    };
    const options = this.#optionsOf(script, entry);
    const fn = () => this.#attempt(entry);
    if (script.how === "whenReady") {
      this.#submitWhenReady(entry, fn, options);
      return entry;
    }
    const { closed, activeCount, pendingCount } = queue;
    const { size } = this.#program.queue;
    const full = size > 0 && activeCount + pendingCount >= size;
    let handle: TaskHandle;
    try {
      handle = queue.submit(fn, options);
    } catch (error) {
      if (closed) assert(error instanceof QueueClosedError, `${error}`);
      else assert(full && error instanceof QueueFullError, `${error}`);
      return undefined;
    }
    assert(!closed && !full, "a task was taken that should have been refused");
    referee.entries.push(entry);
    referee.admitted(entry, handle);
    handle.onDone(() => entry.doneCalls++);
    return entry;
  }

  #optionsOf(script: TaskScript, entry: Entry): TaskOptions {
    const { priority, retries, retryDelay, backoff, maxRetryDelay, timeout, delay, grace } = script;
    const { mustComplete, detached, runIn, retryIf, inRetryIf } = script;
    return {
      ...{ priority, retries, retryDelay, backoff, maxRetryDelay, timeout, delay, grace },
      ...{ mustComplete, detached },
      metadata: entry,
      name: `task ${this.referee.entries.length}`,
      signal: entry.signal,
      runAt: runIn === undefined ? undefined : this.clock.wallNow() + runIn,
      retryIf: retryIf === "none" ? undefined : (_error, attempt) => {
        if (attempt === 1) this.#doInside(inRetryIf);
        return retryIf === "always";
      },
    };
  }

  #submitWhenReady(entry: Entry, fn: () => unknown, options: TaskOptions): void {
    const { referee } = this;
    const queue = this.#queue;
    referee.entries.push(entry);
    const promise = queue.submitWhenReady(fn, options).then((handle) => {
      referee.admitted(entry, handle);
    }, (error) => {
      assertEquals(entry.epoch, undefined, "a task was refused that had been admitted");
      referee.entries.splice(referee.entries.indexOf(entry), 1);
      throw error;
    });
    this.#follow("submitWhenReady", promise, [QueueClosedError, entry.signal]);
  }

  #signalAt(index: number | undefined): AbortSignal | undefined {
    return index === undefined ? undefined : this.#signals[index].signal;
  }

  #cancel(which: number): void {
    const known = this.referee.entries.filter(({ handle }) => handle !== undefined);
    const handle = known[which % known.length]?.handle;
    if (handle === undefined) return;
    const { done, status } = handle;
    const reason = { which };
    this.referee.reasons.add(reason);
    assertEquals(handle.cancel(reason), !done);
    assertEquals(handle.status, done ? status : "cancelled");
    const result = handle.result();
    if (!done) assert(result.status === "cancelled" && result.reason === reason);
  }

  #abort(index: number): void {
    const { referee } = this;
    const { controller, signal } = this.#signals[index];
    if (signal.aborted) return;
    const reason = { index };
    referee.reasons.add(reason);
    const { running } = referee;
    if (running?.signal === signal) {
      referee.causes.add(CAUSES.abort);
      running.deadline = Math.min(running.deadline, this.clock.now());
    }
    this.#signals[index] = new Signal();
    referee.signals.push(this.#signals[index]);
    controller.abort(reason);
    for (const entry of referee.entries) {
      if (entry.signal === signal) assert(!isOutstanding(entry), "a task outlived its signal");
    }
  }

  #shutDown(force: boolean): void {
    const { referee } = this;
    if (force) referee.causes.add(CAUSES.shutdown);
    if (this.#queue.activeCount + this.#queue.pendingCount > 0) referee.started = true;
    const call = this.#follow("shutdown", this.#queue.shutdown({ force }), []);
    assert(this.#queue.closed);
    if (this.#shutdown === undefined && referee.entries.some(isOutstanding)) {
      assert(!this.#queue.paused, "a queue that is paused can't be drained");
    }
    this.#shutdown ??= call;
  }

  #startOrJoin(what: "start" | "join"): void {
    if (!this.#queue.closed) this.referee.started = true;
    const promise: Promise<unknown> = this.#queue[what]();
    this.#follow(what, promise, what === "start" ? [QueueClosedError] : []);
  }

  #run(script: RunScript): void {
    const { referee, clock } = this;
    const { timeout, failPolicy } = script;
    const signal = this.#signalAt(script.signal);
    const busy = referee.running !== undefined;
    const { closed } = this.#queue;
    if (!busy && !closed && signal?.aborted) referee.causes.add(CAUSES.abort);
    const promise = this.#queue.run({ timeout, failPolicy, signal });
    if (busy || closed) {
      // Two runs that a closed queue refuses are also two runs at a time.
      const ways = busy ? [QueueStateError] : [QueueClosedError, QueueStateError];
      this.#refusedRun = this.#follow("a run that is refused", promise, ways);
      return;
    }
    referee.started = true;
    const call = this.#follow("run", promise, [signal]);
    // One object in both lists, so that what becomes of the call shows in both.
    const from = clock.now();
    const deadline = signal?.aborted ? from : from + (timeout ?? Infinity);
    referee.runs.push(
      Object.assign(call, { script, from, epoch: referee.epoch, signal, deadline }),
    );
  }

  #reset(): void {
    const { referee } = this;
    const calls = [referee.running, this.#refusedRun, this.#shutdown];
    const may = calls.every((call) => call?.settled ?? true);
    referee.causes.add(CAUSES.reset);
    // What hooks submit now would be on neither side of the reset.
    const quiet = this.#quiet;
    this.#quiet = true;
    try {
      this.#queue.reset();
    } catch (error) {
      assert(!may && error instanceof QueueStateError, `${error}`);
      return;
    } finally {
      this.#quiet = quiet;
    }
    assert(may, "a queue was reset that was busy");
    this.#shutdown = undefined;
    referee.reset();
  }

  /** Writes down what becomes of a call, which may reject in one of the ways that are given. */
  #follow<T>(
    what: string,
    promise: Promise<T>,
    ways: readonly (AbortSignal | undefined | (new () => Error))[],
  ): Pending<T> {
    const call: Pending<T> = { what, settled: false, value: undefined };
    this.referee.calls.push(call);
    promise.then((value) => {
      call.value = value;
    }, (error) => {
      const expected = ways.some((way) =>
        typeof way === "function" ? error instanceof way : way?.aborted && way.reason === error
      );
      if (!expected) this.#failure ??= { error };
    }).finally(() => call.settled = true);
    return call;
  }

  // What tasks do

  #attempt(entry: Entry): unknown {
    const attempt = entry.attempts.at(-1)!;
    const { attempts, inside } = entry.script;
    const script = attempts[Math.min(attempt.number, attempts.length) - 1];
    this.#check(() => {
      assert(!attempt.called, "an attempt's function was called twice");
      assertEquals(entry.results, [], "the function of a task that has ended was called");
    });
    attempt.called = true;
    const interrupted = this.#watchSignal(entry, attempt, script);
    const context = currentTask();
    if (attempt.number === 1) this.#doInside(inside);
    switch (script.kind) {
      case "value":
        this.#settle(attempt);
        return "value";
      case "throw":
        this.#settle(attempt);
        return fail();
      case "compute":
        this.clock.elapse(script.ms);
        this.#settle(attempt);
        return "value";
      default:
        return Promise.race([
          this.#work(script, attempt, (handle) => context.wait(handle)),
          interrupted,
        ]).finally(() => this.#settle(attempt));
    }
  }

  #settle(attempt: Attempt): void {
    attempt.settled = true;
    this.referee.live.delete(attempt);
  }

  async #work(
    script: AttemptScript,
    attempt: Attempt,
    wait: (handle: TaskHandle) => Promise<unknown>,
  ): Promise<void> {
    switch (script.kind) {
      case "resolve":
        return await this.#sleep(script.ms);
      case "reject":
        await this.#sleep(script.ms);
        return fail();
      case "never":
        return await this.#release.promise;
      case "wait":
      case "wait later": {
        const inner = this.#submitInside(simpleTask(script.ms, 4));
        if (inner === undefined) return;
        if (script.kind === "wait later") await this.#sleep(script.ms);
        if (attempt.interruptedAt !== undefined) return;
        this.referee.live.delete(attempt);
        await wait(inner.handle as TaskHandle);
        this.#check(() => this.referee.goesOn(attempt));
      }
    }
  }

  #submitInside(script: TaskScript): Entry | undefined {
    let entry: Entry | undefined;
    this.#check(() => entry = this.#submit(script));
    return entry;
  }

  /** Rejects when the attempt is interrupted, if its script has it do something about that. */
  #watchSignal(entry: Entry, attempt: Attempt, script: AttemptScript): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    if (script.signal === "ignores") return promise;
    const { signal } = currentTask();
    attempt.touched = true;
    signal.addEventListener("abort", () => {
      if (attempt.number === 1) this.#doInside(entry.script.onAbort);
    }, { once: true });
    if (script.signal === "obeys") {
      const stop = () => reject(signal.reason);
      signal.addEventListener("abort", () => {
        if (script.cleanup === 0) stop();
        else this.clock.setTimer(stop, script.cleanup);
      }, { once: true });
    }
    return promise;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.setTimer(resolve, ms));
  }

  // How it ends

  async #end(): Promise<void> {
    const { referee } = this;
    const queue = this.#queue;
    this.#quiet = true;
    if (this.#program.end === "cancel each") await this.#cancelEach();
    else this.#shutDown(this.#program.end === "force");
    if (this.#program.end === "graceful") await this.#drainQueue();
    await this.#pass(0);
    referee.checkEnd();
    // What was given up may go on, and changes nothing any more.
    const { stats } = queue;
    this.#release.resolve();
    await this.#pass(LONG);
    assertEquals(queue.stats, { ...stats, abandoned: 0 });
    referee.checkEnd();
    assertEquals(this.clock.pendingTimers, 0);
  }

  /** Cancels all tasks one by one, and has a last run tell of what has not been told. */
  async #cancelEach(): Promise<void> {
    const { referee } = this;
    for (let i = 0; i < referee.entries.length; i++) this.#cancel(i);
    await this.#pass(0);
    // Those who waited for room have been let in by now.
    for (let i = 0; referee.entries.some(isOutstanding) || i < 2; i++) {
      for (let which = 0; which < referee.entries.length; which++) this.#cancel(which);
      await this.#pass(0);
      assert(i < 1000, "there is no end to what is outstanding");
    }
    const closed = this.#queue.closed;
    if (!closed && referee.running === undefined) {
      this.#run({ timeout: undefined, failPolicy: undefined, signal: undefined });
    }
    await this.#pass(0);
    this.#shutDown(false);
    await this.#pass(0);
    if (!closed && referee.runs.at(-1)?.value !== undefined) referee.checkAllTold();
  }

  /** A graceful shutdown ends unless tasks that never end hold all workers. */
  async #drainQueue(): Promise<void> {
    const { referee } = this;
    // It may have been paused while it was shutting down.
    this.#queue.resume();
    await this.#pass(LONG);
    if (!this.#shutdown!.settled) {
      const { stats, workers } = this.#queue;
      assertEquals(stats.scheduled, 0);
      assert(
        referee.entries.some(isOutstanding),
        "a shutdown goes on though nothing is left to do",
      );
      assert(referee.live.size > 0, "a shutdown waits for nobody");
      if (stats.pending > 0) assert(referee.live.size >= workers, "a task is never started");
      this.#shutDown(true);
    }
  }

  /** A queue that was shut down is as good as new after a reset: just as many tasks run at once. */
  async #beReused(): Promise<void> {
    const { referee } = this;
    const { rate, size } = this.#program.queue;
    this.#reset();
    const { workers } = this.#queue;
    const many = Math.min(2 * workers, size || Infinity);
    for (let i = 0; i < many; i++) this.#submit(simpleTask(10, 3));
    this.#startOrJoin("join");
    await this.#pass(0);
    if (rate === undefined) assertEquals(referee.live.size, Math.min(many, workers));
    await this.#pass(LONG);
    assertEquals(this.#queue.stats.succeeded, many);
    this.#shutDown(false);
    await this.#pass(0);
    referee.checkEnd();
  }
}

function fail(): never {
  throw new Error("failed");
}
