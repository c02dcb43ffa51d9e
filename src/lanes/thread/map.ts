import type { Portable } from "../../portable/portable.ts";
import type { LoneArgument } from "../../queue/items.ts";
import { mapOnce, type MapOptions } from "../../queue/one_shot.ts";
import { POOL_OPTION_CHECKS, type PoolOptions } from "../pool/host/options.ts";
import { ThreadQueue } from "./queue.ts";

/**
 * The options of a one-shot map on a pool: those of the pool and of its tasks together.
 *
 * @example
 * ```ts
 * import { inlineTask, type PoolMapOptions, threadMap } from "@trilane/trilane/thread";
 *
 * const options: PoolMapOptions = { workers: 2, idleTimeout: 100, retries: 1 };
 * console.log(await threadMap(inlineTask((n: number) => n * n), [1, 2, 3], options)); // [ 1, 4, 9 ]
 * ```
 */
export type PoolMapOptions<I = unknown> =
  & MapOptions<I>
  & Omit<PoolOptions, "onProgress" | "timeout">;

/**
 * Runs a portable task over all items on Web Workers, some at a time.
 *
 * @param task The portable task to run.
 * @param items For each attempt an array of arguments, or its one argument.
 * @param options How to run; see {@linkcode MapOptions} and {@linkcode PoolOptions}.
 * @returns The values, in input order.
 * @throws {ExecutionError} (rejects) When a task failed or was cancelled, once all have ended.
 * @throws {NotPortableError} (rejects) When `task` is a function but not a portable one.
 * @throws {TypeError} (rejects) When an option is unknown or of the wrong type.
 * @throws {RangeError} (rejects) When an option's value is out of range.
 *
 * @example
 * ```ts
 * import { inlineTask, threadMap } from "@trilane/trilane";
 *
 * const square = inlineTask((n: number) => n * n);
 * console.log(await threadMap(square, [1, 2, 3], { workers: 2 })); // [ 1, 4, 9 ]
 * ```
 */
export function threadMap<A extends readonly unknown[], R, I extends Readonly<A> | LoneArgument<A>>(
  task: ((...args: A) => R) & Portable,
  items: Iterable<I> | AsyncIterable<I>,
  options: PoolMapOptions<NoInfer<I>> = {},
): Promise<Awaited<R>[]> {
  return mapOnce(
    task,
    items,
    options,
    POOL_OPTION_CHECKS,
    (queueOptions) => new ThreadQueue(queueOptions) as never,
  ) as Promise<Awaited<R>[]>;
}
