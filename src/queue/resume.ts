import { canonicalJson } from "../base/canonical_json.ts";
import { type Check, checks, type OptionChecks } from "../base/checks.ts";
import { isError, show } from "../base/errors.ts";
import { checkKeys, type Keys, TASK_OPTION_CHECKS, type TaskOptions } from "../task/options.ts";
import type { ResumeOptions } from "../task/recorder.ts";
import { type AnyFunction, nameOf } from "../task/task.ts";
import type { Call } from "./calls.ts";

/**
 * How each task of a batch is run, and where the batch goes on.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type BatchOptions } from "@trilane/trilane";
 *
 * const polite: BatchOptions<string> = { retries: 2, keys: (url) => ({ host: new URL(url).host }) };
 * await using queue = new AsyncQueue({ limits: { host: { workers: 1 } } });
 * const sizes = queue.group((url: string) => url.length, ["https://a.example/"], polite);
 * console.log(await sizes.values()); // [ 18 ]
 * ```
 */
export interface BatchOptions<I = unknown>
  extends Omit<TaskOptions, "key" | "keys" | "dedupe">, ResumeOptions<I> {
  /** As for one task: the same for all, or made of each item. */
  readonly keys?: Keys | OfItem<I, Keys>;
  /**
   * As for one task: the same for all, or made of each item. The handle of a task that was there before stands at each of its
   * places, counts once, and is spared when the group is cancelled.
   */
  readonly dedupe?: string | OfItem<I, string>;
}

/**
 * What makes something of an item. Written as a method, whose argument may be of a narrower type where options are passed on.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type OfItem } from "@trilane/trilane";
 *
 * const sameUser: OfItem<{ user: string }, string> = ({ user }) => user;
 * await using queue = new AsyncQueue();
 * const visits = [{ user: "ada" }, { user: "ada" }];
 * const [first, second] = queue.map(({ user }: { user: string }) => user, visits, { dedupe: sameUser });
 * console.log(first === second); // true
 * ```
 */
export type OfItem<I, R> = { of(item: I): R }["of"];

/** The options of `map` and `group`. */
export const BATCH_OPTION_CHECKS: OptionChecks = {
  ...TASK_OPTION_CHECKS,
  keys: orFunction(checkKeys),
  dedupe: orFunction(checks.string),
};

/** The options of each task alone. */
export function taskOptionsOf(options: BatchOptions): BatchOptions {
  const own = Object.entries(options).filter(([name]) => Object.hasOwn(TASK_OPTION_CHECKS, name));
  return Object.fromEntries(own);
}

function orFunction(check: Check): Check {
  return (name, value) => {
    if (typeof value !== "function") check(name, value);
  };
}

/**
 * Finds out which calls have succeeded before.
 *
 * @param options The call's options, checked.
 * @param name The tasks' name, if they are given one.
 * @param fn The function that all calls are of; `undefined` when they are of different ones.
 * @returns Notes of calls where their success is recorded and, if it is, which value; `undefined` when there is no checkpoint.
 * @throws {TypeError} When a namespace is missing. What is returned throws it for an item without a key.
 */
export function resumption(
  options: ResumeOptions,
  name: string | undefined,
  fn: AnyFunction | undefined,
): ((calls: readonly Call[]) => void) | undefined {
  const { checkpoint: recorder } = options;
  if (recorder === undefined) return undefined;
  const namespace = options.namespace ?? (fn && nameOf(fn, name));
  if (namespace === undefined) {
    throw new TypeError(
      "A group of different functions needs the option namespace for its checkpoint",
    );
  }
  const keyOf = options.key === undefined ? defaultKeys(fn === undefined) : givenKeys(options);
  return (calls) => {
    const keys = calls.map(keyOf);
    const recorded = recorder.lookupAll(namespace, keys);
    calls.forEach((call, n) => {
      call.entry = { recorder, namespace, key: keys[n]! };
      call.recorded = recorded[n];
    });
  };
}

function givenKeys(options: ResumeOptions): (call: Call) => string {
  return ({ item }) => {
    const key: unknown = options.key!(item);
    if (typeof key === "string") return key;
    throw new TypeError(`The option key must return a string: got ${show(key)} for ${show(item)}`);
  };
}

/** @param mixed Whether the calls are of different functions, which are then told apart by their names. */
function defaultKeys(mixed: boolean): (call: Call) => string {
  const named = new Map<string, AnyFunction>();
  return ({ fn, args, item }) => {
    let keyed = item;
    if (mixed) {
      const name = nameOf(fn);
      if ((named.get(name) ?? fn) !== fn) {
        throw keyError(item, `the batch has several functions of the name '${name}'`);
      }
      named.set(name, fn);
      keyed = [name, ...args];
    }
    try {
      return canonicalJson(keyed);
    } catch (error) {
      throw keyError(item, isError(error) ? error.message : show(error), error);
    }
  };
}

function keyError(item: unknown, why: string, cause?: unknown): TypeError {
  const message = `Cannot derive a checkpoint key from ${
    show(item)
  } without the option key: ${why}`;
  return new TypeError(message, { cause });
}
