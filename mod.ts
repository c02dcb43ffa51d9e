/**
 * Structured task queues with one API over three lanes: submit tasks with priorities, retries, timeouts
 * and protection, run the queue, and look at handles and a summary.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue({ workers: 8 });
 * queue.map(async (n: number) => await Promise.resolve(n * n), [1, 2, 3], { retries: 2 });
 * const summary = await queue.run();
 * console.log(summary.values); // [ 1, 4, 9 ]
 * ```
 *
 * @module
 */
import "./src/remote/share.ts";

export * from "./src/lanes/async/mod.ts";
export * from "./src/lanes/process/mod.ts";
export * from "./src/lanes/thread/mod.ts";
export {
  type ProgressDisplay,
  type ProgressOptions,
  type ProgressOutput,
  trackProgress,
} from "./src/progress/track.ts";
export { RemoteGroup } from "./src/remote/group.ts";
export type { PlainRemoteHandle, RemoteHandle } from "./src/remote/handle.ts";
export { attachQueue, RemoteQueue } from "./src/remote/queue.ts";
