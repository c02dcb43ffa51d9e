import { show } from "../base/errors.ts";
import type { Hooks } from "../engine/announcer.ts";
import type { KeyLoad } from "../engine/options.ts";
import type { QueueStats } from "../queue/queue.ts";
import { explanation, nameOf, textField } from "../report/attempts.ts";
import { STATUSES } from "../report/page_data.ts";
import type { TaskHandle } from "../task/handle.ts";
import type { TaskResult } from "../task/result.ts";
import { bucketOf, RecentHistogram } from "./histogram.ts";
import { inputOf, shortened } from "./input.ts";
import { Seconds } from "./seconds.ts";
import { type Cause, CauseTallies, KindTallies } from "./tallies.ts";
import {
  type Counts,
  type LiveAttempt,
  type LiveBlock,
  type Overview,
  type QueueState,
  TIMELINE_MS,
  type Update,
} from "./updates.ts";

/**
 * What a dashboard asks of a queue. Every lane's queue has it.
 *
 * @example
 * ```ts
 * import { AsyncQueue, inlineTask, ThreadQueue } from "@trilane/trilane";
 * import { dashboard, type WatchedQueue } from "@trilane/trilane/dashboard";
 *
 * await using io = new AsyncQueue();
 * await using cpu = new ThreadQueue({ workers: 1 });
 * const queues: Record<string, WatchedQueue> = { io, cpu };
 * await using page = await dashboard(queues);
 * console.log(`See ${page.url}`);
 * await cpu.submit(inlineTask(() => 1));
 * ```
 */
export interface WatchedQueue {
  /** What the queue is doing, in numbers. */
  readonly stats: QueueStats;
  /** How many attempts may run at once. */
  readonly workers: number;
  /** Adds hooks. */
  observe(hooks: Hooks): Disposable;
  /** What waits and runs under each key of its limits. A queue that knows no limits has none. */
  keyLoads?(): Iterable<KeyLoad>;
}

/** What ended between two ticks, as the timeline shows it. */
interface Tick {
  readonly number: number;
  readonly at: number;
  readonly attempts: readonly LiveAttempt[];
  readonly blocks: readonly LiveBlock[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Attempts drawn one by one between two updates; the others are put together by worker. */
const MAX_DETAILED = 50;
/** Of failures and the like there are as many more. */
const MAX_DETAILED_FAILURES = 50;
/** Attempts on workers of higher numbers are counted, but not told of while they run. */
const MAX_WORKER = 10_000;
const SHOWN_RUNNING = 64;
/** More workers than this are not drawn. */
const MAX_ROWS = 256;
const SHOWN_KEYS = 50;
/** Those that came first are looked at, so that millions of keys take no more time. */
const MAX_KEYS = 5_000;
const MAX_MESSAGE = 500;
const MAX_STACK = 4_000;
/** Long enough not to jump, short enough to be what happens now. */
const RATE_SECONDS = 5;
const TREND_SECONDS = 10;
/** A backlog that shrinks by less than this part of what ends is not on its way to be empty. */
const MIN_TREND = 0.1;
const [SUCCEEDED, FAILED, CANCELLED, RETRIED, RUNNING] = STATUSES.map((_, i) => i) as [
  number,
  number,
  number,
  number,
  number,
];

/**
 * Watches a queue: counts what its hooks tell of, at a cost that doesn't depend on how much that has been, and in room that
 * has a limit.
 */
export class Recorder implements Disposable {
  readonly #queue: WatchedQueue;
  readonly #label: string;
  readonly #now: () => number;
  readonly #start: number;
  readonly #hooks: Disposable;
  /** By worker, the task that it was given last and when: to look tasks up by id takes several times as long. */
  readonly #handles: (TaskHandle | undefined)[] = [];
  readonly #startedAt: number[] = [];
  readonly #seconds: Seconds;
  readonly #wait: RecentHistogram;
  readonly #run: RecentHistogram;
  readonly #kinds = new KindTallies();
  readonly #failures = new CauseTallies();
  readonly #retries = new CauseTallies();
  readonly #cancellations = new CauseTallies();
  /** What the timeline shows, tick by tick. */
  #ticks: Tick[] = [];
  #lastTick = 0;
  #lastActive = 0;
  /** Since the last tick. */
  #newAttempts: LiveAttempt[] = [];
  readonly #newBlocks = new Map<number, Mutable<LiveBlock>>();
  #newFailures = 0;
  /** How many run, and how many did at once since the last tick: short tasks are gone when it comes. */
  #running = 0;
  #mostRunning = 0;

  /**
   * Starts to watch.
   *
   * @param queue The queue.
   * @param label What to call it.
   * @param now The time line that results are on. Default: `performance.now()`.
   */
  constructor(queue: WatchedQueue, label: string, now: () => number = () => performance.now()) {
    this.#queue = queue;
    this.#label = label;
    this.#now = now;
    this.#start = now();
    this.#seconds = new Seconds(this.#start);
    this.#wait = new RecentHistogram(this.#start);
    this.#run = new RecentHistogram(this.#start);
    this.#hooks = queue.observe({
      onStart: (handle) => this.#started(handle),
      onRetry: (handle, error) => this.#retried(handle, error),
      onComplete: (result) => this.#ended(result),
    });
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    this.#hooks[Symbol.dispose]();
    this.#handles.length = 0;
  }

