import { checks, type OptionChecks } from "../base/checks.ts";
import { Timers } from "../base/timers.ts";
import { QUEUE_OPTION_CHECKS, type QueueOptions } from "../engine/options.ts";
import { PoolExecutor } from "../lanes/pool/host/executor.ts";
import { poolSettings } from "../lanes/pool/host/options.ts";
import { assertPortable } from "../portable/assert.ts";
import type { Portable } from "../portable/portable.ts";
import { type Lane, TaskQueue } from "../queue/queue.ts";
import { runtime } from "../runtime/here.ts";
import { platformWithSites } from "../runtime/site.ts";
import { contextCaller, stackCaller } from "../task/context.ts";
import type { Faults } from "./faults.ts";
import { InlineLink } from "./inline_link.ts";

/**
 * How an {@linkcode InlineQueue} runs.
 *
 * @example
 * ```ts
 * import { inlineTask } from "@trilane/trilane";
 * import { type InlineOptions, InlineQueue, VirtualClock } from "@trilane/trilane/testing";
 *
 * const clock = new VirtualClock();
 * const options: InlineOptions = { workers: 1, clock };
 * await using queue = new InlineQueue(options);
 * const handle = queue.submit(inlineTask(() => "later"), { delay: 60_000 });
 * await queue.start();
 * await clock.advance(60_000);
 * console.log(handle.status); // succeeded
 * ```
 */
export interface InlineOptions extends QueueOptions {
  /** Decides, before each attempt, what goes wrong with it. Default: nothing. */
  readonly faults?: Faults;
}

const INLINE_OPTION_CHECKS: OptionChecks = { ...QUEUE_OPTION_CHECKS, faults: checks.function };

/**
 * A queue for tests of code that uses a `ThreadQueue` or a `ProcessQueue`: it is one, but for its workers, which are
 * no threads. Tasks run in the program itself, so that nothing has to be started and a test can look into them.
 *
 * * It takes portable tasks alone; a closure is refused with `NotPortableError`.
 * * Arguments and return values are cloned or transferred, and what can't be fails its task with
 *   `NotPortableError`. Errors arrive as they would from a worker: copied, with class, fields and `cause`.
 * * `faults` makes attempts crash, hang, throw or begin late, so that retries and timeouts are tested; with a
 *   {@linkcode VirtualClock}, without waiting.
 * * All workers share the program's globals and modules. A task that never yields keeps the test from going on, and
 *   one that goes on after its worker was ended does so unobserved.
 *
 * Let code that is to be tested take a `TaskQueue<Portable>`.
 *
 * @example
 * ```ts
 * import { inlineTask } from "@trilane/trilane";
 * import { InlineQueue, VirtualClock } from "@trilane/trilane/testing";
 *
 * const clock = new VirtualClock();
 * await using queue = new InlineQueue({
 *   clock,
 *   faults: ({ attempt }) => attempt === 1 ? "hang" : attempt === 2 ? "crash" : undefined,
 * });
 * await queue.start();
 * const double = inlineTask((n: number) => n * 2);
 * const handle = queue.submit(double, [21], { timeout: 1000, retries: 2, retryDelay: 500 });
 * await clock.advance(1000); // the first attempt times out
 * await clock.advance(500); // the second crashes
 * await clock.advance(500); // the third succeeds
 * console.log(await handle.value(), handle.attempts); // 42 3
 * ```
 */
export class InlineQueue extends TaskQueue<Portable> {
  /**
   * Makes a queue.
   *
   * @param options The queue's options. `workers` is 4 by default, whatever the machine.
   * @throws {TypeError} When an option is unknown or of the wrong type.
   * @throws {RangeError} When an option's value is out of range.
   */
  constructor(options: InlineOptions = {}) {
    super(options, lane(options));
  }
}

function lane(given: InlineOptions): Lane {
  const options = { ...given };
  const { clock = runtime.clock, faults } = options;
  return {
    checks: INLINE_OPTION_CHECKS,
    platform: platformWithSites,
    assertTask: (fn) => assertPortable(fn, "A task of an InlineQueue must be a portable task"),
    createExecutor(host) {
      // Its workers take turns in one thread.
      const caller = host.contexts === undefined ? stackCaller : contextCaller(host.contexts);
      return new PoolExecutor(
        host,
        {
          ...poolSettings(options, 4, 0),
          // Workers cost nothing, and no timer is to be left on the clock when all is done.
          ...{ idleTimeout: Infinity, startTimeout: Infinity, ahead: false, endsSurely: true },
        },
        (afterFire) => new Timers(clock, afterFire, host.atHome),
        (greeting, listener) => new InlineLink(greeting, listener, clock, caller, faults),
      );
    },
  };
}
