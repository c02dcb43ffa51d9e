import {
  assertObject,
  checkOptions,
  checks,
  nested,
  oneOf,
  type OptionChecks,
  refuse,
} from "../base/checks.ts";
import type { Clock } from "../base/clock.ts";
import { show } from "../base/errors.ts";
import { TASK_OPTION_CHECKS, type TaskOptions } from "../task/options.ts";
import type { Hooks } from "./announcer.ts";

/**
 * How many attempts may start in a time.
 *
 * * A number: attempts started in a second, evenly.
 * * `{ limit, interval }`: `limit` in any `interval` milliseconds, which may come all at once.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type Rate } from "@trilane/trilane";
 *
 * const evenly: Rate = 1000; // one a millisecond
 * const atOnce: Rate = { limit: 1000, interval: 1000 }; // in any second, maybe all at once
 * await using queue = new AsyncQueue({ rate: evenly });
 * queue.rate = atOnce;
 * console.log(await queue.submit(() => 1).value()); // 1
 * ```
 */
export type Rate = number | { readonly limit: number; readonly interval: number };

/**
 * How many tasks of each key may run, or start in a time.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type LimitOptions } from "@trilane/trilane";
 *
 * const host: LimitOptions = { workers: 2, rate: 5, burst: 5, fair: true };
 * await using queue = new AsyncQueue({ workers: 50, limits: { host } });
 * console.log(await queue.submit(() => 1, { keys: { host: "a.example" } }).value()); // 1
 * ```
 */
export interface LimitOptions {
  /** How many attempts of one key run at once. Default: no limit. */
  readonly workers?: number;
  /** How many attempts of one key may start in a time. Default: no limit. */
  readonly rate?: Rate;
  /** How many attempts of one key may start back to back after idle time, under a `rate` a second. Default 1. */
  readonly burst?: number;
  /**
   * Whether the keys take turns: among ready tasks of equal priority each key has one started before any has another. Tasks without
   * a key count as one key. At most one limit is fair. Default `false`.
   */
  readonly fair?: boolean;
}

/**
 * What waits and runs under a key of one of a queue's `limits`.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type KeyLoad } from "@trilane/trilane";
 *
 * const line = ({ limit, key, waiting }: KeyLoad) => `${limit} ${key}: ${waiting} waiting`;
 * await using queue = new AsyncQueue({ limits: { host: { workers: 1 } } });
 * queue.submit(() => 1, { keys: { host: "a.example" } });
 * console.log(Array.from(queue.keyLoads(), line).length <= 1); // true
 * ```
 */
export interface KeyLoad {
  /** The name of the limit. */
  readonly limit: string;
  /** The key; numbers as text. */
  readonly key: string;
  /** How many tasks with it wait, whatever for. */
  readonly waiting: number;
  /** How many places under it are taken. */
  readonly running: number;
}

/**
 * How a queue runs; the options that all lanes share.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type QueueOptions } from "@trilane/trilane";
 *
 * const gentle: QueueOptions = { workers: 4, rate: 100, defaults: { retries: 2 }, retain: "none" };
 * await using queue = new AsyncQueue({ ...gentle, size: 1000 });
 * console.log(await queue.submit(() => 1).value()); // 1
 * ```
 */
