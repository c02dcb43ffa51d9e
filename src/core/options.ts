import type { Clock } from "./clock.ts";
import { show } from "./errors.ts";
import type { TaskHandle } from "./handle.ts";
import type { TaskResult } from "./result.ts";
import { nearest } from "./suggest.ts";

/**
 * How one task is run. An options object is read once, at the call that takes it, and never changed.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type TaskOptions } from "@trilane/trilane";
 *
 * const patient: TaskOptions = { retries: 3, retryDelay: 10, backoff: 2 };
 * await using queue = new AsyncQueue();
 * queue.submit(() => "saved", { ...patient, priority: 0 });
 * ```
 */
export interface TaskOptions {
  /** Lower runs first, in order of submission within equals. Default 3. */
  readonly priority?: number;
  /**
   * Protects the task from run timeouts (unless the queue's `onExit` is `"cancel"`) and from fail-first.
   * Default `false`.
   */
  readonly mustComplete?: boolean;
  /** Milliseconds that one attempt may run, from its start. Default: no limit. */
  readonly timeout?: number;
  /** Further attempts after the first has failed. Default 0. */
  readonly retries?: number;
  /** Milliseconds between a failure and the first retry. Default 0. */
  readonly retryDelay?: number;
  /** Multiplies the delay after each retry. Default 1. */
  readonly backoff?: number;
  /** The longest delay before a retry, in milliseconds. Default: no limit. */
  readonly maxRetryDelay?: number;
  /**
   * The share of a retry's delay that is left to chance, 0 to 1: a delay `d` becomes a random one
   * between `d * (1 - jitter)` and `d`, so 1 is full jitter. Default 0.
   */
  readonly jitter?: number;
  /**
   * Whether a failed attempt may be retried; `attempt` is the number of the one that failed. When
   * it throws, that is reported and the task isn't retried. Default: always. An error with a numeric
   * `retryAfter` (milliseconds) overrides the delay.
   */
  readonly retryIf?: (error: unknown, attempt: number) => boolean;
  /**
   * Milliseconds from submission before the task becomes ready; with Infinity it never does, and is there to be
   * cancelled. Excludes `runAt`.
   */
  readonly delay?: number;
  /** The wall-clock time at which the task becomes ready (epoch milliseconds or a `Date`). */
  readonly runAt?: Date | number;
  /** Default: the function's name, or `"anonymous"`. */
  readonly name?: string;
  /** Names the group that the task belongs to. */
  readonly groupId?: string;
  /**
   * Runs and is awaited like any other task but is left out of summaries and results, and its
   * failure doesn't trigger fail-first. Default `false`.
   */
  readonly detached?: boolean;
  /** Anything of the caller's own, carried on the handle and the result. */
  readonly metadata?: unknown;
  /** Aborting it cancels the task, with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds that an interrupted attempt may take to clean up, if it has touched its signal,
   * before its worker is killed (threads, processes) or a retry starts all the same (async).
   * Default 1000.
   */
  readonly grace?: number;
}

/** How a queue runs; the options that all lanes share. */
export interface QueueOptions {
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
  /** How many attempts may start in a second, over the whole queue. Default: no limit. */
  readonly rate?: number;
  /** How many attempts may start back to back after idle time, under a `rate`. Default 1. */
  readonly burst?: number;
  /** How many finished results the queue keeps, the last ones. Default `"all"`. */
  readonly retain?: "all" | "none" | number;
  /** Where the queue's time comes from. Default: the system's clock. For tests. */
  readonly clock?: Clock;
  /** Called when an attempt starts. */
  onStart?(handle: TaskHandle): void;
  /** Called when a task has ended, once for each task. */
  onComplete?(result: TaskResult): void;
  /** Called when an attempt has failed and another will follow. */
  onRetry?(handle: TaskHandle, error: unknown): void;
  /** Called when a task reports progress. */
  onProgress?(handle: TaskHandle, data: unknown): void;
}

/** How one `run()` runs. */
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

/** How long to wait for something that goes on by itself. */
export interface WaitOptions {
  /** Milliseconds after which the wait, not the task, is given up. Default: no limit. */
  readonly timeout?: number;
  /** Aborting it gives the wait, not the task, up. */
  readonly signal?: AbortSignal;
}

