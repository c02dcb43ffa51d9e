import { checks, type OptionChecks } from "../../../base/checks.ts";
import { show } from "../../../base/errors.ts";
import { QUEUE_OPTION_CHECKS, type QueueOptions } from "../../../engine/options.ts";
import { assertPortable } from "../../../portable/assert.ts";
import type { PortableTask, TaskReference } from "../../../portable/portable.ts";
import { DEFAULT_GRACE_MS } from "../../../task/options.ts";

/**
 * How a queue with workers of its own runs: `ThreadQueue` and `ProcessQueue`.
 *
 * @example
 * ```ts
 * import { inlineTask, type PoolOptions, ThreadQueue } from "@trilane/trilane";
 *
 * const warm: PoolOptions = { workers: 2, minWorkers: 1, idleTimeout: 5000, recycleAfter: 1000 };
 * await using queue = new ThreadQueue(warm);
 * console.log(await queue.submit(inlineTask(() => 1 + 1)).value()); // 2
 * ```
 */
export interface PoolOptions extends QueueOptions {
  /** How many workers are kept when there is nothing to do. Default 0. */
  readonly minWorkers?: number;
  /** Milliseconds after which a worker that has nothing to do, above `minWorkers`, is closed. Default 1000. */
  readonly idleTimeout?: number;
  /**
   * Milliseconds in which a new worker has to be ready, initializer included; otherwise it is replaced. Default 30,000.
   *
   * An idle worker that is sent a task is replaced too if it doesn't begin it in this time, as it may be stuck with what
   * another task left behind. If the task has a shorter timeout it has only that long, but at least a second.
   */
  readonly startTimeout?: number;
  /** How many attempts a worker runs before it is replaced by a new one. Default: no limit. */
  readonly recycleAfter?: number;
  /** Runs once in each worker before its first task. When it fails, so does the worker's start. */
  // deno-lint-ignore no-explicit-any -- a task of any signature
  readonly initializer?: PortableTask<any, unknown>;
  /** The initializer's arguments. */
  readonly initArgs?: readonly unknown[];
  /**
   * Where the module is that runs in workers. Default: where this library has it. Only a program that was bundled needs this: there
   * the bundler is given the library's `@trilane/trilane/thread/worker`, or `@trilane/trilane/process/worker`, as one more entry point.
   */
  readonly workerUrl?: string | URL;
  /**
   * Runs once in each worker that is closed in order, after its last task: when it has been idle for long, is replaced, or
   * the queue is shut down. It has the `grace` of the queue's `defaults` for it, which is a second. What it throws is
   * reported. A worker that is killed runs none.
   */
  readonly teardown?: PortableTask<[], unknown>;
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
  teardown: (name, value) => assertPortable(value, `${name} must be a portable task`),
  workerUrl: (name, value) => {
    if (value instanceof URL || typeof value === "string" && URL.canParse(value)) return;
    throw new TypeError(`${name} must be an absolute URL: got ${show(value)}`);
  },
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
  readonly teardown: PortableTask | undefined;
  /** How long the teardown may take, in milliseconds. */
  readonly grace: number;
  /** Whether tasks may be sent to a worker before it is free, where the queue allows it. */
  readonly ahead: boolean;
  /** The most workers that may be at work while each spins for its next task: waits for it without sleeping. */
  readonly spinners: number;
  /** Whether a worker that is ended is sure to end. */
  readonly endsSurely: boolean;
  /** Throws what keeps workers from being started at all. */
  assertStartable?(): void;
  /** The kind of worker that a task needs, by what it refers to. Absent where all workers are alike. */
  workerKind?(reference: TaskReference): string;
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
    teardown: options.teardown,
    grace: options.defaults?.grace ?? DEFAULT_GRACE_MS,
    ahead: true,
    spinners,
    endsSurely: false,
  };
}
