/**
 * The lane on subprocesses alone.
 *
 * @example
 * ```ts
 * import { inlineTask, ProcessQueue } from "@trilane/trilane/process";
 *
 * await using queue = new ProcessQueue({ workers: 1 });
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
export { processMap, type ProcessMapOptions } from "./map.ts";
export type { ProcessOptions, SpawnContext } from "./options.ts";
export { ProcessQueue } from "./queue.ts";
export type { DenoPermissions } from "../../runtime/runtime.ts";
