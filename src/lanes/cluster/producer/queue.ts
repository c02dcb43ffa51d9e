import { assertPortable } from "../../../portable/assert.ts";
import { type Portable, referenceOf } from "../../../portable/portable.ts";
import { type Lane, TaskQueue } from "../../../queue/queue.ts";
import { platformWithSites } from "../../../runtime/site.ts";
import { Root } from "../wire/root.ts";
import { ClusterExecutor } from "./executor.ts";
import { CLUSTER_OPTION_CHECKS, CLUSTER_TASK_CHECKS, type ClusterOptions } from "./options.ts";

/**
 * A queue whose tasks run on many machines: on the nodes of a cluster, which `serveCluster` makes. It is a producer; any number of
 * them may share a queue, on any runtime. The tasks are held by BullMQ on Redis or Valkey, which orders, delays and retries
 * them; each is an ordinary BullMQ job with the path of its module below `root`, the name of its function and its arguments.
 *
 * * Tasks are portable, made by `defineTasks` or `importTasks`, in modules below `root`. Inline tasks are refused.
 * * A task is handed over as soon as the queue has been started, whatever its priority and its delay. Tasks of one turn go together.
 * * Delivery is at least once: the tasks of a node that died run again on another, and the result's `attempts` says so. So may
 *   those whose server was started anew, and those of a producer that was cut off.
 * * When the server can't be reached for the engine's `serverTimeout`, the tasks that are outstanding fail with
 *   `QueueStateError`, and so do those that are submitted then.
 * * A task that is cancelled settles at once. Its job is removed or, if it has begun, its function gets its signal on the other
 *   machine. A node that doesn't get word in time runs it to its end, for nobody.
 * * `pause()` takes this producer's waiting tasks back; `resume()` hands them over anew.
 * * What a submission's async context holds stays here.
 * * Of queue options it takes `size`, `timeout`, `mode`, `failPolicy`, `onExit`, `rate`, `defaults`, `retain` and hooks. `rate` is set
 *   for the whole cluster and stays set; it counts by windows of whole milliseconds, one after the other.
 * * Of task options it takes all but `keys` and `retryIf`. Priorities are whole numbers from 0 to 2,097,151. `after`, `dedupe`,
 *   `signal`, `mustComplete`, `checkpoint` and the like live in this producer.
 * * A result's `workerId` numbers the nodes in the order in which they were heard of. `stats` are those of this producer;
 *   `workers` is 0.
 *
 * @example
 * ```ts ignore
 * import * as bullmq from "bullmq";
 * import { bullmqEngine, ClusterQueue } from "@trilane/trilane/cluster";
 * import { resize } from "./tasks.ts";
 *
 * const engine = bullmqEngine(bullmq, { connection: { host: "127.0.0.1", port: 6379 } });
 * const root = new URL(".", import.meta.url);
 * await using queue = new ClusterQueue({ engine, name: "images", root });
 * queue.map(resize, ["a.png", "b.png"], { retries: 3 });
 * const summary = await queue.run();
 * console.log(summary.succeeded); // 2
 * ```
 */
export class ClusterQueue extends TaskQueue<Portable> {
  /**
   * Makes a queue. It connects when there is something to send.
   *
   * @param options The queue's options. `engine`, `name` and `root` are needed.
   * @throws {TypeError} When an option is missing, unknown, not supported or of the wrong type.
   * @throws {RangeError} When an option's value is out of range.
   */
  constructor(options: ClusterOptions) {
    super(options, lane(options));
  }
}

function lane(given: ClusterOptions): Lane {
  const options = { ...given };
  let root: Root;
  return {
    checks: CLUSTER_OPTION_CHECKS,
    taskChecks: CLUSTER_TASK_CHECKS,
    // Functions run on other machines, where there is nothing of an async context here.
    platform: { ...platformWithSites, asyncContexts: undefined },
    assertTask(fn) {
      assertPortable(fn, "A task of a ClusterQueue must be a portable task");
      root.pathOf(referenceOf(fn)!);
    },
    createExecutor(host) {
      for (const name of ["engine", "name", "root"] as const) {
        if (options[name] === undefined) CLUSTER_OPTION_CHECKS[name]!(name, undefined);
      }
      root = new Root(options.root);
      const { engine, name, rate } = options;
      return new ClusterExecutor(host, { engine, name, root, rate });
    },
  };
}
