import { show } from "../base/errors.ts";
import { assertIterable, isIterable } from "../base/iterables.ts";
import type { TaskSpec } from "../engine/intake.ts";
import type { Keys, TaskOptions } from "../task/options.ts";
import type { Entry, RecordedValue } from "../task/recorder.ts";
import type { AnyFunction } from "../task/task.ts";

/** Most tasks have no arguments. */
const NO_ARGUMENTS: readonly unknown[] = [];

/**
 * The arguments of a call of `submit`, which may be given without.
 *
 * @param argsOrOptions What follows the function.
 * @param options What follows that.
 * @returns A copy of them.
 * @throws {TypeError} When the arguments are not an array.
 */
export function submittedArguments(
  argsOrOptions: readonly unknown[] | TaskOptions | undefined,
  options: TaskOptions | undefined,
): readonly unknown[] {
  if (argsOrOptions === undefined) return NO_ARGUMENTS;
  if (Array.isArray(argsOrOptions)) {
    return argsOrOptions.length === 0 ? NO_ARGUMENTS : argsOrOptions.slice();
  }
  if (options !== undefined || typeof argsOrOptions !== "object" || argsOrOptions === null) {
    throw new TypeError(`The arguments must be an array: got ${show(argsOrOptions)}`);
  }
  return NO_ARGUMENTS;
}

/** The options of such a call, whose arguments are in order. */
export function submittedOptions(
  argsOrOptions: readonly unknown[] | TaskOptions | undefined,
  options: TaskOptions | undefined,
): TaskOptions | undefined {
  if (argsOrOptions === undefined || Array.isArray(argsOrOptions)) return options;
  return argsOrOptions as TaskOptions;
}

/** A call, and what it was made from. */
export interface Call extends TaskSpec {
  readonly item: unknown;
  // Added once the options have been read, where they ask for it: most calls are smaller without.
  keys?: Keys | undefined;
  dedupe?: string | undefined;
  entry?: Entry | undefined;
  recorded?: RecordedValue | undefined;
}

/** Makes a call. */
export function callOf(fn: AnyFunction, args: readonly unknown[], item: unknown): Call {
  return { fn, args, item };
}

/** The arguments that an item stands for: those in an array, or the item itself. */
export function argumentsOf(item: unknown): readonly unknown[] {
  return Array.isArray(item) ? item.slice() : [item];
}

/** The item that arguments stand for: the one argument, unless it is an array, or the array of all. */
export function itemOf(args: readonly unknown[]): unknown {
  return args.length === 1 && !Array.isArray(args[0]) ? args[0] : args;
}

/** A call of the function for each item. */
export function callsOf(fn: AnyFunction, items: Iterable<unknown>): Call[] {
  assertIterable(items);
  return Array.from(items, (item) => callOf(fn, argumentsOf(item), item));
}

/** Whether it is calls of different functions that `group` was given, not one function. */
export function areCalls(
  fnOrCalls: AnyFunction | Iterable<readonly [AnyFunction, ...unknown[]]>,
): fnOrCalls is Iterable<readonly [AnyFunction, ...unknown[]]> {
  return typeof fnOrCalls !== "function" && isIterable(fnOrCalls);
}

/**
 * Tells the two forms of `group` apart: one function for all items, or calls of different functions.
 *
 * @param fnOrCalls The function, or the calls.
 * @param itemsOrOptions The items, or the options.
 * @param options The options, after items.
 * @returns The calls, and the options.
 * @throws {TypeError} When there is nothing to iterate over, or a call is not an array.
 */
export function groupCalls<O>(
  fnOrCalls: AnyFunction | Iterable<readonly [AnyFunction, ...unknown[]]>,
  itemsOrOptions: Iterable<unknown> | O | undefined,
  options: O | undefined,
): [Call[], O | undefined] {
  if (areCalls(fnOrCalls)) {
    return [mixedCalls(fnOrCalls), itemsOrOptions as O | undefined];
  }
  return [callsOf(fnOrCalls, itemsOrOptions as Iterable<unknown>), options];
}

function mixedCalls(calls: Iterable<readonly [AnyFunction, ...unknown[]]>): Call[] {
  return Array.from(calls, (call) => {
    if (!Array.isArray(call)) {
      throw new TypeError(
        `Each entry of a group must be an array of a function and its arguments: got ${show(call)}`,
      );
    }
    const [fn, ...args] = call;
    return callOf(fn, args, call);
  });
}
