/**
 * The lane on the event loop alone: for browsers and small bundles. No module of Node's and no report comes with it.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane/async";
 *
 * await using queue = new AsyncQueue({ workers: 8 });
 * queue.map(async (n: number) => await Promise.resolve(n * n), [1, 2, 3], { retries: 2 });
 * const summary = await queue.run();
 * console.log(summary.values); // [ 1, 4, 9 ]
 * ```
 *
 * @module
 */
export * from "../../queue/mod.ts";
export { asyncMap } from "./map.ts";
export { AsyncQueue } from "./queue.ts";
