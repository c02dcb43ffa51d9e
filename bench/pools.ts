/**
 * Pools of threads and of processes, all asked in the same way to run the functions of `tasks.js`.
 *
 * @module
 */
import type { PortableTask } from "@trilane/trilane";
import { fileURLToPath } from "node:url";
import type { Contender, Runner, Runtime } from "./work.ts";
import type * as functions from "./tasks.js";

export type TaskName = keyof typeof functions;

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

const tasksUrl = new URL("./tasks.js", import.meta.url);
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
/** Where workerpool works: its workers never answer on Bun. */
const NOT_BUN: Runtime[] = ["deno", "node"];
export const TRILANE: Runtime[] = ["deno", "bun"];

async function openTrilane(lane: "thread" | "process", workers: number): Promise<Pool> {
  const { importTasks, ProcessQueue, ThreadQueue, transfer } = await import("@trilane/trilane");
  const tasks = importTasks<typeof functions>(tasksUrl);
  const Queue = lane === "thread" ? ThreadQueue : ProcessQueue;
  const queue = new Queue({ workers, minWorkers: workers, retain: "none" });
  await queue.start();
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

async function openWorkerpool(workerType: "thread" | "process", workers: number) {
  const { default: workerpool } = await import("workerpool");
  const pool = workerpool.pool(path("workers/workerpool.js"), {
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
    runsOn: TRILANE,
    open: (workers) => openTrilane("thread", workers),
  },
  {
    name: "piscina",
    kind: "peer",
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
    open: (workers) => openTinypool("worker_threads", workers),
  },
  {
    name: "workerpool",
    kind: "peer",
    runsOn: NOT_BUN,
    open: (workers) => openWorkerpool("thread", workers),
  },
  {
    name: "poolifier",
    kind: "peer",
    async open(workers) {
      const { FixedThreadPool } = await import("poolifier");
      const pool = new FixedThreadPool<unknown, unknown>(workers, path("workers/poolifier.js"));
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
    runsOn: TRILANE,
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
