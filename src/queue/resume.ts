import { canonicalJson } from "../base/canonical_json.ts";
import type { Call } from "./calls.ts";
import { isInstance, show } from "../base/errors.ts";
import { checks, type OptionChecks, refuse } from "../base/checks.ts";
import { TASK_OPTION_CHECKS, type TaskOptions } from "../task/options.ts";
import type { Entry, RecordedValue, Recorder } from "../task/recorder.ts";
import { type AnyFunction, nameOf } from "../task/task.ts";

/**
 * How a batch goes on where an earlier one stopped. An input whose success is recorded is not submitted: its
 * handle is done from the start, with the recorded value and no attempt.
 *
 * * Such a task counts as succeeded, in groups, summaries and `onComplete` as well. `onStart` is not
 *   called for it, a full queue has room for it, and its options are of no consequence.
 * * Only successes are recorded, each before its handle settles. A value that the checkpoint can't record
 *   is reported and its input runs again next time; the task has succeeded all the same.
 * * A success that can't be recorded because the checkpoint fails (the disk is full, it was closed) is none:
 *   the task fails with a `TrilaneError` whose `cause` says why, and isn't retried. An input whose task has
 *   succeeded for all that the program knows is never run again.
 * * While a success is being recorded its task can't be cancelled any more, not by force either.
 * * The queue doesn't close the checkpoint.
 *
 * `I` is what one item of the batch may be.
 */
export interface ResumeOptions<I = unknown> {
  /** Where successes are recorded: a `Checkpoint`. Default: nowhere. */
  readonly checkpoint?: Recorder;
  /**
   * What an item is known by: the same text in each run, different for different work. Default: the item as
   * canonical JSON, with sorted keys; for a call of a group of different functions the function's name comes
   * first. Of no consequence without `checkpoint`.
   *
   * @param item The item as it was given: for arguments in an array, the array.
   * @returns The key.
   */
  key?(item: I): string;
  /**
   * What keeps the keys apart from those of other work in the same checkpoint. Default: the task's name, which
   * is `"anonymous"` for a function without one; a group of different functions must be given one. Of no
   * consequence without `checkpoint`.
   */
  readonly namespace?: string;
}

/** How each task of a batch is run, and where the batch goes on. */
export interface BatchOptions<I = unknown> extends TaskOptions, ResumeOptions<I> {}

/** The options of `map` and `group`. */
export const BATCH_OPTION_CHECKS: OptionChecks = {
  ...TASK_OPTION_CHECKS,
  checkpoint: (name, value) => {
    const recorder = value as Recorder | null;
    if (typeof recorder?.lookupAll !== "function" || typeof recorder.recordAll !== "function") {
      refuse(TypeError, name, "a Checkpoint", value);
    }
  },
  key: checks.function,
  namespace: checks.string,
};

/** The options of each task alone. */
export function taskOptionsOf(options: BatchOptions): TaskOptions {
  const own = Object.entries(options).filter(([name]) => Object.hasOwn(TASK_OPTION_CHECKS, name));
  return Object.fromEntries(own);
}

/** A call, where its success is recorded and, if it is, which value. */
export interface ResumableCall extends Call {
  readonly entry: Entry;
  readonly recorded: RecordedValue | undefined;
}

/**
 * Finds out which calls have succeeded before.
 *
 * @param options The batch's options, checked.
 * @param fn The function that all calls are of; `undefined` when they are of different ones.
 * @returns Looks calls up; `undefined` when there is no checkpoint.
 * @throws {TypeError} When a namespace is missing. What is returned throws it for an item without a key.
 */
export function resumption(
  options: BatchOptions,
  fn: AnyFunction | undefined,
): ((calls: readonly Call[]) => ResumableCall[]) | undefined {
  const { checkpoint: recorder } = options;
  if (recorder === undefined) return undefined;
  const namespace = options.namespace ?? (fn && nameOf(fn, options.name));
  if (namespace === undefined) {
    throw new TypeError(
      "A group of different functions needs the option namespace for its checkpoint",
    );
  }
  const keyOf = options.key === undefined ? defaultKeys(fn === undefined) : givenKeys(options);
  return (calls) => {
    const keys = calls.map(keyOf);
    const recorded = recorder.lookupAll(namespace, keys);
    return calls.map((call, n) => {
      return { ...call, entry: { recorder, namespace, key: keys[n] }, recorded: recorded[n] };
    });
  };
}

function givenKeys(options: BatchOptions): (call: Call) => string {
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
    const name = nameOf(fn);
    if (mixed && (named.get(name) ?? fn) !== fn) {
      throw keyError(item, `the batch has several functions of the name '${name}'`);
    }
    named.set(name, fn);
    try {
      return canonicalJson(mixed ? [name, ...args] : item);
    } catch (error) {
      throw keyError(item, isInstance(error, Error) ? error.message : show(error), error);
    }
  };
}

function keyError(item: unknown, why: string, cause?: unknown): TypeError {
  const message = `Cannot derive a checkpoint key from ${
    show(item)
  } without the option key: ${why}`;
  return new TypeError(message, { cause });
}
