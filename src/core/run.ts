import type { Engine } from "./engine.ts";
import { TaskCancelledError } from "./errors.ts";
import { checkOptions, type QueueOptions, RUN_OPTION_CHECKS, type RunOptions } from "./options.ts";
import { RunSummary } from "./summary.ts";
import { waitFor } from "./wait.ts";

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
  checkOptions("run", options, RUN_OPTION_CHECKS);
  const { timeout = queue.timeout, strict = false, signal } = options;
  const ordinary = engine.failFirst;
  const from = engine.clock.now();
  if (options.failPolicy !== undefined) engine.failFirst = options.failPolicy === "fail-first";
  let timedOut = false;
  try {
    await engine.start();
    await untilOver(engine, queue.mode === "infinite", { timeout, signal });
  } catch (error) {
    if (!(error instanceof RunEnded)) throw error;
    timedOut = !error.aborted;
    await endEarly(engine, queue.onExit === "cancel", error);
    if (error.aborted) throw error.cause;
  } finally {
    engine.failFirst = ordinary;
  }
  const { tally, tasks } = engine.history.settle();
  const duration = engine.clock.now() - from;
  const summary = new RunSummary(tally, () => tasks.map((task) => task.result()), {
    timedOut,
    duration,
  });
  if (strict) summary.throwIfFailed();
  return summary;
}

/** A run's time was up, or its signal aborted. */
class RunEnded extends Error {
  constructor(readonly aborted: boolean, cause: unknown) {
    super(aborted ? "the run was aborted" : "the run's time was up", { cause });
  }
}

async function untilOver(
  engine: Engine,
  infinite: boolean,
  limits: { timeout?: number; signal?: AbortSignal },
): Promise<void> {
  const over = () => engine.outstanding === 0 && (!infinite || engine.closed);
  try {
    await waitFor<void>(
      (resolve) => engine.when(over, resolve),
      limits,
      engine.timers,
      () => "The run",
    );
  } catch (error) {
    const { signal } = limits;
    throw new RunEnded(signal !== undefined && signal.aborted && error === signal.reason, error);
  }
}

/** Cancels what may be cancelled and waits for the rest. */
async function endEarly(engine: Engine, protectedToo: boolean, ended: RunEnded): Promise<void> {
  engine.cancelAll(
    protectedToo,
    () => new TaskCancelledError(`Cancelled because ${ended.message}`, { cause: ended.cause }),
  );
  await new Promise<void>((resolve) => engine.when(() => engine.protected === 0, resolve));
}
