/**
 * The same queue on many machines, by BullMQ on Redis or Valkey. The module `bullmq` is handed in: this one imports none of it.
 *
 * @example
 * ```ts ignore
 * import * as bullmq from "bullmq";
 * import { bullmqEngine, ClusterQueue, serveCluster } from "@trilane/trilane/cluster";
 * import { resize } from "./tasks.ts";
 *
 * const engine = bullmqEngine(bullmq, { connection: { host: "127.0.0.1", port: 6379 } });
 * const root = new URL(".", import.meta.url);
 *
 * // On each machine that is to work:
 * await using node = await serveCluster({ engine, name: "images", root, tasks: ["./tasks.ts"] });
 *
 * // On the one that has work:
 * await using queue = new ClusterQueue({ engine, name: "images", root });
 * console.log(await queue.submit(resize, ["a.png"]).value());
 * ```
 *
 * @module
 */
export * from "../../portable/mod.ts";
export * from "../../queue/mod.ts";
export type { DenoPermissions, PoolOptions, ProcessOptions, SpawnContext } from "../process/mod.ts";
export type {
  BullBackend,
  BullClient,
  BullConnection,
  BullEventsProducer,
  BullJob,
  BullMQ,
  BullQueue,
  BullStream,
  BullWorker,
} from "./bullmq.ts";
export { bullmqEngine, type ClusterEngine, type EngineOptions } from "./engine.ts";
export type { ServeOptions } from "./node/options.ts";
export { type ClusterNode, serveCluster } from "./node/serve.ts";
export type { ClusterOptions } from "./producer/options.ts";
export { ClusterQueue } from "./producer/queue.ts";
