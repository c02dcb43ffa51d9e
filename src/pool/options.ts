import {
  checks,
  type OptionChecks,
  QUEUE_OPTION_CHECKS,
  type QueueOptions,
} from "../core/options.ts";
import { NotPortableError, show } from "../core/errors.ts";
import { type PortableTask, referenceOf } from "../tasks/portable.ts";

/** How a queue with workers of its own runs: `ThreadQueue` and `ProcessQueue`. */
export interface PoolOptions extends QueueOptions {
  /** How many workers are kept when there is nothing to do. Default 0. */
  readonly minWorkers?: number;
  /** Milliseconds after which a worker that has nothing to do, above `minWorkers`, is closed. Default 1000. */
  readonly idleTimeout?: number;
  /** Milliseconds in which a new worker has to be ready, initializer included. Default 30,000. */
  readonly startTimeout?: number;
  /** How many attempts a worker runs before it is replaced by a new one. Default: no limit. */
  readonly recycleAfter?: number;
  /** Runs once in each worker before its first task. When it fails, so does the worker's start. */
  // deno-lint-ignore no-explicit-any -- a task of any signature
  readonly initializer?: PortableTask<any, unknown>;
  /** The initializer's arguments. */
  readonly initArgs?: readonly unknown[];
}

/** The options that all pools share. */
export const POOL_OPTION_CHECKS: OptionChecks = {
  ...QUEUE_OPTION_CHECKS,
  minWorkers: checks.countOrZero,
  idleTimeout: checks.notNegative,
  startTimeout: checks.positive,
  recycleAfter: (name, value) => {
    if (value !== Infinity) checks.count(name, value);
  },
  initializer: (name, value) => assertPortable(value, `${name} must be a portable task`),
  initArgs: (name, value) => {
    if (!Array.isArray(value)) {
      throw new TypeError(`${name} must be an array of arguments: got ${show(value)}`);
    }
  },
};

/** A pool's options with the defaults filled in. */
export interface PoolSettings {
  /** The most workers there may be. */
  readonly limit: number;
  readonly minWorkers: number;
  readonly idleTimeout: number;
  readonly startTimeout: number;
  readonly recycleAfter: number;
  readonly initializer: PortableTask | undefined;
  readonly initArgs: readonly unknown[];
  /** Whether tasks may be sent to a worker before it is free; a rate limit forbids it. */
  readonly ahead: boolean;
  /** While so many workers are at work at the most, each may spin for its next task: wait for it without sleeping. */
  readonly spinners: number;
  /** Whether a worker that is ended is sure to end. */
  readonly endsSurely: boolean;
}

/**
 * Fills in the defaults.
 *
 * @param options The caller's, checked.
 * @param cores How many processors there are.
 * @param spinners How many workers may spin.
 * @returns The settings.
 * @throws {RangeError} When `minWorkers` is more than there may be workers.
 */
export function poolSettings(
  options: PoolOptions,
  cores: number,
  spinners: number,
): PoolSettings {
  const limit = options.workers ?? Math.min(32, cores);
  const minWorkers = options.minWorkers ?? 0;
  if (minWorkers > limit) {
    throw new RangeError(`minWorkers must be <= workers, which is ${limit}: got ${minWorkers}`);
  }
  return {
    limit,
    minWorkers,
    idleTimeout: options.idleTimeout ?? 1_000,
    startTimeout: options.startTimeout ?? 30_000,
    recycleAfter: options.recycleAfter ?? Infinity,
    initializer: options.initializer as PortableTask | undefined,
    initArgs: options.initArgs ?? [],
    ahead: options.rate === undefined,
    spinners,
    endsSurely: false,
  };
}

/**
 * Refuses what no worker could find again.
 *
 * @param fn The task's function.
 * @param what What is refused.
 * @throws {TypeError} When it isn't a function.
 * @throws {NotPortableError} When it is, but not a portable one.
 */
export function assertPortable(fn: unknown, what: string): void {
  if (referenceOf(fn) !== undefined) return;
  if (typeof fn !== "function") {
    const started = fn instanceof Promise ? ", whose work has already started" : "";
    throw new TypeError(`${what}: got ${show(fn)}${started}`);
  }
  throw new NotPortableError(
    `${what}: ${
      show(fn)
    } can't be found again in a worker. Define it with defineTasks(import.meta.url, …), ` +
      "import its module with importTasks(url), or make it self-contained with inlineTask(fn)",
  );
}
