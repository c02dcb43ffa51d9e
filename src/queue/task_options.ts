import {
  assertObject,
  type Check,
  checkOf,
  checks,
  type OptionChecks,
  unknownOption,
} from "../base/checks.ts";
import { show } from "../base/errors.ts";
import type { Awaitable } from "../task/handle.ts";
import {
  assertOneTime,
  checkKeys,
  DEFAULT_OPTIONS,
  DEFAULT_PRIORITY,
  type Keys,
  type ResolvedOptions,
  TASK_OPTION_CHECKS,
  type TaskOptions,
  withDefaults,
} from "../task/options.ts";
import type { ResumeOptions } from "../task/recorder.ts";
import type { BatchOptions } from "./resume.ts";

/** What one call says of its tasks. */
export interface TaskPlan extends ResumeOptions {
  readonly priority: number;
  /** What the tasks keep. */
  readonly options: ResolvedOptions;
  readonly keys: BatchOptions["keys"];
  readonly dedupe: BatchOptions["dedupe"];
  readonly after: readonly Awaitable[] | undefined;
}

/** What a call without options says, where the queue has no defaults. */
const NOTHING: TaskPlan = {
  priority: DEFAULT_PRIORITY,
  options: DEFAULT_OPTIONS,
  ...{ keys: undefined, dedupe: undefined, after: undefined },
  ...{ checkpoint: undefined, key: undefined, namespace: undefined },
};

/** Written out: an object that is spread from one that is frozen, or that was spread itself, is twice as large on V8. */
function copyOf(plan: TaskPlan, options: ResolvedOptions): TaskPlan {
  const { priority, keys, dedupe, after, checkpoint, key, namespace } = plan;
  return { priority, options, keys, dedupe, after, checkpoint, key, namespace };
}

/** What a plan says beside what its tasks keep. */
const NOT_KEPT: ReadonlySet<string> = new Set(
  Object.keys(NOTHING).filter((name) => name !== "options"),
);

/** How many priorities have a plan of their own that is kept. */
const MAX_PRIORITIES = 32;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const { hasOwnProperty } = Object.prototype;

/**
 * What was read last, and what it says. Most calls give what the one before did, and tasks of which the same was said share
 * what they keep. Where the values differ, their names seldom do, and need not be looked up again. What a call gives is
 * written over it, since a list for each call would cost as much as all else.
 */
class LastRead {
  readonly names: string[] = [];
  readonly checks: Check[] = [];
  readonly values: unknown[] = [];
  /** How many of those count. */
  count = 0;
  /** What the call took. */
  #allowed: OptionChecks | undefined;
  /** `undefined` where it is not to be used again. */
  plan: TaskPlan | undefined;

  /**
   * Reads an object's own options, each once.
   *
   * @param kind What they are of, as a message names them.
   * @param options The options object.
   * @param allowed The options that the call takes.
   * @returns Whether the plan is still what they say.
   * @throws {TypeError} When one is unknown.
   */
  look(kind: string, options: object, allowed: OptionChecks): boolean {
    const { names, checks, values } = this;
    let isSame = this.plan !== undefined;
    if (this.#allowed !== allowed) {
      this.#allowed = allowed;
      names.length = 0;
    }
    let count = 0;
    for (const name in options) {
      // On V8 `Object.hasOwn` takes longer in such a loop.
      if (!hasOwnProperty.call(options, name)) continue;
      const value = (options as Record<string, unknown>)[name];
      if (names[count] !== name) {
        isSame = false;
        checks[count] = checkOf(kind, name, allowed);
        names[count] = name;
      }
      if (values[count] !== value) {
        isSame = false;
        values[count] = value;
      }
      count++;
    }
    isSame &&= count === this.count;
    this.count = count;
    return isSame;
  }

  get isPriorityAlone(): boolean {
    return this.count === 1 && this.names[0] === "priority";
  }

  /** Keeps the plan for calls that say the same, unless an object among them may say something else when it is read again. */
  keep(plan: TaskPlan): void {
    this.plan = this.#mayChange ? undefined : plan;
    if (this.plan !== undefined) return;
    // A loop: on V8 `fill` takes 90 ns.
    for (let i = 0; i < this.count; i++) this.values[i] = undefined;
  }

  /** A signal is just passed on. */
  get #mayChange(): boolean {
    for (let i = 0; i < this.count; i++) {
      if (typeof this.values[i] === "object" && this.names[i] !== "signal") return true;
    }
    return false;
  }
}

/** Reads the task options of a queue's calls, and fills in the queue's own defaults. */
export class TaskOptionReader {
  /** Of a task that is submitted without options. */
  readonly plain: TaskPlan = copyOf(NOTHING, DEFAULT_OPTIONS);
  readonly #limits: ReadonlySet<string>;
  readonly #checks: ReadonlyMap<string, OptionChecks[string]>;
  /** Taken out while options are read: what computes one may submit as well. */
  #last: LastRead | undefined;
  /** Of calls that give a priority alone. */
  readonly #byPriority = new Map<number, TaskPlan>();