/** Throws when a value isn't allowed: `TypeError` for its type, `RangeError` for its size. */
type Check = (name: string, value: unknown) => void;

/** The options that a call takes, each with its check. */
export type OptionChecks = Readonly<Record<string, Check>>;

/**
 * Refuses an option's value.
 *
 * @throws What it is told to, saying which option, what is allowed and the value seen.
 */
export function refuse(
  ErrorClass: ErrorConstructor,
  name: string,
  allowed: string,
  value: unknown,
): never {
  throw new ErrorClass(`${name} must be ${allowed}: got ${show(value)}`);
}

const number = (allowed: string, test: (value: number) => boolean): Check => (name, value) => {
  if (typeof value !== "number") refuse(TypeError, name, "a number", value);
  if (!test(value)) refuse(RangeError, name, allowed, value);
};
const whole = (range: Check): Check => (name, value) => {
  range(name, value);
  if (!Number.isInteger(value)) refuse(RangeError, name, "a whole number", value);
};
const typed = (type: "boolean" | "string" | "function"): Check => (name, value) => {
  const seen = typeof value;
  if (seen !== type) refuse(TypeError, name, `a ${type}`, value);
};
const oneOf = (...words: string[]): Check => (name, value) => {
  const allowed = words.map((word) => `'${word}'`).join(" or ");
  if (typeof value !== "string") refuse(TypeError, name, allowed, value);
  if (!words.includes(value)) refuse(RangeError, name, allowed, value);
};
const positive = number("> 0", (value) => value > 0);
const notNegative = number(">= 0", (value) => value >= 0);
const time: Check = (name, value) => {
  if (typeof value !== "number" && !(value instanceof Date)) {
    refuse(TypeError, name, "a number or a Date", value);
  }
  if (!Number.isFinite(Number(value))) refuse(RangeError, name, "a time", value);
};

/** Checks for the kinds of values that options have. */
export const checks = {
  any: (() => {}) as Check,
  boolean: typed("boolean"),
  string: typed("string"),
  function: typed("function"),
  /** A number that can be ordered. */
  ordered: number("a number that can be ordered", (value) => !Number.isNaN(value)),
  positive,
  notNegative,
  fraction: number("from 0 to 1", (value) => value >= 0 && value <= 1),
  /** A whole number from 1. */
  count: whole(positive),
  /** A whole number from 0. */
  countOrZero: whole(notNegative),
  /** A whole number from 0, or Infinity. */
  countOrInfinity: ((name, value) => {
    if (value !== Infinity) whole(notNegative)(name, value);
  }) as Check,
  signal: ((name, value) => {
    const signal = value as AbortSignal | null;
    if (typeof signal?.addEventListener !== "function" || typeof signal.aborted !== "boolean") {
      refuse(TypeError, name, "an AbortSignal", value);
    }
  }) as Check,
} as const;

/** The task options that are the same at every call. */
export const TASK_OPTION_CHECKS: OptionChecks = {
  priority: checks.ordered,
  mustComplete: checks.boolean,
  timeout: checks.positive,
  retries: checks.countOrInfinity,
  retryDelay: checks.notNegative,
  backoff: checks.positive,
  maxRetryDelay: checks.notNegative,
  jitter: checks.fraction,
  retryIf: checks.function,
  delay: checks.notNegative,
  runAt: time,
  name: checks.string,
  groupId: checks.string,
  detached: checks.boolean,
  metadata: checks.any,
  signal: checks.signal,
  grace: checks.notNegative,
};

/** The queue options that all lanes share. */
export const QUEUE_OPTION_CHECKS: OptionChecks = {
  workers: checks.count,
  size: checks.countOrZero,
  timeout: checks.positive,
  mode: oneOf("finite", "infinite"),
  failPolicy: oneOf("continue", "fail-first"),
  onExit: oneOf("complete-priority", "cancel"),
  rate: checks.positive,
  burst: checks.count,
  retain: (name, value) =>
    typeof value === "number" ? checks.countOrZero(name, value) : oneOf("all", "none")(name, value),
  clock: (name, value) => {
    if (typeof (value as Clock | null)?.now !== "function") {
      refuse(TypeError, name, "a Clock", value);
    }
  },
  onStart: checks.function,
  onComplete: checks.function,
  onRetry: checks.function,
  onProgress: checks.function,
};

