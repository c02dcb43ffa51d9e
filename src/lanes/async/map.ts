import type { Items, LoneItem, MapItem } from "../../queue/items.ts";
import { mapOnce, type MapOptions } from "../../queue/one_shot.ts";
import type { AnyFunction } from "../../task/task.ts";
import { ASYNC_OPTION_CHECKS, AsyncQueue } from "./queue.ts";

/**
 * Runs a function over all items on the event loop, some at a time.
 *
 * @param fn The function to run.
 * @param items For each task an array of arguments, or its one argument.
 * @param options How to run; see {@linkcode MapOptions}.
 * @returns The values, in input order.
 * @throws {ExecutionError} (rejects) When a task failed or was cancelled, once all have ended. With
 * `failPolicy: "fail-first"` that is soon after the first failure.
 * @throws {TypeError} (rejects) When an option is unknown or of the wrong type.
 * @throws {RangeError} (rejects) When an option's value is out of range.
 *
 * @example
 * ```ts
 * import { asyncMap } from "@trilane/trilane";
 *
 * const lengths = await asyncMap(async (word: string) => {
 *   await Promise.resolve();
 *   return word.length;
 * }, ["a", "bc"], { workers: 2 });
 * console.log(lengths); // [ 1, 2 ]
 * ```
 */
export function asyncMap<P, R>(
  fn: (item: P) => R,
  items: Items<LoneItem<P>> | AsyncIterable<LoneItem<P>>,
  options?: MapOptions<NoInfer<P>>,
): Promise<Awaited<R>[]>;
/**
 * Runs a function over all items, of which some or all are arrays of arguments.
 *
 * @param fn The function to run.
 * @param items For each task an array of arguments, or its one argument.
 * @param options How to run; see {@linkcode MapOptions}.
 * @returns The values, in input order.
 */
export function asyncMap<A extends readonly unknown[], R, I extends MapItem<A>>(
  fn: (...args: A) => R,
  items: Items<I> | AsyncIterable<I>,
  options?: MapOptions<NoInfer<I>>,
): Promise<Awaited<R>[]>;
export function asyncMap(
  fn: AnyFunction,
  items: Iterable<unknown> | AsyncIterable<unknown>,
  options: MapOptions = {},
): Promise<unknown[]> {
  return mapOnce(
    fn,
    items,
    options,
    ASYNC_OPTION_CHECKS,
    (queueOptions) => new AsyncQueue(queueOptions),
  );
}
