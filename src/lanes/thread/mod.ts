/**
 * The lane on Web Workers alone.
 *
 * @example
 * ```ts
 * import { inlineTask, ThreadQueue } from "@trilane/trilane/thread";
 *
 * await using queue = new ThreadQueue({ workers: 2 });
 * queue.map(inlineTask((n: number) => n * n), [1, 2, 3]);
 * const summary = await queue.run();
 * console.log(summary.succeeded); // 3
 * ```
 *
 * @module
 */
export * from "../../portable/mod.ts";
export * from "../../queue/mod.ts";
export type { PoolOptions } from "../pool/host/options.ts";
export { type PoolMapOptions, threadMap } from "./map.ts";
export { ThreadQueue } from "./queue.ts";
