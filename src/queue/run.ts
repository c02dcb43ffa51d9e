import { checks, oneOf, type OptionChecks, ownOptions } from "../base/checks.ts";
import { TaskCancelledError, TaskTimeoutError } from "../base/errors.ts";
import { listen, type SignalListener, unlisten } from "../base/signals.ts";
import type { Timed } from "../base/timers.ts";
import type { Engine } from "../engine/engine.ts";
import type { QueueOptions } from "../engine/options.ts";
import { RunSummary } from "./summary.ts";

/**
 * How one `run()` runs.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type RunOptions } from "@trilane/trilane";
 *
 * const strict: RunOptions = { strict: true, failPolicy: "fail-first", timeout: 60_000 };
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * console.log((await queue.run(strict)).succeeded); // 3
 * ```
 */
export interface RunOptions {
  /** Milliseconds until the run is ended. Default: the queue's `timeout`. */
  readonly timeout?: number;
  /** Whether a failed task makes `run()` reject with `ExecutionError` once the run is over. Default `false`. */
  readonly strict?: boolean;
  /** Default: the queue's `failPolicy`. */
  readonly failPolicy?: "continue" | "fail-first";
  /** Aborting it ends the run as its timeout would; then `run()` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The options of `run()`. */
export const RUN_OPTION_CHECKS: OptionChecks = {
  timeout: checks.positive,
  strict: checks.boolean,
  failPolicy: oneOf("continue", "fail-first"),
  signal: checks.signal,
};

/**
 * One `run()` of a queue: from its start to the summary.
 *
 * @param engine The queue's engine.
 * @param queue The queue's options.
 * @param options The run's own.
 * @returns The summary of all that ended since the last one.
 */
export async function runEngine(
  engine: Engine,
  queue: QueueOptions,
  options: RunOptions,
): Promise<RunSummary> {
  const own = ownOptions("run", options, RUN_OPTION_CHECKS);
  engine.admission.assertOpen("run");
  const { timeout = queue.timeout, strict = false, signal } = own;
  const ordinary = engine.failFirst;
  const startedAt = engine.clock.now();
  if (own.failPolicy !== undefined) engine.failFirst = own.failPolicy === "fail-first";
  const infinite = queue.mode === "infinite";
  const done = () => engine.outstanding === 0 && (!infinite || engine.closed);
  const limit = new RunLimit(engine, { timeout, signal, done }, queue.onExit === "cancel");
  try {
    // What was told of a cancelled task may have shut the queue down, which starts it if need be.
    if (!engine.closed) await engine.lifecycle.start();
    await untilOver(engine, limit, done);
  } finally {
    limit.clear();
    engine.failFirst = ordinary;
  }
  const { ended } = limit;
  if (ended?.aborted) throw ended.cause;
  const { tally, tasks } = engine.history.settle();
  const duration = engine.clock.now() - startedAt;
  const summary = new RunSummary(tally, () => tasks.map((task) => task.result()), {
    timedOut: ended !== undefined,
    startedAt,
    duration,
  });
  if (strict) summary.throwIfFailed();
  return summary;
}

/** Waits for the work to be done or, once the limit is reached, for the rest that has to be. */
async function untilOver(engine: Engine, limit: RunLimit, done: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    engine.milestones.when(
      () => limit.isOver || (limit.ended === undefined ? done() : engine.protected === 0),
      () => {
        limit.clear();
        resolve();
      },
    );
  });
}

/**
 * The end of a run's time and the signal that ends it. It cancels within the timer's callback or the abort
 * itself: tasks that never yield would all run before a promise of it were heard.
 */
class RunLimit implements Timed, SignalListener {
  /** How the run was ended early. */
  ended: { readonly aborted: boolean; readonly cause: unknown } | undefined;
  /** Whether nothing was left when its time was up. */
  isOver = false;
  timer = 0;
  readonly #engine: Engine;
  readonly #timeout: number;
  readonly #signal: AbortSignal | undefined;
  readonly #done: () => boolean;
  readonly #protectedToo: boolean;

  constructor(
    engine: Engine,
    limits: { readonly timeout?: number; readonly signal?: AbortSignal; done(): boolean },
    protectedToo: boolean,
  ) {
    const { timeout = Infinity, signal, done } = limits;
    this.#engine = engine;
    this.#timeout = timeout;
    this.#signal = signal;
    this.#done = done;
    this.#protectedToo = protectedToo;
    if (signal?.aborted) {
      this.aborted(signal.reason);
      return;
    }
    if (signal !== undefined) listen(signal, this);
    if (timeout !== Infinity) engine.timers.addIn(this, timeout);
  }

  aborted(reason: unknown): void {
    this.#end(true, reason, "the run was aborted");
  }

  expire(): void {
    // The last task may have taken that long without yielding: it has ended the run, whatever comes before that is seen.
    if (this.#done()) {
      this.isOver = true;
      return this.#engine.checkMilestones();
    }
    const error = new TaskTimeoutError(`The run took longer than ${this.#timeout} ms`);
    this.#end(false, error, "the run's time was up");
  }

  clear(): void {
    this.#engine.timers.remove(this);
    if (this.#signal !== undefined) unlisten(this.#signal, this);
  }

  #end(aborted: boolean, cause: unknown, why: string): void {
    this.ended = { aborted, cause };
    this.clear();
    this.#engine.cancelAll(
      this.#protectedToo,
      () => new TaskCancelledError(`Cancelled because ${why}`, { cause }),
    );
    this.#engine.checkMilestones();
  }
}
