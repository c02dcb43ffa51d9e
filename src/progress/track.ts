import process from "node:process";
import { checkOptions, checks, type OptionChecks } from "../base/checks.ts";
import type { Clock } from "../base/clock.ts";
import { show } from "../base/errors.ts";
import { QUEUE_OPTION_CHECKS } from "../engine/options.ts";
import type { QueueStats } from "../queue/queue.ts";
import { runtime } from "../runtime/here.ts";
import { logLine, type State, terminalLine } from "./line.ts";

/**
 * Where progress is shown. A stream of `node:process` or anything like it.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type ProgressOutput, trackProgress } from "@trilane/trilane";
 *
 * const lines: string[] = [];
 * const log: ProgressOutput = { write: (text) => lines.push(text) };
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * {
 *   using _progress = trackProgress(queue, { output: log });
 *   await queue.run();
 * }
 * console.log(lines.at(-1)!.startsWith("100%, 3/3")); // true
 * ```
 */
export interface ProgressOutput {
  /** Whether it is a terminal. */
  readonly isTTY?: boolean;
  /** How many columns the terminal has now; 80 if it doesn't say. */
  readonly columns?: number;
  /**
   * Writes text.
   *
   * @param text What to write.
   */
  write(text: string): unknown;
}

/**
 * How progress is shown.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type ProgressOptions, trackProgress } from "@trilane/trilane";
 *
 * let bytes = 0;
 * const options: ProgressOptions = { total: 3, detail: () => `${bytes} bytes` };
 * await using queue = new AsyncQueue();
 * using _progress = trackProgress(queue, options);
 * queue.map((n: number) => bytes += n, [1, 2, 3]);
 * await queue.run();
 * ```
 */
export interface ProgressOptions {
  /**
   * How many tasks there are to do, or a function that is asked each time; `Infinity` when nobody knows,
   * as of a stream. Default: those that have been submitted so far. Tasks that ended before the call count if there is
   * room for them, beside those that are outstanding: they are the part of a batch that a checkpoint had.
   */
  readonly total?: number | (() => number);
  /** Asked each time for what else to say, in a few words, where there is room. */
  readonly detail?: () => string;
  /** Where to show it. Default: standard error. */
  readonly output?: ProgressOutput;
  /** Where time comes from. Default: the system's clock. For tests. */
  readonly clock?: Clock;
}

/**
 * Progress that is being shown. Disposing of it is the same as `stop()`.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type ProgressDisplay, trackProgress } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * const progress: ProgressDisplay = trackProgress(queue);
 * await queue.run();
 * progress.clear();
 * console.log("Done"); // Done
 * progress.stop();
 * ```
 */
export interface ProgressDisplay extends Disposable {
  /**
   * Takes the bar away until it is drawn again, a tenth of a second later at the most: call it before anything else
   * is printed to the same terminal.
   */
  clear(): void;
  /** Draws the bar again as it was: call it after something was printed that it had been taken away for. */
  redraw(): void;
  /** Ends it: the bar is taken away, a log is told where it has ended. */
  stop(): void;
}

const PROGRESS_OPTION_CHECKS: OptionChecks = {
  total: (name, value) => {
    if (typeof value !== "function") checks.notNegative(name, value);
  },
  detail: checks.function,
  output: (name, value) => {
    if (typeof (value as ProgressOutput | null)?.write === "function") return;
    throw new TypeError(`${name} must have a method 'write': got ${show(value)}`);
  },
  clock: QUEUE_OPTION_CHECKS.clock,
};

const DEFAULT_COLUMNS = 80;

const REDRAW_AFTER_MS = 100;

/** Where there is no terminal, as in a log. */
const LOG_AFTER_MS = 5_000;

/** What the rate is taken over: over less it would jump about. */
const RATE_WINDOW_MS = 5_000;

/**
 * Shows how far a queue is: the tasks that have ended since this call, how many end in a second, how long the rest will
 * take, and how many have failed and been retried. In a terminal as a bar that is redrawn ten times a second; elsewhere,
 * as in a log, as a line every five seconds and at the end. It looks at `stats` alone, so all hooks are the program's own,
 * and it doesn't keep a program alive.
 *
 * @param queue The queue.
 * @param options How to show it.
 * @returns What ends it, by `stop()` or by `using`.
 * @throws {TypeError} When `queue` has no `stats`, or an option is unknown or of the wrong type.
 * @throws {RangeError} When an option's value is out of range.
 * @throws What a `total` that is a function throws at this call. What one throws later is reported.
 *
 * @example
 * ```ts
 * import { AsyncQueue, trackProgress } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * using _progress = trackProgress(queue);
 * await queue.run();
 * ```
 */
