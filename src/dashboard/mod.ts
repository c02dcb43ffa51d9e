/**
 * A page that shows queues live, served on this machine.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { dashboard } from "@trilane/trilane/dashboard";
 *
 * await using queue = new AsyncQueue();
 * await using page = await dashboard({ squares: queue }, { port: 0 });
 * console.log(`See ${page.url}`);
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * await queue.run();
 * ```
 *
 * @module
 */
export { type Dashboard, dashboard, type DashboardOptions } from "./dashboard.ts";
export type { WatchedQueue } from "./recorder.ts";
