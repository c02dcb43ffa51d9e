/**
 * The lanes that the conformance tests run against, and how they differ.
 *
 * @module
 */
import { env } from "node:process";
import {
  type asCompleted,
  asyncMap,
  AsyncQueue,
  importTasks,
  processMap,
  ProcessQueue,
  type QueueOptions,
  type TaskQueue,
  threadMap,
  ThreadQueue,
} from "../../mod.ts";
import { inPage } from "../harness.ts";
import * as tasks from "./tasks.ts";

/** What a lane does in its own way. All else is the same on every lane. */
export interface Differences {
  /** How many workers there are by default for each processor, 32 in all at the most. */
  readonly workersPerCore: number;
  /** Runs any function, such as one that closes over what the test knows. */
  readonly runsClosures: boolean;
  /** Hands arguments, values and errors over as they are, not as copies. */
  readonly keepsIdentity: boolean;
  /** `currentTask().wait(handle)` lends the task's slot. */
  readonly lendsSlot: boolean;
  /** May have any number of workers. */
  readonly unlimitedWorkers: boolean;
  /** Stops an interrupted attempt that never looks at its signal, instead of leaving it to run on. */
  readonly stopsStubbornWork: boolean;
}

/** One lane, as the tests see it. */
export interface Lane {
  /** The name of its class. */
  readonly name: string;
  /** Makes a queue. */
  create(options?: QueueOptions): TaskQueue;
  /** The class's `use`. */
  use<T>(options: QueueOptions, body: (queue: TaskQueue) => T | Promise<T>): Promise<T>;
  /** The class's `asCompleted`. */
  readonly asCompleted: typeof asCompleted;
  /** The one-shot helper. */
  readonly map: typeof asyncMap;
  /** The task functions, in the form that the lane takes. */
  readonly tasks: typeof tasks;
  /** How many tasks are a heavy load for it. */
  readonly many: number;
  /** What it does in its own way. */
  readonly differences: Differences;
}

/** The task functions, as threads and processes take them. */
const portable = importTasks(new URL("./tasks.ts", import.meta.url)) as unknown as typeof tasks;

/** What both pools do in their own way. */
const POOL: Differences = {
  workersPerCore: 1,
  runsClosures: false,
  keepsIdentity: false,
  lendsSlot: false,
  unlimitedWorkers: false,
  stopsStubbornWork: true,
};

/** The lanes of this machine. */
const ownLanes: readonly Lane[] = [
  {
    name: "AsyncQueue",
    create: (options) => new AsyncQueue(options),
    use: (options, body) => AsyncQueue.use(options, body),
    asCompleted: AsyncQueue.asCompleted,
    map: asyncMap,
    tasks,
    many: 100_000,
    differences: {
      workersPerCore: 4,
      runsClosures: true,
      keepsIdentity: true,
      lendsSlot: true,
      unlimitedWorkers: true,
      stopsStubbornWork: false,
    },
  },
  {
    name: "ThreadQueue",
    create: (options) => new ThreadQueue(options) as unknown as TaskQueue,
    use: (options, body) => ThreadQueue.use(options, body as never),
    asCompleted: ThreadQueue.asCompleted,
    map: threadMap as never,
    tasks: portable,
    many: 2_000,
    differences: POOL,
  },
  {
    name: "ProcessQueue",
    create: (options) => new ProcessQueue(options) as unknown as TaskQueue,
    use: (options, body) => ProcessQueue.use(options, body as never),
    asCompleted: ProcessQueue.asCompleted,
    map: processMap as never,
    tasks: portable,
    many: 1_000,
    differences: POOL,
  },
];

/** All lanes that there are; where the cluster is tested, that one alone. */
export const lanes: readonly Lane[] = env.TRILANE_TEST_SERVER === undefined
  ? ownLanes.filter(({ name }) => !inPage || name !== "ProcessQueue")
  : [(await import("../cluster/lane.ts")).clusterLane];