export function trackProgress(
  queue: { readonly stats: QueueStats },
  options: ProgressOptions = {},
): ProgressDisplay {
  if (typeof queue?.stats?.completed !== "number") {
    throw new TypeError(`Progress can only be shown of a queue: got ${show(queue)}`);
  }
  checkOptions("progress", options, PROGRESS_OPTION_CHECKS);
  return new Display(queue, options);
}

/** What a queue had behind it. */
type Ended = Pick<QueueStats, "completed" | "failed" | "retried">;

const NONE_ENDED: Ended = { completed: 0, failed: 0, retried: 0 };

function outstanding({ pending, scheduled, active }: QueueStats): number {
  return pending + scheduled + active;
}

/**
 * What is not counted. Tasks that have ended count when the total has room for them: then they are part of the batch.
 * While nothing is outstanding the batch is probably still to come, unless all of it has ended.
 */
function beforeAll(stats: QueueStats, total: ProgressOptions["total"]): Ended {
  const expected = typeof total === "function" ? total() : total ?? 0;
  const open = outstanding(stats);
  const known = stats.completed + open;
  const isPart = expected !== Infinity && (open > 0 ? known <= expected : known === expected);
  return isPart ? NONE_ENDED : stats;
}

/** How many tasks had ended at a time. */
interface Sample {
  readonly time: number;
  readonly done: number;
}

/**
 * How it works: a line is drawn over the one before, and then the cursor goes back to its start. So whatever
 * a terminal makes of the line when its width changes is behind the cursor, where it can be erased.
 */
class Display implements ProgressDisplay {
  readonly #queue: { readonly stats: QueueStats };
  readonly #options: ProgressOptions;
  readonly #output: ProgressOutput;
  readonly #clock: Clock;
  readonly #startedAt: number;
  /** What is not counted: it was before. */
  #before: Ended;
  /** The first is the one that the rate counts from. */
  readonly #samples: Sample[];
  #timer: unknown;
  /** What the bar said last. */
  #last: State | undefined;
  #drawn = false;
  #stopped = false;

  constructor(queue: { readonly stats: QueueStats }, options: ProgressOptions) {
    this.#queue = queue;
    this.#options = { ...options };
    this.#output = options.output ?? process.stderr;
    this.#clock = options.clock ?? runtime.quietClock;
    this.#startedAt = this.#clock.now();
    this.#before = beforeAll(queue.stats, options.total);
    const done = queue.stats.completed - this.#before.completed;
    this.#samples = [{ time: this.#startedAt, done }];
    this.#wait();
  }

  clear(): void {
    if (this.#drawn) this.#output.write("\x1b[J");
    this.#drawn = false;
  }

  redraw(): void {
    if (!this.#stopped && !this.#drawn && this.#last !== undefined) this.#draw(this.#last);
  }

  stop(): void {
    if (this.#stopped) return;
    if (!this.#output.isTTY) this.#show();
    this.#end();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #end(): void {
    this.#stopped = true;
    this.#clock.clearTimer(this.#timer);
    this.clear();
  }

  #wait(): void {
    const interval = this.#output.isTTY ? REDRAW_AFTER_MS : LOG_AFTER_MS;
    this.#timer = this.#clock.setTimer(() => {
      this.#show();
      if (!this.#stopped) this.#wait();
    }, interval);
  }

  #show(): void {
    try {
      const state = this.#state();
      if (this.#output.isTTY) this.#draw(state);
      else this.#output.write(`${logLine(state)}\n`);
    } catch (error) {
      // The caller's function has thrown; it would again.
      this.#end();
      runtime.report(error);
    }
  }

  #draw(state: State): void {
    const line = terminalLine(state, this.#output.columns || DEFAULT_COLUMNS);
    this.#output.write(`\r${line}\x1b[J\r`);
    this.#drawn = true;
    this.#last = state;
  }

  #state(): State {
    const { stats } = this.#queue;
    // It has been reset: what was before is no more.
    if (stats.completed < this.#before.completed) {
      this.#before = NONE_ENDED;
    }
    const now = this.#clock.now();
    const done = stats.completed - this.#before.completed;
    const { total, detail } = this.#options;
    const submitted = done + outstanding(stats);
    return {
      done,
      total: Math.max(done, typeof total === "function" ? total() : total ?? submitted),
      failed: stats.failed - this.#before.failed,
      retried: stats.retried - this.#before.retried,
      rate: this.#rate({ time: now, done }),
      elapsed: now - this.#startedAt,
      detail: detail?.() ?? "",
    };
  }

  #rate(now: Sample): number {
    const samples = this.#samples;
    samples.push(now);
    while (samples[1].time <= now.time - RATE_WINDOW_MS) samples.shift();
    const seconds = (now.time - samples[0].time) / 1000;
    return seconds > 0 ? Math.max(0, now.done - samples[0].done) / seconds : 0;
  }
}
