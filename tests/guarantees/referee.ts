/**
 * Checks what a queue does against what it guarantees.
 *
 * @module
 */
import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import {
  type AsyncQueue,
  type PlainHandle,
  type RunSummary,
  TaskCancelledError,
  type TaskHandle,
  type TaskResult,
  type TaskStatus,
  TaskTimeoutError,
} from "../../mod.ts";
import type { VirtualClock } from "../virtual_clock.ts";
import type { QueueScript } from "./program.ts";
import {
  type Attempt,
  type Entry,
  isOutstanding,
  type Pending,
  type Run,
  type Signal,
} from "./record.ts";

/** What cancels tasks by itself, as the message of the reason begins. */
export const CAUSES = {
  timeout: "Cancelled because the run's time was up",
  abort: "Cancelled because the run was aborted",
  failure: "Cancelled because task ",
  shutdown: "Cancelled because the queue was shut down",
  reset: "Cancelled because the queue was reset",
} as const;

/** Watches one queue. */
export class Referee {
  readonly queue: AsyncQueue;
  readonly clock: VirtualClock;
  readonly options: QueueScript;
  /** The queue's timers, unlike those of the tasks. */
  readonly timers: ReadonlySet<unknown>;
  readonly entries: Entry[] = [];
  readonly runs: Run[] = [];
  readonly calls: Pending[] = [];
  readonly signals: Signal[] = [];
  /** The attempts that use a worker. */
  readonly live = new Set<Attempt>();
  /** What tasks may have been cancelled with. */
  readonly reasons = new Set<unknown>();
  readonly causes = new Set<string>();
  /** How often the queue has been reset. */
  epoch = 0;
  /** Whether the queue is to start what may start. */
  started = false;
  /** Whether results were let go. */
  cleared = false;
  /** Those that have ended since the last reset, in order. */
  #ended: Entry[] = [];
  #retries = 0;
  /** Those that fail-first had to cancel. */
  #doomed: Entry[] = [];
  readonly #startTimes: number[] = [];
  /** How many workers there were at the most since all was still. */
  #mostWorkers = 0;

  constructor(
    queue: AsyncQueue,
    clock: VirtualClock,
    options: QueueScript,
    timers: ReadonlySet<unknown>,
  ) {
    this.queue = queue;
    this.clock = clock;
    this.options = options;
    this.timers = timers;
  }

  /** The run that is under way. */
  get running(): Run | undefined {
    return this.runs.find((run) => !run.settled);
  }

  /** The queue has been reset. */
  reset(): void {
    this.epoch++;
    this.started = this.cleared = false;
    this.#ended = [];
    this.#retries = 0;
  }

  // What happens

  admitted(entry: Entry, handle?: PlainHandle): void {
    entry.epoch ??= this.epoch;
    if (entry.handle !== undefined || handle === undefined) return;
    entry.handle = handle;
    const { delay } = entry.script;
    if (delay !== undefined) entry.notBefore = handle.createdAt + delay;
  }

  starts(handle: TaskHandle): void {
    const now = this.clock.now();
    const entry = handle.metadata as Entry;
    this.admitted(entry, handle);
    const { script, attempts, results } = entry;
    assert(!this.queue.paused, "an attempt started while the queue was paused");
    assertEquals(results, [], "an attempt of a task started that has ended");
    assertGreaterOrEqual(now, entry.notBefore, "an attempt started too early");
    this.#checkOrder(entry);
    const last = attempts.at(-1);
    if (last !== undefined) this.#checkStopped(last, script.grace, now);
    const attempt: Attempt = {
      number: attempts.length + 1,
      startedAt: now,
      called: false,
      settled: false,
      touched: false,
      interruptedAt: undefined,
    };
    attempts.push(attempt);
    assertEquals(handle.attempts, attempt.number);
    assertEquals(handle.status, "running");
    assertLessOrEqual(attempt.number, 1 + script.retries);
    this.live.add(attempt);
    this.#checkWorkers(this.queue.workers);
    this.#checkRate(now);
  }

