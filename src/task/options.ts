import { assertObject, checks, type OptionChecks, ownOptions, refuse } from "../base/checks.ts";
import { show } from "../base/errors.ts";
import type { Awaitable } from "./handle.ts";
import type { Recorder, ResumeOptions } from "./recorder.ts";

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
export interface TaskOptions extends ResumeOptions {
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
  /**
   * For each of the queue's `limits` that is to hold the task, the key that it counts under. 1 and `"1"` are one key. A limit
   * that is left out doesn't hold the task.
   */
  readonly keys?: Keys;
  /**
   * What must have succeeded before the task starts: handles of any queue in this thread, or whatever else has a `wait()` like
   * theirs. Until then the task is `"blocked"`. When one of them fails or is cancelled, so is this task, `mustComplete` or
   * not: with a `TaskCancelledError` whose `cause` is the error or the reason.
   */
  readonly after?: Iterable<Awaitable>;
  /**
   * While a task with an equal string is outstanding in the queue, its handle is what a submission gives: nothing is added,
   * whatever the function, and a full queue has room.
   */
  readonly dedupe?: string;
}

/**
 * The key that a task has under each of some limits.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type Keys } from "@trilane/trilane";
 *
 * const keys: Keys = { host: "a.example", account: 7 };
 * await using queue = new AsyncQueue({ limits: { host: { workers: 2 }, account: { rate: 10 } } });
 * console.log(await queue.submit(() => "let in by both", { keys }).value()); // let in by both
 * ```
 */
export type Keys = Readonly<Record<string, string | number | undefined>>;

/** How long a task that is to stop has to clean up, unless its options say otherwise. */
export const DEFAULT_GRACE_MS = 1_000;

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
  runAt: checks.time,
  name: checks.string,
  groupId: checks.string,
  detached: checks.boolean,
  metadata: checks.any,
  signal: checks.signal,
  grace: checks.notNegative,
  checkpoint: (name, value) => {
    const recorder = value as Recorder | null;
    if (typeof recorder?.lookupAll !== "function" || typeof recorder.recordAll !== "function") {
      refuse(TypeError, name, "a Checkpoint", value);
    }
  },
  key: checks.function,
  namespace: checks.string,
  keys: checkKeys,
  after: (name, value) => {
    if (typeof (value as Iterable<unknown> | null)?.[Symbol.iterator] !== "function") {
      refuse(TypeError, name, "an iterable of handles", value);
    }
  },
  dedupe: checks.string,
};

/** Refuses what can't be the keys of a task. Which limits there are is for the queue to say. */
export function checkKeys(name: string, value: unknown): void {
  assertObject(name, value);
  for (const limit of Object.keys(value)) {
    const key: unknown = (value as Keys)[limit];
    if (typeof key === "string" || key === undefined) continue;
    if (typeof key !== "number") refuse(TypeError, `${name}.${limit}`, "a string or a number", key);
    checks.ordered(`${name}.${limit}`, key);
  }
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

/** Whether an options object says nothing, or a priority alone. */
function hasPriorityAlone(options: TaskOptions): boolean {
  return Object.keys(options).every((name) => name === "priority");
}

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
  const own = ownOptions("task", options, allowed);
  assertOneTime(own.delay, own.runAt);
  return hasPriorityAlone(options) ? DEFAULT_OPTIONS : withDefaults(own);
}

/**
 * Refuses two times of which a task would have to start.
 *
 * @throws {TypeError} When both are given.
 */
export function assertOneTime(delay: TaskOptions["delay"], runAt: TaskOptions["runAt"]): void {
  if (delay === undefined || runAt === undefined) return;
  throw new TypeError(`delay and runAt exclude each other: got ${show(delay)} and ${show(runAt)}`);
}

/** Fills in the defaults of options that are checked. */
export function withDefaults(options: TaskOptions): ResolvedOptions {
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
    grace: options.grace ?? DEFAULT_GRACE_MS,
  };
}
