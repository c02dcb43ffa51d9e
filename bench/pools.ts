/**
 * Pools of threads and of processes, all asked in the same way to run the functions of `tasks.js`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { PortableTask } from "@trilane/trilane/thread";
import type * as functions from "./tasks.js";
import { type Contender, LOCAL, type Runner, type Runtime } from "./work.ts";

export type TaskName = keyof typeof functions;

/** What a pool's workers are. */
export type Lane = "thread" | "process";

/** A pool that has been opened. */
export interface Pool {
  /** Runs a function in a worker. */
  run(task: TaskName, arg: unknown, transfer?: ArrayBuffer[]): Promise<unknown>;
  close(): Promise<unknown>;
}

/** One that can be opened. */
export interface PoolContender extends Omit<Contender, "open"> {
  /** Opens it with so many workers. */
  open(workers: number): Promise<Pool>;
}

/** The module of what workers are given to do. */
export const tasksUrl = new URL("./tasks.js", import.meta.url);

/** Where workerpool works: its workers never answer on Bun. */
const NOT_BUN: readonly Runtime[] = ["deno", "node", "chromium"];

/** What a pool is told to find a module by: pages know no paths. */
function place(file: string): string {
  const url = new URL(file, import.meta.url);
  return url.protocol === "file:" ? fileURLToPath(url) : url.href;
}

type PoolQueue = InstanceType<
  | typeof import("@trilane/trilane/thread").ThreadQueue
  | typeof import("@trilane/trilane/process").ProcessQueue
>;

/** The tasks as Trilane takes them. */
export async function portableTasks() {
  const { importTasks } = await import("@trilane/trilane/thread");
  return importTasks<typeof functions>(tasksUrl);
}

/** Opens a queue of one of Trilane's lanes. */
export async function openQueue(
  lane: Lane,
  options: { workers: number; minWorkers?: number; retain?: "none" },
): Promise<PoolQueue> {
  const Queue = lane === "thread"
    ? (await import("@trilane/trilane/thread")).ThreadQueue
    : (await import("@trilane/trilane/process")).ProcessQueue;
  const queue = new Queue({ minWorkers: options.workers, ...options });
  await queue.start();
  return queue;
}

async function openTrilane(lane: Lane, workers: number): Promise<Pool> {
  const { transfer } = await import("@trilane/trilane/thread");
  const tasks = await portableTasks();
  const queue = await openQueue(lane, { workers, retain: "none" });
  return {
    run(task, arg, transferables) {
      const fn = tasks[task] as PortableTask<[unknown], unknown>;
      const value = transferables === undefined ? arg : transfer(arg as object, transferables);
      return queue.submit(fn, [value]).value();
    },
    close: () => queue.shutdown(),
  };
}

async function openTinypool(runtime: "worker_threads" | "child_process", workers: number) {
  const { Tinypool } = await import("tinypool");
  const pool = new Tinypool({
    runtime,
    filename: tasksUrl.href,
    minThreads: workers,
    maxThreads: workers,
  });
  return {
    run: (name: TaskName, arg: unknown, transferList?: ArrayBuffer[]) =>
      pool.run(arg, { name, transferList: transferList as never }),
    close: () => pool.destroy(),
  };
}

async function openWorkerpool(workerType: "thread" | "process" | "web", workers: number) {
  const { default: workerpool } = await import("workerpool");
  const pool = workerpool.pool(place("workers/workerpool.js"), {
    workerType,
    minWorkers: workers,
    maxWorkers: workers,
  });
  return {
    run: async (name: TaskName, arg: unknown, transfer?: ArrayBuffer[]) =>
      await pool.exec(name, [arg], { transfer }),
    close: async () => await pool.terminate(),
  };
}

/** Pools of threads. */
export const threadPools: readonly PoolContender[] = [
  {
    name: "Trilane ThreadQueue",
    kind: "trilane",
    open: (workers) => openTrilane("thread", workers),
  },
  {
    name: "piscina",
    kind: "peer",
    runsOn: LOCAL,
    async open(workers) {
      const { Piscina } = await import("piscina");
      const pool = new Piscina({
        filename: tasksUrl.href,
        minThreads: workers,
        maxThreads: workers,
      });
      return {
        run: (name, arg, transferList) =>
          pool.run(arg, { name, transferList: transferList as never }),
        close: () => pool.destroy(),
      };
    },
  },
  {
    name: "tinypool",
    kind: "peer",
    runsOn: LOCAL,
    open: (workers) => openTinypool("worker_threads", workers),
  },
  {
    name: "workerpool",
    kind: "peer",
    runsOn: NOT_BUN,
    open: (workers) => openWorkerpool("document" in globalThis ? "web" : "thread", workers),
  },
  {
    name: "poolifier",
    kind: "peer",
    runsOn: LOCAL,
    async open(workers) {
      const { FixedThreadPool } = await import("poolifier");
      const worker = place("workers/poolifier.js");
      const pool = new FixedThreadPool<unknown, unknown>(workers, worker);
      return {
        run: (name, arg, transferList) => pool.execute(arg, name, undefined, transferList),
        close: () => pool.destroy(),
      };
    },
  },
];

/** Pools of processes. */
export const processPools: readonly PoolContender[] = [
  {
    name: "Trilane ProcessQueue",
    kind: "trilane",
    open: (workers) => openTrilane("process", workers),
  },
  {
    name: "tinypool (child_process)",
    kind: "peer",
    open: (workers) => openTinypool("child_process", workers),
  },
  {
    name: "workerpool (process)",
    kind: "peer",
    runsOn: NOT_BUN,
    open: (workers) => openWorkerpool("process", workers),
  },
];

/**
 * Has pools do a work.
 *
 * @param pools Which.
 * @param workers How many workers each has.
 * @param prepare Makes what one round does with an open pool.
 * @returns The contenders.
 */
export function inPools(
  pools: readonly PoolContender[],
  workers: number,
  prepare: (pool: Pool) => Runner["round"],
): Contender[] {
  return pools.map((contender) => ({
    ...contender,
    async open() {
      const pool = await contender.open(workers);
      return { round: prepare(pool), close: () => pool.close() };
    },
  }));
}
