import type { QueueOptions } from "../../engine/options.ts";
import { AsyncQueue } from "../../lanes/async/queue.ts";
import { ClusterQueue } from "../../lanes/cluster/producer/queue.ts";
import type { ProcessOptions } from "../../lanes/process/options.ts";
import { ProcessQueue } from "../../lanes/process/queue.ts";
import { ThreadQueue } from "../../lanes/thread/queue.ts";
import { importTasks } from "../../portable/import.ts";
import type { TaskQueue } from "../../queue/queue.ts";
import { neighbour } from "../../runtime/neighbour.ts";
import { currentFolder, engineAt } from "../cluster/engine.ts";
import type { LaneName } from "../options/options.ts";

/** What runs in the workers. */
export const inWorker = importTasks<typeof import("./in_worker.ts")>(
  neighbour(import.meta.url, "./in_worker.ts"),
);

/** How workers leave the program's output alone. */
export interface LaneOptions {
  readonly lane: LaneName;
  /** The cluster that runs the tasks instead: its server, and what its queue is called. */
  readonly cluster?: { readonly url: string; readonly name: string };
  /** Whether a progress bar is where they print. */
  readonly hasBar: boolean;
  /** Further options of the process lane. */
  readonly process: Pick<ProcessOptions, "permissions" | "memoryLimit" | "onOutput">;
}

/**
 * Makes a queue whose tasks leave standard output alone, if this thread's is diverted too.
 *
 * @param lane Where its tasks run.
 * @param options Its options.
 * @returns The queue.
 */
export function createQueue(
  { lane, cluster, hasBar, process }: LaneOptions,
  options: QueueOptions,
): TaskQueue {
  if (cluster !== undefined) {
    const { url, name } = cluster;
    const engine = engineAt(url);
    return new ClusterQueue({ ...options, engine, name, root: currentFolder() }) as TaskQueue;
  }
  if (lane === "async") return new AsyncQueue(options);
  const initializer = hasBar ? inWorker.printAboveBar : inWorker.leaveStdout;
  if (lane === "thread") return new ThreadQueue({ ...options, initializer });
  // What tasks write is apart already where it is given to a hook.
  const isApart = process.onOutput !== undefined;
  return new ProcessQueue({ ...options, ...process, ...(!isApart && { initializer }) });
}
