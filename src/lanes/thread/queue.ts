import { type Lane, TaskQueue } from "../../queue/queue.ts";
import { Timers } from "../../base/timers.ts";
import { PoolExecutor } from "../pool/host/executor.ts";
import { assertPortable } from "../../portable/assert.ts";
import { POOL_OPTION_CHECKS, type PoolOptions, poolSettings } from "../pool/host/options.ts";
import { runtime } from "../../runtime/here.ts";
import { platformWithSites } from "../../runtime/site.ts";
import { assertThreads, shareMemory } from "../../runtime/threads.ts";
import type { Portable } from "../../portable/portable.ts";
import { ThreadLink } from "./link.ts";
import { ENTRY } from "./module.ts";
import "./takeover.ts";

/**
 * A queue that runs its tasks on a pool of Web Workers: for work that needs the processor. Its tasks are
 * portable: made by `defineTasks`, `importTasks` or `inlineTask`.
 *
 * * Arguments and return values are structured-cloned, or handed over with `transfer`. A typed-array view
 *   sends its own bytes only. What can't be cloned fails that one task with `NotPortableError`.
 * * A task that is cancelled or times out settles at once. If it has asked for its signal (or for
 *   `cancelled`, which turns true even in a loop that never yields), it has `grace` to clean up; then its
 *   worker alone is ended and replaced. Deno can't end a thread that is busy in JavaScript: it is counted in
 *   `stats.abandoned` until it ends by itself, and a warning says so once.
 * * The first task of a module in a worker loads the module there, which is part of its attempt's time. If that fails the
 *   worker is replaced, and another one tries: three for each attempt at the most, none once it is clear that no worker can
 *   load it, but for a retry and after a second.
 * * It is the worker's own measure that says whether an attempt was in time, however late this thread hears of it.
 * * A worker that is sent a task and doesn't begin it, since an earlier task left something behind that keeps it busy, is
 *   replaced (see `startTimeout`). The task goes to another one without an attempt being counted, and fails with
 *   `WorkerCrashError` after three such workers.
 * * Short tasks are sent to a worker several at a time: below 0.5 ms always, below 5 ms from a deep backlog, with a `rate`
 *   never. Their ends are told several at a time too, after 2 ms of work at the latest, 10 ms where a long task comes
 *   behind. What has not begun is taken back for a task that goes before it, for an idle worker and on a pause. So each
 *   worker keeps the order; beside another one a task may begin some milliseconds late.
 * * On Deno a worker that gets one task soon after the other (0.1 ms) waits for the next without sleeping, for 0.1 ms at the
 *   most and while fewer workers than processors are at work: to be woken takes it that long. A task that returns a promise
 *   ends that, after 5 ms its event loop has its turn, and one that has waited in vain sleeps between tasks for 0.5 ms.
 * * In a program made by `bun build --compile` tasks are inline, or of a module that is a further entry point of the build and
 *   found by `importTasks`: the main module is not loaded in workers.
 * * Tasks find standard input empty (`process.stdin`, `Deno.stdin`, `Bun.stdin`, `prompt`). Its descriptor is the program's: what a
 *   task reads by number or by path, and programs that inherit it, take from that.
 * * A worker that dies fails the attempt it was running with `WorkerCrashError`, which may be retried.
 * * When three starts in a row have failed the tasks that wait fail with the error of the start, unless other workers run
 *   them: then another start is tried from time to time, and they fail once none of those has begun a task for
 *   `startTimeout`.
 * * The stack of a task's error names the place of its submission: of 2,000 submissions in a row and of 2 a millisecond
 *   on and on, since to look at the stack takes longer than to submit.
 *
 * @example
 * ```ts
 * import { inlineTask, ThreadQueue } from "@trilane/trilane";
 *
 * const fibonacci = inlineTask(function fibonacci(n: number): number {
 *   return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
 * });
 * await using queue = new ThreadQueue({ workers: 2 });
 * queue.map(fibonacci, [10, 11, 12]);
 * const summary = await queue.run();
 * console.log(summary.succeeded); // 3
 * ```
 */
export class ThreadQueue extends TaskQueue<Portable> {
  /**
   * Makes a queue. Workers are started when there are tasks for them.
   *
   * @param options The queue's options. `workers` is by default one for each core, 32 at the most.
   * @throws {TypeError} When an option is unknown or of the wrong type.
   * @throws {RangeError} When an option's value is out of range.
   * @throws {NotPortableError} When `initializer` is not a portable task.
   * @throws {TrilaneError} When there are no threads, as in a page that may not start Web Workers.
   */
  constructor(options: PoolOptions = {}) {
    super(options, lane(options));
  }
}

function lane(given: PoolOptions): Lane {
  const options = { ...given };
  return {
    checks: POOL_OPTION_CHECKS,
    platform: platformWithSites,
    assertTask: (fn) => assertPortable(fn, "A task of a ThreadQueue must be a portable task"),
    createExecutor(host) {
      assertThreads("ThreadQueue");
      const { workerUrl } = options;
      const module = workerUrl === undefined ? ENTRY : { url: new URL(workerUrl) };
      const sharesMemory = shareMemory();
      const pool = poolSettings(options, runtime.cores, runtime.spinners);
      return new PoolExecutor(
        host,
        sharesMemory ? pool : { ...pool, ahead: false, spinners: 0 },
        (afterFire) => new Timers(options.clock ?? runtime.quietClock, afterFire, host.atHome),
        (greeting, listener) => new ThreadLink(greeting, listener, module, sharesMemory),
      );
    },
  };
}
