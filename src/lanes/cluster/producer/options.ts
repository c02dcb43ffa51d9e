import { type Check, checks, type OptionChecks, refuse } from "../../../base/checks.ts";
import { QUEUE_OPTION_CHECKS, type QueueOptions } from "../../../engine/options.ts";
import { checkEngine, type ClusterEngine } from "../engine.ts";
import { checkName, checkRoot } from "../wire/root.ts";

/**
 * How a {@linkcode ClusterQueue} runs.
 *
 * @example
 * ```ts
 * import type { ClusterEngine, ClusterOptions } from "@trilane/trilane/cluster";
 *
 * // Options that the queues of a program have in common.
 * const optionsFor = (engine: ClusterEngine, name: string): ClusterOptions => ({
 *   ...{ engine, name, root: new URL(".", import.meta.url) },
 *   defaults: { retries: 3 },
 * });
 * console.log(optionsFor.name); // optionsFor
 * ```
 */
export interface ClusterOptions
  extends Omit<QueueOptions, "workers" | "limits" | "aging" | "burst" | "clock" | "asyncContext"> {
  /** What holds the tasks. */
  readonly engine: ClusterEngine;
  /** The queue's name, the same as its nodes'. */
  readonly name: string;
  /** The URL of the folder that the program's modules are in on this machine: `new URL(".", import.meta.url)`. */
  readonly root: string | URL;
}

/** The highest number that BullMQ takes as a priority. */
const MAX_PRIORITY = 2_097_151;

/** Refuses what BullMQ can't order by. */
export const checkPriority: Check = (name, value) => {
  checks.ordered(name, value);
  const priority = value as number;
  if (!Number.isInteger(priority)) {
    refuse(TypeError, name, "a whole number in a ClusterQueue", priority);
  }
  if (priority < 0 || priority > MAX_PRIORITY) {
    refuse(RangeError, name, `from 0 to ${MAX_PRIORITY} in a ClusterQueue`, priority);
  }
};

/** Refuses an option. */
function unsupported(reason: string): Check {
  return (name) => {
    throw new TypeError(`A ClusterQueue does not support the option '${name}': ${reason}`);
  };
}

const atNodes = unsupported("each node has workers of its own, by serveCluster's option 'workers'");
const byServer = unsupported("the cluster's server schedules its tasks, and knows nothing like it");

/** The options of a {@linkcode ClusterQueue}. */
export const CLUSTER_OPTION_CHECKS: OptionChecks = {
  ...QUEUE_OPTION_CHECKS,
  engine: checkEngine,
  name: checkName,
  root: checkRoot,
  workers: atNodes,
  burst: byServer,
  limits: byServer,
  aging: byServer,
  asyncContext: unsupported("nothing of a context can be sent to its nodes"),
  clock: unsupported("its times are those of the cluster's server"),
};

/** The task options that a {@linkcode ClusterQueue} takes in its own way, or not at all. */
export const CLUSTER_TASK_CHECKS: OptionChecks = {
  priority: checkPriority,
  keys: byServer,
  retryIf: unsupported("nodes decide on retries, and a function can't be sent to them"),
};
