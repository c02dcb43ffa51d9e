import type { Portable } from "../../portable/portable.ts";
import type { LoneArgument } from "../../queue/items.ts";
import { mapOnce, type MapOptions } from "../../queue/one_shot.ts";
import { PROCESS_OPTION_CHECKS, type ProcessOptions } from "./options.ts";
import { ProcessQueue } from "./queue.ts";

/**
 * The options of a one-shot map on processes: those of the queue and of its tasks together.
 *
 * @example
 * ```ts
 * import { inlineTask, processMap, type ProcessMapOptions } from "@trilane/trilane/process";
 *
 * const options: ProcessMapOptions = { workers: 1, killDelay: 500, retries: 1 };
 * console.log(await processMap(inlineTask((n: number) => n * n), [1, 2, 3], options)); // [ 1, 4, 9 ]
 * ```
 */
export type ProcessMapOptions<I = unknown> =
  & MapOptions<I>
  & Omit<ProcessOptions, "onProgress" | "timeout">;

/**
 * Runs a portable task over all items in subprocesses, some at a time.
 *
 * @param task The portable task to run.
 * @param items For each attempt an array of arguments, or its one argument.
 * @param options How to run; see {@linkcode MapOptions} and {@linkcode ProcessOptions}.
 * @returns The values, in input order.
 * @throws {ExecutionError} (rejects) When a task failed or was cancelled, once all have ended.
 * @throws {NotPortableError} (rejects) When `task` is a function but not a portable one.
 * @throws {TypeError} (rejects) When an option is unknown or of the wrong type.
 * @throws {RangeError} (rejects) When an option's value is out of range.
 *
 * @example
 * ```ts
 * import { inlineTask, processMap } from "@trilane/trilane";
 *
 * const square = inlineTask((n: number) => n * n);
 * console.log(await processMap(square, [1, 2, 3], { workers: 1 })); // [ 1, 4, 9 ]
 * ```
 */
export function processMap<
  A extends readonly unknown[],
  R,
  I extends Readonly<A> | LoneArgument<A>,
>(
  task: ((...args: A) => R) & Portable,
  items: Iterable<I> | AsyncIterable<I>,
  options: ProcessMapOptions<NoInfer<I>> = {},
): Promise<Awaited<R>[]> {
  return mapOnce(
    task,
    items,
    options,
    PROCESS_OPTION_CHECKS,
    (queueOptions) => new ProcessQueue(queueOptions) as never,
  ) as Promise<Awaited<R>[]>;
}