  /** Moves on to the present, and settles what has been told of since the last time. */
  tick(): void {
    const now = this.#now();
    const { pending, active } = this.#queue.stats;
    this.#seconds.advance(now, pending, Math.max(active, this.#mostRunning));
    this.#wait.advance(now);
    this.#run.advance(now);
    const attempts = this.#newAttempts;
    const blocks = [...this.#newBlocks.values()];
    const number = ++this.#lastTick;
    if (attempts.length > 0 || this.#mostRunning > 0 || active > 0) this.#lastActive = number;
    this.#newAttempts = [];
    this.#newBlocks.clear();
    this.#newFailures = this.#mostRunning = 0;
    // A task that was cancelled while it waited for its retry has been counted out twice.
    this.#running = active;
    // Tasks that have ended are let go, with their values.
    this.#handles.forEach((handle, worker) => {
      if (handle?.done) this.#handles[worker] = undefined;
    });
    const at = now - this.#start;
    if (attempts.length > 0) this.#ticks.push({ number, at, attempts, blocks });
    const shown = this.#ticks.findIndex((tick) => tick.at >= at - TIMELINE_MS);
    this.#ticks.splice(0, shown < 0 ? Infinity : shown);
  }

  /** The number of the last tick. */
  get lastTick(): number {
    return this.#lastTick;
  }

  /** For how many ticks nothing has run. */
  get quietTicks(): number {
    return this.#lastTick - this.#lastActive;
  }

  /** What of the timeline is from after a tick. */
  timelineSince(number: number): Pick<Update, "attempts" | "blocks"> {
    const ticks = this.#ticks.filter((tick) => tick.number > number);
    return {
      attempts: ticks.flatMap(({ attempts }) => attempts),
      blocks: ticks.flatMap(({ blocks }) => blocks),
    };
  }

  overview(): Overview {
    const { stats } = this.#queue;
    return {
      label: this.#label,
      state: stateOf(stats),
      waiting: stats.pending,
      running: stats.active,
      failed: stats.failed,
      ended: stats.completed,
      perSecond: this.#seconds.rate(RATE_SECONDS),
    };
  }

