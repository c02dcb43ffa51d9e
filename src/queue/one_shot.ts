import { checkOptions, type OptionChecks } from "../base/checks.ts";
import { assertIterable, isAsyncIterable } from "../base/iterables.ts";
import type { QueueOptions } from "../engine/options.ts";
import type { AnyFunction } from "../task/task.ts";
import type { MapItem } from "./items.ts";
import type { TaskQueue } from "./queue.ts";
import { BATCH_OPTION_CHECKS, type BatchOptions } from "./resume.ts";

/**
 * The options of a one-shot map: those of a queue and of its tasks together.
 *
 * * `timeout` is the task's, for each attempt; to limit the whole pass a `signal`, such as
 *   `AbortSignal.timeout(ms)`.
 * * `onProgress` is called after each task with how many of how many have ended.
 * * `size`, `mode` and `retain` mean nothing here.
 *
 * @example
 * ```ts
 * import { asyncMap, type MapOptions } from "@trilane/trilane";
 *
 * const options: MapOptions = { workers: 2, retries: 1, onProgress: (done, total) => console.log(done, total) };
 * console.log(await asyncMap((n: number) => n * n, [1, 2, 3], options)); // [ 1, 4, 9 ]
 * ```
 */
export interface MapOptions<I = unknown>
  extends Omit<QueueOptions, "onProgress" | "timeout">, BatchOptions<I> {
  /** Called when a task has ended: how many have, those of recorded successes included, and of how many. */
  onProgress?(done: number, total: number): void;
}

/**
 * Runs a function over all items on a queue of its own, which is gone afterwards.
 *
 * @param fn The function to run.
 * @param items For each task an array of arguments, or its one argument.
 * @param options The caller's options.
 * @param queueChecks The options that the lane's queues take.
 * @param createQueue Makes a queue of the lane.
 * @returns The values, in input order.
 */
export async function mapOnce(
  fn: AnyFunction,
  items: Iterable<unknown> | AsyncIterable<unknown>,
  options: MapOptions,
  queueChecks: OptionChecks,
  createQueue: (options: QueueOptions) => TaskQueue,
): Promise<unknown[]> {
  checkOptions("map", options, { ...queueChecks, ...BATCH_OPTION_CHECKS });
  const own: Record<string, unknown> = {};
  const queueOptions: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    (name in BATCH_OPTION_CHECKS ? own : queueOptions)[name] = value;
  }
  const { onProgress, onComplete } = options;
  let done = 0;
  let total = 0;
  const queue = createQueue({
    ...queueOptions,
    mode: "finite",
    size: 0,
    retain: "none",
    onProgress: undefined,
    onComplete(result) {
      done++;
      try {
        onComplete?.call(options, result);
      } finally {
        onProgress?.call(options, done, total);
      }
    },
  });
  try {
    const list = await listOf(items);
    total = list.length;
    await queue.start();
    return await queue.group(fn, list as MapItem<unknown[]>[], own).values();
  } finally {
    await queue.cancel();
  }
}

function listOf(items: Iterable<unknown> | AsyncIterable<unknown>): unknown[] | Promise<unknown[]> {
  if (isAsyncIterable(items)) return Array.fromAsync(items);
  assertIterable(items);
  return Array.from(items);
}
