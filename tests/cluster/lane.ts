/**
 * The cluster as a lane of the conformance tests: each queue has a node of its own in this program.
 *
 * @module
 */
import {
  type ClusterEngine,
  type ClusterNode,
  ClusterQueue,
  importTasks,
  type QueueOptions,
  serveCluster,
  type TaskQueue,
} from "../../src/lanes/cluster/mod.ts";
import type { Lane } from "../conformance/lanes.ts";
import type * as tasks from "../conformance/tasks.ts";
import { leaveOut } from "../harness.ts";
import { LEFT_OUT } from "./left_out.ts";
import { makeEngine } from "./support.ts";

leaveOut(LEFT_OUT.map((name) => `ClusterQueue: ${name}`));

const root = new URL("../conformance/", import.meta.url);

/** How many attempts a node runs at once where a test leaves it open. */
const WORKERS = 4;

/** A producer and its node, which runs on the server's time whatever clock a test has, starts when the producer connects for the first time and ends with it. */
class QueueWithNode extends ClusterQueue {
  #node: Promise<ClusterNode> | undefined;
  readonly #workers: number;

  constructor({ workers = WORKERS, clock: _, ...options }: QueueOptions = {}) {
    const own = makeEngine();
    const engine: ClusterEngine = {
      ...own,
      get bullmq() {
        start();
        return own.bullmq;
      },
    };
    let start = () => {};
    super({ engine, name: "tasks", root, ...options });
    this.#workers = workers;
    start = () => {
      const node = { engine: own, name: "tasks", root, tasks: ["./tasks.ts"], workers };
      this.#node ??= serveCluster({ ...node, lane: "async" });
    };
  }

  /** Those of its node. */
  override get workers(): number {
    return this.#workers;
  }

  override set workers(workers: number) {
    super.workers = workers;
  }

  override async shutdown(options?: { force?: boolean; timeout?: number }): Promise<void> {
    await super.shutdown(options);
    const node = await this.#node;
    this.#node = undefined;
    await node?.close({ timeout: 5_000 });
  }
}

/** The lane. */
export const clusterLane: Lane = {
  name: "ClusterQueue",
  create: (options) => new QueueWithNode(options) as unknown as TaskQueue,
  use: (options, body) => QueueWithNode.use(options, body as never),
  asCompleted: ClusterQueue.asCompleted,
  map: undefined as never,
  tasks: importTasks(new URL("tasks.ts", root)) as unknown as typeof tasks,
  many: 500,
  differences: {
    workersPerCore: Infinity,
    runsClosures: false,
    keepsIdentity: false,
    lendsSlot: false,
    unlimitedWorkers: false,
    stopsStubbornWork: false,
  },
};