  /** Of what could start, this came first. */
  #checkOrder(entry: Entry): void {
    for (const other of this.entries) {
      if (other === entry || other.handle?.status !== "pending") continue;
      assert(comesBefore(entry.handle!, other.handle), "a task that came first had to wait");
    }
  }

  /** An attempt that is to be followed by another has stopped, or has had its time for it. */
  #checkStopped(attempt: Attempt, grace: number, now: number): void {
    if (attempt.settled) return;
    assert(attempt.interruptedAt !== undefined, "two attempts of a task overlap");
    if (attempt.touched) assertGreaterOrEqual(now, attempt.interruptedAt + grace);
  }

  #checkWorkers(workers: number): void {
    assertLessOrEqual(this.live.size, workers, "more attempts at once than workers");
  }

  /** The number of workers has been set. */
  resized(before: number): void {
    this.#mostWorkers = Math.max(this.#mostWorkers, before);
  }

  /** An attempt that had lent its worker goes on. */
  goesOn(attempt: Attempt): void {
    if (attempt.interruptedAt !== undefined) return;
    this.live.add(attempt);
    // It had its worker back a moment ago, when there may have been more of them.
    this.#checkWorkers(Math.max(this.#mostWorkers, this.queue.workers));
  }

  #checkRate(now: number): void {
    const { rate, burst } = this.options;
    this.#startTimes.push(now);
    if (rate === undefined) return;
    const within = this.#startTimes.filter((time) => time >= now - 1000).length;
    assertLessOrEqual(within, rate + burst, "too many attempts started within a second");
  }

  retries(handle: TaskHandle, error: unknown): void {
    const now = this.clock.now();
    const entry = handle.metadata as Entry;
    const { script, attempts } = entry;
    const attempt = attempts.at(-1)!;
    this.#retries++;
    if (error instanceof TaskTimeoutError) this.#interrupted(attempt, now);
    else assert(attempt.settled, "an attempt failed before it settled");
    assert(!handle.done, "a task that has ended is to be retried");
    assert(script.retryIf !== "never", "a task is retried that must not be");
    assertLessOrEqual(attempt.number, script.retries);
    const delay = script.retryDelay * script.backoff ** (attempt.number - 1);
    entry.notBefore = now + Math.min(script.maxRetryDelay, delay);
  }

  #interrupted(attempt: Attempt, now: number): void {
    this.live.delete(attempt);
    if (!attempt.settled) attempt.interruptedAt ??= now;
  }

  completes(result: TaskResult): void {
    const now = this.clock.now();
    const entry = result.metadata as Entry;
    this.admitted(entry);
    const { script, attempts, results } = entry;
    results.push(result);
    this.#ended.push(entry);
    assertEquals(results.length, 1, "a task has ended twice");
    assert(Object.isFrozen(result));
    assertEquals(result.attempts, attempts.length);
    const attempt = attempts.at(-1);
    if (attempt !== undefined) this.#interrupted(attempt, now);
    if (result.status === "succeeded") {
      assert(attempt?.settled, "a task succeeded before it settled");
    } else if (result.status === "failed") {
      this.#checkFailure(entry, attempt!, result.error);
      this.#doom(entry);
    } else {
      this.#checkReason(entry, result.reason);
    }
    if (script.detached) return;
  }

  #checkFailure({ script, attempts }: Entry, attempt: Attempt, error: unknown): void {
    assert(
      attempts.length === 1 + script.retries || script.retryIf === "never",
      "a task failed that was to be retried",
    );
    if (error instanceof TaskTimeoutError) {
      assert(script.timeout !== undefined);
      assertGreaterOrEqual(this.clock.now(), attempt.startedAt + script.timeout);
    } else {
      assert(attempt.settled, "a task failed before it settled");
    }
  }

  #checkReason({ script }: Entry, reason: unknown): void {
    if (this.reasons.has(reason)) return;
    assert(reason instanceof TaskCancelledError, `a task was cancelled with ${reason}`);
    const cause = Object.values(CAUSES).find((cause) => reason.message.startsWith(cause));
    assert(cause !== undefined, `a task was cancelled for no reason: ${reason.message}`);
    const { timeout, abort, failure } = CAUSES;
    if (cause === timeout) this.#checkTimeUp();
    else assert(this.causes.has(cause), `nothing has happened for this: ${reason.message}`);
    if (!script.mustComplete) return;
    assert(cause !== failure, "a protected task was cancelled by fail-first");
    if (cause === timeout || cause === abort) {
      assertEquals(this.options.onExit, "cancel", "a protected task was cancelled by a run's end");
    }
  }

  #checkTimeUp(): void {
    const run = this.running;
    assert(run?.script.timeout !== undefined, "a run without a timeout timed out");
    assertGreaterOrEqual(this.clock.now(), run.deadline);
  }

  /** What a failure brings about by fail-first. */
  #doom(failed: Entry): void {
    if (failed.script.detached) return;
    const run = this.running;
    const { failPolicy } = this.options;
    if (failPolicy === "fail-first" || run?.script.failPolicy === "fail-first") {
      this.causes.add(CAUSES.failure);
    }
    // At the end of a run that sets a policy of its own it is open which one counts.
    if (run?.script.failPolicy !== undefined || failPolicy !== "fail-first") return;
    this.#doomed.push(
      ...this.entries.filter((it) => isOutstanding(it) && !it.script.mustComplete),
    );
  }

  // What holds between events

  /** Checks what must hold when all that could happen at this time has happened. */
  checkStill(): void {
    const now = this.clock.now();
    this.#checkCensus();
    this.#checkNothingOverdue(now);
    this.#checkWorkConserving(now);
    this.#checkRun(now);
    this.checkLeftovers();
    for (const { handle } of this.#doomed) assert(handle!.done, "a task survived fail-first");
    this.#doomed = [];
    this.#mostWorkers = 0;
  }

  /** Each task is in one place, and the statistics count them there. */
  #checkCensus(): void {
    const { stats, activeCount, pendingCount } = this.queue;
    const here = this.entries.filter(({ epoch }) => epoch === this.epoch);
    const count = (...statuses: TaskStatus[]) =>
      here.filter(({ handle }) => statuses.includes(handle!.status)).length;
    assertEquals(
      {
        pending: stats.pending,
        scheduled: stats.scheduled,
        active: stats.active,
        succeeded: stats.succeeded,
        failed: stats.failed,
        cancelled: stats.cancelled,
        completed: stats.completed,
        retried: stats.retried,
        abandoned: stats.abandoned,
      },
      {
        pending: count("pending"),
        scheduled: count("scheduled", "retrying"),
        active: count("running"),
        succeeded: count("succeeded"),
        failed: count("failed"),
        cancelled: count("cancelled"),
        completed: this.#ended.length,
        retried: this.#retries,
        abandoned: this.abandoned().length,
      },
    );
    assertEquals([activeCount, pendingCount], [stats.active, stats.pending + stats.scheduled]);
    for (const entry of this.entries) {
      const { handle, results, doneCalls, script, epoch } = entry;
      if (handle === undefined) continue;
      assertEquals(results.length, handle.done ? 1 : 0);
      if (script.how === "submit") assertEquals(doneCalls, results.length);
      if (epoch! < this.epoch) assert(handle.done, "a task outlived a reset");
    }
  }

  /** The attempts that were given up and go on. */
  abandoned(): Attempt[] {
    return this.entries.flatMap(({ attempts }) => attempts).filter((attempt) =>
      attempt.called && !attempt.settled && attempt.interruptedAt !== undefined
    );
  }

  #checkNothingOverdue(now: number): void {
    const waiting = this.entries.filter(({ epoch }) => epoch === undefined);
    if (waiting.length > 0) {
      assert(!this.queue.closed, "someone waits for room in a queue that is closed");
      const { activeCount, pendingCount } = this.queue;
      assert(activeCount + pendingCount >= this.options.size, "someone waits though there is room");
    }
    for (const { handle, script, attempts, notBefore } of this.entries) {
      const attempt = attempts.at(-1);
      if (handle?.status === "running" && script.timeout !== undefined) {
        assert(now < attempt!.startedAt + script.timeout, "an attempt is over its timeout");
      } else if (handle?.status === "scheduled") {
        assert(now < notBefore, "a task is kept beyond its delay");
      } else if (handle?.status === "retrying") {
        const stopping = !attempt!.settled && attempt!.touched &&
          now < attempt!.interruptedAt! + script.grace;
        assert(now < notBefore || stopping, "a retry is kept beyond its delay");
      }
    }
  }

  /** No task waits that could run. */
  #checkWorkConserving(now: number): void {
    const { queue, live } = this;
    if (!this.started || queue.paused || queue.stats.pending === 0) return;
    if (live.size >= queue.workers) return;
    assert(this.#tokens(now) < 1 + 1e-6, "a task waits though a worker is free");
  }

  /** What a bucket holds that `rate` tokens a second fall into, that has room for `burst`. */
  #tokens(now: number): number {
    const { rate, burst } = this.options;
    if (rate === undefined) return Infinity;
    let tokens = burst;
    let then = -Infinity;
    const fill = (time: number) => {
      tokens = Math.min(burst, tokens + (time - then) * rate / 1000);
      then = time;
    };
    for (const time of this.#startTimes) {
      fill(time);
      tokens--;
    }
    fill(now);
    return tokens;
  }

  #checkRun(now: number): void {
    const run = this.running;
    if (run === undefined) return;
    const { deadline } = run;
    const ordinary = this.options.onExit === "cancel"
      ? () => true
      : ({ script }: Entry) => !script.mustComplete;
    if (now >= deadline) {
      for (const entry of this.entries.filter(isOutstanding)) {
        if (entry.handle!.createdAt >= deadline) continue;
        assert(!ordinary(entry), "a task survived the end of the run");
      }
    }
    const over = this.options.mode === "finite" || this.queue.closed || now >= deadline;
    assert(!over || this.entries.some(isOutstanding), "a run goes on though nothing is left to do");
  }

  /** No timer and no listener is there that nobody needs. */
  checkLeftovers(): void {
    assertLessOrEqual(this.timers.size, 1, "more than one timer is set");
    const busy = this.entries.filter((entry) => entry.epoch === undefined || isOutstanding(entry));
    if (busy.length === 0 && this.running === undefined) {
      assertEquals(this.timers.size, 0, "a timer is left");
    }
    const { running } = this;
    // A run that has timed out, and waits for what must be completed, can't be ended once more.
    const endable = running !== undefined && this.clock.now() < running.deadline;
    for (const { signal, listeners } of this.signals) {
      const wanted = !signal.aborted &&
        ((endable && running.signal === signal) || busy.some((entry) => entry.signal === signal));
      assertEquals(listeners.current, wanted ? 1 : 0, "listeners of a signal");
    }
  }

  // What holds in the end

  /** Checks that nothing is left to happen. */
  checkEnd(): void {
    for (const { what, settled } of this.calls) assert(settled, `${what} has not settled`);
    for (const { handle, epoch, results } of this.entries) {
      assert(handle?.done ?? epoch === undefined, "a task has not ended");
      assertEquals(results.length, epoch === undefined ? 0 : 1);
    }
    this.checkStill();
    assertEquals(this.timers.size, 0, "a timer is left");
    for (const { listeners } of this.signals) assertEquals(listeners.current, 0);
    this.#checkResults();
    this.#checkSummaries();
  }

  #checkResults(): void {
    const { retain } = this.options;
    if (this.cleared) return;
    const ids = this.#ended.filter(({ script }) => !script.detached).map(({ results }) =>
      results[0].id
    );
    const kept = retain === "all" ? ids : ids.slice(retain === "none" ? ids.length : -retain);
    assertEquals(this.queue.results.map(({ id }) => id), kept);
  }

  /** Each task is told of by one summary at the most. */
  #checkSummaries(): void {
    const seen = new Set<string>();
    for (const { value: summary, script } of this.runs) {
      if (summary === undefined) continue;
      this.#checkSummary(summary);
      if (summary.timedOut) assert(script.timeout !== undefined);
      for (const { id } of summary.results) {
        assert(!seen.has(id), "two summaries tell of the same task");
        seen.add(id);
      }
    }
    const [told, ended] = [this.#told(), this.#counts()];
    for (const status of ["succeeded", "failed", "cancelled"] as const) {
      assertLessOrEqual(told[status], ended[status], "more is told than has happened");
    }
  }

  #checkSummary(summary: RunSummary): void {
    const { total, succeeded, failed, cancelled, results } = summary;
    assertEquals(total, succeeded + failed + cancelled);
    if (this.options.retain === "all" && !this.cleared && this.epoch === 0) {
      assertEquals(results.length, total);
    }
    assertLessOrEqual(results.length, total);
  }

  /** Checks that the summaries since the last reset tell of each task once. */
  checkAllTold(): void {
    assertEquals(this.#told(), this.#counts(), "the summaries don't add up");
  }

  #told(): { succeeded: number; failed: number; cancelled: number } {
    const summaries = this.runs
      .filter(({ epoch, value }) => epoch === this.epoch && value !== undefined)
      .map(({ value }) => value!);
    const sum = (status: "succeeded" | "failed" | "cancelled") =>
      summaries.reduce((sum, summary) => sum + summary[status], 0);
    return { succeeded: sum("succeeded"), failed: sum("failed"), cancelled: sum("cancelled") };
  }

  #counts(): { succeeded: number; failed: number; cancelled: number } {
    const ended = this.#ended.filter(({ script }) => !script.detached);
    const count = (status: TaskStatus) =>
      ended.filter(({ results }) => results[0].status === status).length;
    return {
      succeeded: count("succeeded"),
      failed: count("failed"),
      cancelled: count("cancelled"),
    };
  }
}

/** By priority, then by order of submission, which the id ends in. */
function comesBefore(a: PlainHandle, b: PlainHandle): boolean {
  const order = ({ id }: PlainHandle) => Number(id.slice(id.lastIndexOf("-") + 1));
  return a.priority < b.priority || (a.priority === b.priority && order(a) < order(b));
}
