import type { ItemArguments, Items, LoneArgument } from "../../queue/items.ts";
import { mapOnce, type MapOptions } from "../../queue/one_shot.ts";
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
export function asyncMap<
  I extends Readonly<A> | LoneArgument<A>,
  A extends readonly unknown[] = ItemArguments<I>,
  R = unknown,
>(
  fn: (...args: A) => R,
  items: Items<I> | AsyncIterable<I>,
  options: MapOptions<NoInfer<I>> = {},
): Promise<Awaited<R>[]> {
  return mapOnce(
    fn,
    items,
    options,
    ASYNC_OPTION_CHECKS,
    (queueOptions) => new AsyncQueue(queueOptions),
  ) as Promise<Awaited<R>[]>;
}
