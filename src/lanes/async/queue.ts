import { checks, type OptionChecks } from "../../base/checks.ts";
import { show } from "../../base/errors.ts";
import { QUEUE_OPTION_CHECKS, type QueueOptions } from "../../engine/options.ts";
import { type Lane, TaskQueue } from "../../queue/queue.ts";
import { runtime } from "../../runtime/here.ts";
import { AsyncExecutor } from "./executor.ts";

/** The options of an {@linkcode AsyncQueue}: any number of functions can wait at once. */
export const ASYNC_OPTION_CHECKS: OptionChecks = {
  ...QUEUE_OPTION_CHECKS,
  workers: checks.countOrUnlimited,
};

/**
 * A queue that runs its tasks on the event loop: for work that waits (network, files, databases), with
 * any function, synchronous or not.
 *
 * JavaScript can't stop a function that ignores its signal. A task that is cancelled or times out settles
 * at once and gives its slot on; its function goes on unobserved and is counted in `stats.abandoned`
 * until it settles.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue({ workers: 4 });
 * const hello = queue.submit(async (name: string) => {
 *   await Promise.resolve();
 *   return `Hello ${name}`;
 * }, ["you"], { retries: 2, timeout: 1000 });
 * const summary = await queue.run();
 * console.log(summary.ok, await hello.value()); // true Hello you
 * ```
 */
export class AsyncQueue extends TaskQueue {
  /**
   * Makes a queue. Nothing runs before `start()`, `run()` or the like.
   *
   * @param options The queue's options. `workers` is by default four for each core, 32 at the most; Infinity is allowed.
   * @throws {TypeError} When an option is unknown or of the wrong type.
   * @throws {RangeError} When an option's value is out of range.
   */
  constructor(options: QueueOptions = {}) {
    super(options, lane(options));
  }
}

function lane(given: QueueOptions): Lane {
  const options = { ...given };
  return {
    checks: ASYNC_OPTION_CHECKS,
    platform: runtime,
    assertTask,
    createExecutor: (host) =>
      new AsyncExecutor(host, options.workers ?? Math.min(32, runtime.cores * 4)),
  };
}

function assertTask(fn: unknown): void {
  if (typeof fn === "function") return;
  if (fn instanceof Promise) {
    throw new TypeError(
      "A task must be a function: got a promise, whose work has already started; submit the function that makes it",
    );
  }
  throw new TypeError(`A task must be a function: got ${show(fn)}`);
}
