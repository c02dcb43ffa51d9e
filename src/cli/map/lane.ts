import type { QueueOptions } from "../../engine/options.ts";
import { AsyncQueue } from "../../lanes/async/queue.ts";
import { ProcessQueue } from "../../lanes/process/queue.ts";
import { ThreadQueue } from "../../lanes/thread/queue.ts";
import { importTasks } from "../../portable/import.ts";
import type { TaskQueue } from "../../queue/queue.ts";
import type { LaneName } from "../options/options.ts";

/** What runs in the workers. */
export const inWorker = importTasks<typeof import("./in_worker.ts")>(
  new URL("./in_worker.ts", import.meta.url),
);

/** How workers leave the program's output alone. */
export interface LaneOptions {
  readonly lane: LaneName;
  /** Whether a progress bar is where they print. */
  readonly hasBar: boolean;
  /** Further options of the process lane. */
  readonly process: object;
}

/**
 * Makes a queue whose tasks leave standard output alone, if this thread's is diverted too.
 *
 * @param lane Where its tasks run.
 * @param options Its options.
 * @returns The queue.
 */
export function createQueue(
  { lane, hasBar, process }: LaneOptions,
  options: QueueOptions,
): TaskQueue {
  if (lane === "async") return new AsyncQueue(options);
  const initializer = hasBar ? inWorker.printAboveBar : inWorker.leaveStdout;
  if (lane === "thread") return new ThreadQueue({ ...options, initializer });
  return new ProcessQueue({ ...options, ...process, initializer });
}
