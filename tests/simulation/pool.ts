/**
 * Pools whose workers are simulated: everything between submission and the wire is the library's own.
 *
 * @module
 */
import { type Clock, type QueueOptions, TaskQueue } from "../../mod.ts";
import { Timers } from "../../src/base/timers.ts";
import { PoolExecutor } from "../../src/lanes/pool/host/executor.ts";
import { POOL_OPTION_CHECKS, poolSettings } from "../../src/lanes/pool/host/options.ts";
import type { Portable } from "../../src/portable/portable.ts";
import { runtime } from "../../src/runtime/here.ts";
import { SimulatedLink, type Workplace } from "./link.ts";
import type { QueueScript } from "./program.ts";

/** What the options of a queue say of how its pool runs. */
export function poolOptionsOf({ lane, pool }: QueueScript): object {
  if (lane === "event loop") return {};
  const { minWorkers, idleTimeout, startTimeout, recycleAfter } = pool;
  return { minWorkers, idleTimeout, startTimeout, recycleAfter };
}

/** A pool on simulated workers. */
export class SimulatedPool extends TaskQueue<Portable> {
  /**
   * @param options the queue's options
   * @param idleClock the clock of the timers that close idle workers
   * @param workplace where its workers live
   */
  constructor(options: QueueOptions, idleClock: Clock, workplace: Workplace) {
    const { lane, pool } = workplace.script;
    super(options, {
      checks: POOL_OPTION_CHECKS,
      platform: runtime,
      assertTask: () => {},
      createExecutor: (host) =>
        new PoolExecutor(
          host,
          { ...poolSettings(options, 4, pool.spinners), endsSurely: lane === "processes" },
          (afterFire) => new Timers(idleClock, afterFire),
          (greeting, listener) => new SimulatedLink(greeting, listener, workplace),
        ),
    });
  }
}
