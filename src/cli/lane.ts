import { AsyncQueue } from "../lanes/async/queue.ts";
import type { QueueOptions } from "../engine/options.ts";
import type { TaskQueue } from "../queue/queue.ts";
import { ProcessQueue } from "../lanes/process/queue.ts";
import { importTasks } from "../portable/import.ts";
import { ThreadQueue } from "../lanes/thread/queue.ts";
import type { LaneName } from "./options.ts";

/** What runs in the workers. */
export const inWorker = importTasks<typeof import("./in_worker.ts")>(
  new URL("./in_worker.ts", import.meta.url),
);

/**
 * Makes a queue whose tasks leave standard output alone, if this thread's is diverted too.
 *
 * @param lane Where its tasks run.
 * @param options Its options.
 * @returns The queue.
 */
export function createQueue(lane: LaneName, options: QueueOptions): TaskQueue {
  if (lane === "async") return new AsyncQueue(options);
  const Queue = lane === "thread" ? ThreadQueue : ProcessQueue;
  return new Queue({ ...options, initializer: inWorker.leaveStdout });
}