/** The options of `run()`. */
export const RUN_OPTION_CHECKS: OptionChecks = {
  timeout: checks.positive,
  strict: checks.boolean,
  failPolicy: oneOf("continue", "fail-first"),
  signal: checks.signal,
};

/** The options of a wait. */
export const WAIT_OPTION_CHECKS: OptionChecks = {
  timeout: checks.notNegative,
  signal: checks.signal,
};

/**
 * Refuses an options object that has an unknown name or a value that isn't allowed. An option that is
 * `undefined` counts as left out.
 *
 * @param kind What the options are of, as a message names them: "task", "queue".
 * @param options The options object.
 * @param allowed The options that are known.
 * @throws {TypeError} When it isn't an object, has an unknown name, or a value of the wrong type.
 * @throws {RangeError} When a value is out of range.
 */
export function checkOptions(kind: string, options: object, allowed: OptionChecks): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`The ${kind} options must be an object: got ${show(options)}`);
  }
  for (const name in options) {
    const check = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (check === undefined) throw unknownOption(kind, name, allowed);
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined) continue;
    check(name, value);
  }
}

function unknownOption(kind: string, name: string, allowed: OptionChecks): TypeError {
  const meant = nearest(name, Object.keys(allowed));
  return new TypeError(
    `Unknown ${kind} option: '${name}'` + (meant === undefined ? "" : `. Did you mean '${meant}'?`),
  );
}

/**
 * A task's options with the defaults filled in, shared by all tasks that were given the same. The
 * priority is not among them: it is the one option that often differs from task to task, so each
 * task has its own and the rest can still be shared.
 */
export interface ResolvedOptions {
  readonly mustComplete: boolean;
  readonly timeout: number;
  readonly retries: number;
  readonly retryDelay: number;
  readonly backoff: number;
  readonly maxRetryDelay: number;
  readonly jitter: number;
  readonly retryIf: ((error: unknown, attempt: number) => boolean) | undefined;
  readonly delay: number;
  readonly runAt: number | undefined;
  readonly name: string | undefined;
  readonly groupId: string | undefined;
  readonly detached: boolean;
  readonly metadata: unknown;
  readonly signal: AbortSignal | undefined;
  readonly grace: number;
}

/** The priority of a task that isn't given one. */
export const DEFAULT_PRIORITY = 3;

/** What a task submitted without options is run by. */
export const DEFAULT_OPTIONS: ResolvedOptions = Object.freeze(withDefaults({}));

/**
 * Checks a task's options and fills in the defaults.
 *
 * @param options What the caller gave.
 * @param allowed The options that the call takes. Default: those of `submit`.
 * @returns The options to keep; {@linkcode DEFAULT_OPTIONS} itself where nothing but a priority is given.
 */
export function resolveTaskOptions(
  options: TaskOptions | undefined,
  allowed: OptionChecks = TASK_OPTION_CHECKS,
): ResolvedOptions {
  if (options === undefined) return DEFAULT_OPTIONS;
  checkOptions("task", options, allowed);
  if (options.delay !== undefined && options.runAt !== undefined) {
    throw new TypeError(
      `delay and runAt exclude each other: got ${show(options.delay)} and ${show(options.runAt)}`,
    );
  }
  for (const name in options) if (name !== "priority") return withDefaults(options);
  return DEFAULT_OPTIONS;
}

function withDefaults(options: TaskOptions): ResolvedOptions {
  return {
    mustComplete: options.mustComplete ?? false,
    timeout: options.timeout ?? Infinity,
    retries: options.retries ?? 0,
    retryDelay: options.retryDelay ?? 0,
    backoff: options.backoff ?? 1,
    maxRetryDelay: options.maxRetryDelay ?? Infinity,
    jitter: options.jitter ?? 0,
    retryIf: options.retryIf,
    delay: options.delay ?? 0,
    runAt: options.runAt === undefined ? undefined : Number(options.runAt),
    name: options.name,
    groupId: options.groupId,
    detached: options.detached ?? false,
    metadata: options.metadata,
    signal: options.signal,
    grace: options.grace ?? 1000,
  };
}