  /** All but what has ended since the last update. */
  state(): Omit<Update, "instance" | "whole" | "queues" | "queue" | "attempts" | "blocks"> {
    return {
      now: this.#now() - this.#start,
      counts: this.#counts(),
      perSecond: this.#seconds.rate(RATE_SECONDS),
      emptyIn: this.#emptyIn(),
      seconds: this.#seconds.series(),
      latency: {
        recent: { wait: this.#wait.recent(), run: this.#run.recent() },
        all: { wait: this.#wait.all(), run: this.#run.all() },
      },
      kinds: this.#kinds.listed(),
      failures: this.#failures.listed(),
      retries: this.#retries.listed(),
      cancellations: this.#cancellations.listed(),
      keys: this.#keys(),
      running: this.#listRunning(),
    };
  }

  #started(handle: TaskHandle): void {
    if (++this.#running > this.#mostRunning) this.#mostRunning = this.#running;
    const worker = workerOf(handle);
    if (worker > MAX_WORKER) return;
    this.#handles[worker] = handle;
    this.#startedAt[worker] = this.#now();
  }

  #retried(handle: TaskHandle, error: unknown): void {
    this.#running--;
    this.#kinds.of(shortened(handle.name)).retries++;
    const cause = causeOf(error, textField(error, "message") ?? show(error), handle);
    this.#retries.add(cause);
    const worker = workerOf(handle);
    if (this.#handles[worker] !== handle) return;
    this.#handles[worker] = undefined;
    this.#draw({
      ...{ id: handle.id, name: shortened(handle.name), worker, number: handle.attempts },
      ...{ input: inputOf(handle), from: this.#startedAt[worker]!, to: this.#now() },
      status: RETRIED,
      message: explained(cause),
    });
  }

  #ended(result: TaskResult): void {
    const { name, status, startedAt, finishedAt, duration } = result;
    this.#seconds.count(status, finishedAt);
    const kind = this.#kinds.of(shortened(name));
    kind.tasks++;
    if (status === "failed") kind.failed++;
    if (startedAt !== undefined) {
      this.#running--;
      kind.busy += duration;
      const bucket = bucketOf(duration);
      kind.run.add(duration, bucket);
      this.#run.add(duration, bucket);
      this.#wait.add(startedAt - (result.scheduledFor ?? result.createdAt));
    }
    if (status !== "succeeded") this.#fell(result);
    else if (this.#newAttempts.length >= MAX_DETAILED) this.#join(result);
    else if (startedAt !== undefined) this.#drawEnd(result, SUCCEEDED, null);
  }

  /** A task has failed or was cancelled. */
  #fell(result: TaskResult): void {
    const failed = result.status === "failed";
    const error = result.status === "failed"
      ? result.error
      : (result as { readonly reason?: unknown }).reason;
    const cause = causeOf(error, result.message ?? "", result);
    (failed ? this.#failures : this.#cancellations).add(cause);
    if (result.startedAt === undefined) return;
    this.#drawEnd(result, failed ? FAILED : CANCELLED, explained(cause));
  }

  #drawEnd(result: TaskResult, status: number, message: string | null): void {
    this.#draw({
      ...{ id: result.id, name: shortened(result.name), worker: result.workerId ?? 0 },
      ...{ number: result.attempts, input: inputOf(result) },
      ...{ from: startOf(result), to: result.finishedAt },
      ...{ status, message },
    });
  }

  /** Draws an attempt one by one, if there is room. Its times are on the time line of results. */
  #draw(attempt: Omit<LiveAttempt, "to"> & { readonly to: number }): void {
    if (attempt.worker > MAX_ROWS) return;
    if (attempt.status !== SUCCEEDED && ++this.#newFailures > MAX_DETAILED_FAILURES) return;
    const { from, to } = attempt;
    this.#newAttempts.push({ ...attempt, from: this.#since(from), to: this.#since(to) });
  }

  /** Draws an attempt together with others of its worker. */
  #join(result: TaskResult): void {
    const worker = result.workerId ?? 0;
    if (worker > MAX_ROWS || result.startedAt === undefined) return;
    const from = this.#since(startOf(result));
    const to = this.#since(result.finishedAt);
    const block = this.#newBlocks.get(worker);
    if (block === undefined) {
      this.#newBlocks.set(worker, { worker, from, to, count: 1, busy: to - from });
      return;
    }
    block.from = Math.min(block.from, from);
    block.to = Math.max(block.to, to);
    block.count++;
    block.busy += to - from;
  }

  #since(time: number): number {
    return time - this.#start;
  }

  #counts(): Counts {
    const { stats, workers } = this.#queue;
    return {
      ...{ waiting: stats.pending, scheduled: stats.scheduled, running: stats.active },
      // JSON knows no Infinity.
      workers: Number.isFinite(workers) ? workers : stats.active,
      ...{ succeeded: stats.succeeded, failed: stats.failed, cancelled: stats.cancelled },
      ...{ retried: stats.retried, abandoned: stats.abandoned },
      ...{ limited: stats.limited, blocked: stats.blocked },
    };
  }

  /** When all that there is will have ended, if no more is submitted than now: a stream is filled up all the time. */
  #emptyIn(): number | null {
    const { pending, scheduled, active } = this.#queue.stats;
    const ended = this.#seconds.rate(RATE_SECONDS);
    const gone = pending === 0 ? ended : this.#seconds.shrinkage(TREND_SECONDS);
    const left = pending + scheduled + active;
    if (left === 0 || gone <= ended * MIN_TREND) return null;
    return left / gone * 1000;
  }

  /** The keys that hold back the most. */
  #keys(): KeyLoad[] {
    const loads: KeyLoad[] = [];
    for (const load of this.#queue.keyLoads?.() ?? []) {
      if (loads.push(load) === MAX_KEYS) break;
    }
    return loads.sort((a, b) => b.waiting - a.waiting || b.running - a.running).slice(0, SHOWN_KEYS)
      .map((load) => ({ ...load, key: shortened(load.key), limit: shortened(load.limit) }));
  }

  /** Those that have run the longest. */
  #listRunning(): LiveAttempt[] {
    const listed: LiveAttempt[] = [];
    this.#handles.forEach((handle, worker) => {
      if (handle?.status !== "running") return;
      listed.push({
        ...{ id: handle.id, name: shortened(handle.name), worker, number: handle.attempts },
        ...{ input: inputOf(handle), from: this.#since(this.#startedAt[worker]!), to: null },
        ...{ status: RUNNING, message: null },
      });
    });
    return listed.sort((a, b) => a.from - b.from).slice(0, SHOWN_RUNNING);
  }
}

function stateOf({ closed, paused, active, pending, scheduled, blocked }: QueueStats): QueueState {
  if (closed) return "closed";
  if (paused) return "paused";
  if (active > 0) return "running";
  return pending + scheduled + blocked > 0 ? "waiting" : "idle";
}

/** When its last attempt started: of tasks that were retried the result tells the first start. */
function startOf(result: TaskResult): number {
  return result.attemptHistory?.at(-1)?.startedAt ?? result.startedAt!;
}

/** The worker that runs an attempt: tasks have it, though handles don't promise it. */
function workerOf(handle: TaskHandle): number {
  return (handle as { readonly workerId?: number }).workerId ?? 0;
}

function causeOf(
  error: unknown,
  message: string,
  { id, name }: { readonly id: string; readonly name: string },
): Cause {
  const errorName = nameOf(error);
  return {
    errorName: errorName === undefined ? undefined : shortened(errorName),
    message,
    stack: textField(error, "stack")?.slice(0, MAX_STACK),
    example: { id, name: shortened(name) },
  };
}

function explained(cause: Cause): string {
  return explanation(cause)!.slice(0, MAX_MESSAGE);
}