  /**
   * @param defaults The queue's option `defaults`, checked.
   * @param limits The queue's limits by key.
   * @param checks Those of options that the lane takes in its own way, or not at all.
   * @throws {TypeError} When the defaults have a key of a limit that there isn't.
   */
  constructor(defaults: TaskOptions = {}, limits: object = {}, checks: OptionChecks = {}) {
    this.#checks = new Map(Object.entries(checks));
    this.#limits = new Set(Object.keys(limits));
    const read = new LastRead();
    read.look("defaults", defaults, TASK_OPTION_CHECKS);
    this.plain = this.#plan(read);
  }

  /**
   * Checks the options of a call.
   *
   * @param options What the caller gave.
   * @param allowed The options that the call takes.
   * @returns What they say. A call's own options replace the defaults one by one.
   * @throws {TypeError} When an option is unknown or of the wrong type.
   * @throws {RangeError} When an option's value is out of range.
   */
  read(options: BatchOptions | undefined, allowed: OptionChecks = TASK_OPTION_CHECKS): TaskPlan {
    if (options === undefined) return this.plain;
    assertObject("The task options", options);
    const last = this.#last ?? new LastRead();
    this.#last = undefined;
    let plan: TaskPlan;
    if (last.look("task", options, allowed)) {
      plan = last.plan!;
    } else {
      plan = last.isPriorityAlone
        ? this.#withPriority(last.values[0] as number | undefined)
        : this.#plan(last);
      last.keep(plan);
    }
    this.#last = last;
    return plan;
  }

  #withPriority(priority: number | undefined): TaskPlan {
    if (priority === undefined) return this.plain;
    const known = this.#byPriority.get(priority);
    if (known !== undefined) return known;
    (this.#checks.get("priority") ?? checks.ordered)("priority", priority);
    const plan: Mutable<TaskPlan> = copyOf(this.plain, this.plain.options);
    plan.priority = priority;
    if (this.#byPriority.size < MAX_PRIORITIES) this.#byPriority.set(priority, plan);
    return plan;
  }

  #plan({ names, checks, values, count }: LastRead): TaskPlan {
    const { plain } = this;
    const kept: Mutable<ResolvedOptions> = withDefaults(plain.options);
    const plan: Mutable<TaskPlan> = copyOf(plain, kept);
    let delay: number | undefined;
    for (let i = 0; i < count; i++) {
      const name = names[i]!;
      const value = values[i];
      if (value === undefined) continue;
      checks[i]!(name, value);
      if (this.#checks.size > 0) this.#checks.get(name)?.(name, value);
      if (name === "delay") delay = value as number;
      const target = (NOT_KEPT.has(name) ? plan : kept) as Record<string, unknown>;
      target[name] = value;
    }
    if (kept.runAt !== undefined) {
      assertOneTime(delay, kept.runAt);
      kept.runAt = Number(kept.runAt);
      kept.delay = 0;
    }
    const { keys, after } = plan;
    if (keys !== undefined && typeof keys !== "function" && keys !== plain.keys) {
      this.#assertKeys(keys);
      plan.keys = { ...plain.keys as Keys, ...keys };
    }
    if (after !== undefined) plan.after = handlesOf("after", after);
    return plan;
  }

  /**
   * The keys of one item's task.
   *
   * @param plan What its call says.
   * @param item The item.
   * @throws {TypeError} When a key is neither a string nor a number, or of a limit that there isn't.
   */
  keysOf({ keys }: TaskPlan, item: unknown): Keys | undefined {
    if (typeof keys !== "function") return keys;
    const defaults = this.plain.keys as Keys | undefined;
    const own: unknown = keys(item);
    if (own === undefined) return defaults;
    if (!this.#isKeys(own)) {
      checkKeys("keys", own);
      this.#assertKeys(own as Keys);
    }
    return defaults === undefined ? own as Keys : { ...defaults, ...own as Keys };
  }

  /** Refuses keys of limits that there aren't. */
  #assertKeys(keys: Keys): void {
    for (const limit of Object.keys(keys)) {
      if (!this.#limits.has(limit)) throw unknownOption("limit in keys", limit, [...this.#limits]);
    }
  }

  /** Whether an object is keys, in one pass. What is wrong with one that isn't is for others to say. */
  #isKeys(keys: unknown): keys is Keys {
    if (typeof keys !== "object" || keys === null || Array.isArray(keys)) return false;
    for (const limit in keys) {
      const key: unknown = (keys as Keys)[limit];
      if (typeof key !== "string" && (typeof key !== "number" || Number.isNaN(key))) return false;
      if (!this.#limits.has(limit) || !Object.hasOwn(keys, limit)) return false;
    }
    return true;
  }
}

/** The string by which one item's task stands for others. */
export function dedupeOf({ dedupe }: TaskPlan, item: unknown): string | undefined {
  if (typeof dedupe !== "function") return dedupe;
  const own: unknown = dedupe(item);
  if (typeof own === "string") return own;
  throw new TypeError(
    `The option dedupe must return a string: got ${show(own)} for ${show(item)}`,
  );
}

/**
 * Reads what a task is to wait for.
 *
 * @param name What it was given as.
 * @param handles The handles.
 * @returns A copy of them.
 * @throws {TypeError} When one is no handle.
 */
export function handlesOf(name: string, handles: Iterable<unknown>): Awaitable[] {
  const all = Array.from(handles);
  for (const [n, handle] of all.entries()) checks.handle(`${name}[${n}]`, handle);
  return all as Awaitable[];
}