export interface QueueOptions extends Hooks {
  /**
   * How many attempts run at once. Default: as many as the backlog asks for, up to four for each core
   * (async) or one for each core (threads, processes), and never more than 32.
   */
  readonly workers?: number;
  /** How many tasks may be outstanding (queued, scheduled or running) at once. Default 0: no limit. */
  readonly size?: number;
  /** Milliseconds that a `run()` may take, unless it is given a limit of its own. Default: no limit. */
  readonly timeout?: number;
  /**
   * When `run()` ends: as soon as nothing is outstanding (`"finite"`, the default), or at `shutdown()` or
   * its timeout (`"infinite"`).
   */
  readonly mode?: "finite" | "infinite";
  /**
   * Whether the first task that fails for good cancels all others but the `mustComplete` ones
   * (`"fail-first"`) or changes nothing for them (`"continue"`, the default).
   */
  readonly failPolicy?: "continue" | "fail-first";
  /**
   * What the end of a run's time does to `mustComplete` tasks: they run to their end
   * (`"complete-priority"`, the default) or are cancelled as all others are (`"cancel"`).
   */
  readonly onExit?: "complete-priority" | "cancel";
  /** How many attempts may start in a time, over the whole queue. Default: no limit. */
  readonly rate?: Rate;
  /** How many attempts may start back to back after idle time, under a `rate` a second. Default 1. */
  readonly burst?: number;
  /**
   * Limits by key, each with a name: tasks say by their option `keys` what key they have under which, and every key is counted
   * apart. A task that its key holds back never holds back tasks of other keys. Keys that are idle cost nothing.
   */
  readonly limits?: Readonly<Record<string, LimitOptions>>;
  /**
   * Milliseconds of waiting that make a ready task more urgent by 1. Default Infinity: waiting makes none more urgent.
   */
  readonly aging?: number;
  /**
   * Options for each task of the queue, which its own options replace one by one (`keys` limit by limit; `runAt` replaces a
   * `delay`). `after`, `dedupe`, `runAt` and `key` are for one call alone.
   */
  readonly defaults?: TaskOptions;
  /**
   * Whether a task runs in the async context of its submission (what `AsyncLocalStorage` tells there), each retry too, and
   * `currentTask()` works after an `await`. Tasks of one `map`, `group` or `stream` share the context of that call, `retryIf` has that
   * of its task, and the queue keeps none when the task has ended. Workers of other threads and processes have a context of their
   * own; there it is `currentTask()` alone that depends on this. In browsers, which have no `AsyncLocalStorage`, it is `false`.
   *
   * What it costs a task of an `AsyncQueue`: 0.3 µs on Deno, up to 0.8 in a program that uses `AsyncLocalStorage` itself, and 0.1 on
   * Bun. Without it, and on other lanes, it costs nothing.
   *
   * Default `true`.
   */
  readonly asyncContext?: boolean;
  /** How many finished results the queue keeps, the last ones. Default `"all"`. */
  readonly retain?: "all" | "none" | number;
  /** Where the queue's time comes from. Default: the system's clock. For tests. */
  readonly clock?: Clock;
}

/** The hooks. */
export const HOOK_CHECKS: OptionChecks = {
  onStart: checks.function,
  onComplete: checks.function,
  onRetry: checks.function,
  onProgress: checks.function,
};

/** The queue options that all lanes share. */
export const QUEUE_OPTION_CHECKS: OptionChecks = {
  workers: checks.count,
  size: checks.countOrZero,
  timeout: checks.positive,
  mode: oneOf("finite", "infinite"),
  failPolicy: oneOf("continue", "fail-first"),
  onExit: oneOf("complete-priority", "cancel"),
  rate: checkRate,
  burst: checks.count,
  limits: checkLimits,
  aging: checks.positive,
  asyncContext: checks.boolean,
  defaults: checkDefaults,
  retain: (name, value) =>
    typeof value === "number" ? checks.countOrZero(name, value) : oneOf("all", "none")(name, value),
  clock: (name, value) => {
    if (typeof (value as Clock | null)?.now !== "function") {
      refuse(TypeError, name, "a Clock", value);
    }
  },
  ...HOOK_CHECKS,
};

/** Options that make sense for one call alone. */
const NO_DEFAULTS = ["after", "dedupe", "runAt", "key"];

function checkDefaults(name: string, value: unknown): void {
  checkOptions(name, value as object, TASK_OPTION_CHECKS);
  const refused = NO_DEFAULTS.find((option) => Object.hasOwn(value as object, option));
  if (refused === undefined) return;
  throw new TypeError(`${name} cannot have the option '${refused}', which is for one call alone`);
}

const checkWindow = nested({ limit: checks.count, interval: checks.positive });

/** Refuses what is no rate. */
export function checkRate(name: string, value: unknown): void {
  if (typeof value !== "object" || value === null) return checks.positive(name, value);
  checkWindow(name, value);
  const { limit, interval } = value as { limit: unknown; interval: unknown };
  if (limit === undefined) checks.count(`${name}.limit`, limit);
  if (interval === undefined) checks.positive(`${name}.interval`, interval);
}

const checkLimit = nested({
  workers: checks.count,
  rate: checkRate,
  burst: checks.count,
  fair: checks.boolean,
});

function checkLimits(name: string, value: unknown): void {
  assertObject(name, value);
  const fair: string[] = [];
  for (const [limit, options] of Object.entries(value)) {
    checkLimit(`${name}.${limit}`, options);
    const { rate, burst, fair: isFair } = options as LimitOptions;
    checkBurst(rate, burst, `${name}.${limit}.`);
    if (isFair) fair.push(limit);
  }
  if (fair.length > 1) {
    throw new TypeError(`At most one limit may be fair: got ${fair.map(show).join(" and ")}`);
  }
}

/**
 * Refuses a `burst` beside a window.
 *
 * @param rate The rate.
 * @param burst The burst.
 * @param prefix What stands before the option's name in a message.
 * @throws {TypeError} When both are given.
 */
export function checkBurst(rate: Rate | undefined, burst: number | undefined, prefix = ""): void {
  if (burst === undefined || typeof rate !== "object") return;
  throw new TypeError(
    `${prefix}burst is for a rate a second, { limit, interval } has none: got ${burst}`,
  );
}
