/**
 * Small functions in workers: how many a second, and how long one takes.
 *
 * @module
 */
import { bareProcesses, bareThreads } from "../bare.ts";
import { inPools, type PoolContender, processPools, threadPools, TRILANE } from "../pools.ts";
import { assertSame, type Contender, quantile, timed, type Work } from "../work.ts";
import type * as functions from "../tasks.js";

const WORKERS = 2;
/** So many round trips make a latency round. */
const TRIPS = 2_000;

/** All at once, each awaited. */
function saturated(lane: string, count: number, contenders: readonly Contender[]): Work {
  return {
    id: `${lane}-saturated`,
    title: `x + 1 in ${WORKERS} ${lane}: ${count.toLocaleString("en")} submitted at once`,
    rounds: 9,
    figures: { tasks: { unit: "tasks/s", better: "more" } },
    contenders,
  };
}

function each(pools: readonly PoolContender[], count: number): Contender[] {
  return inPools(pools, WORKERS, (pool) => async () => {
    let sum = 0;
    const ms = await timed(async () => {
      const values: Promise<unknown>[] = [];
      for (let i = 0; i < count; i++) values.push(pool.run("increment", i));
      for (const value of await Promise.all(values)) sum += value as number;
    });
    assertSame(sum, count * (count + 1) / 2, "Sum of the values");
    return { tasks: count / ms * 1000 };
  });
}

/** The way to submit a batch that Trilane has of its own. */
function batch(lane: "thread" | "process", count: number): Contender {
  return {
    name: `Trilane ${lane === "thread" ? "ThreadQueue" : "ProcessQueue"}, run() and its summary`,
    kind: "trilane",
    runsOn: TRILANE,
    async open() {
      const { importTasks, ProcessQueue, ThreadQueue } = await import("@trilane/trilane");
      const { increment } = importTasks<typeof functions>(new URL("../tasks.js", import.meta.url));
      const Queue = lane === "thread" ? ThreadQueue : ProcessQueue;
      const queue = new Queue({ workers: WORKERS, minWorkers: WORKERS });
      const numbers = Array.from({ length: count }, (_, i) => i);
      return {
        async round() {
          let sum = 0;
          const ms = await timed(async () => {
            queue.map(increment, numbers);
            for (const value of (await queue.run()).values) sum += value as number;
          });
          assertSame(sum, count * (count + 1) / 2, "Sum of the values");
          queue.clearResults();
          return { tasks: count / ms * 1000 };
        },
        close: () => queue.shutdown(),
      };
    },
  };
}

/**
 * One at a time, in one worker: a worker that has not run for a while is woken on another processor or not, as the
 * system likes, which makes more of a difference than any pool does.
 */
function latency(worker: "thread" | "process", pools: readonly PoolContender[]): Work {
  return {
    id: `${worker}-latency`,
    title: `x + 1 in a ${worker}, one at a time`,
    rounds: 9,
    figures: {
      p50: { unit: "µs, p50", better: "less" },
      p99: { unit: "µs, p99", better: "less" },
    },
    contenders: inPools(pools, 1, (pool) => async () => {
      const times = new Float64Array(TRIPS);
      for (let i = 0; i < TRIPS; i++) {
        let value: unknown;
        times[i] = 1000 * await timed(async () => value = await pool.run("increment", i));
        assertSame(value, i + 1, "Value");
      }
      times.sort();
      return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
    }),
  };
}

const SIZES = [100, 10_000, 1_000_000, 16_000_000];
const named = (size: number) => size < 1_000_000 ? `${size} B` : `${size / 1_000_000} MB`;

/** Bytes there and back. */
function payload(
  id: string,
  title: string,
  size: number,
  pools: readonly PoolContender[],
  handOver: boolean,
): Work {
  const trips = Math.max(1, Math.min(500, Math.round(20_000_000 / size)));
  return {
    id,
    title,
    // Some take seconds for megabytes.
    rounds: size > 1_000_000 ? 3 : 7,
    figures: { time: { unit: "µs a round trip", better: "less" } },
    contenders: inPools(pools, 1, (pool) => async () => {
      const sent = Array.from({ length: trips }, () => new Uint8Array(size).fill(7));
      const ms = await timed(async () => {
        for (const bytes of sent) {
          const back = await pool.run("echo", bytes, handOver ? [bytes.buffer] : undefined);
          assertSame((back as Uint8Array).length, size, "Bytes that came back");
        }
      });
      return { time: ms * 1000 / trips };
    }),
  };
}

const threads = [...threadPools, bareThreads];
const processes = [...processPools, bareProcesses];
const THREAD_TASKS = 50_000;
const PROCESS_TASKS = 20_000;

/** The works. */
export const roundTrips: readonly Work[] = [
  saturated("threads", THREAD_TASKS, [
    batch("thread", THREAD_TASKS),
    ...each(threads, THREAD_TASKS),
  ]),
  latency("thread", threads),
  ...SIZES.flatMap((size) => [
    payload(
      `threads-clone-${size}`,
      `${named(size)} to a thread and back, copied`,
      size,
      threads,
      false,
    ),
    payload(
      `threads-transfer-${size}`,
      `${named(size)} handed over to a thread, copied on the way back`,
      size,
      threads,
      true,
    ),
  ]),
  saturated("processes", PROCESS_TASKS, [
    batch("process", PROCESS_TASKS),
    ...each(processes, PROCESS_TASKS),
  ]),
  latency("process", processes),
  ...[1_000, 1_000_000].map((size) =>
    // The bare pipe carries JSON, which knows no bytes.
    payload(
      `processes-echo-${size}`,
      `${named(size)} to a process and back`,
      size,
      processPools,
      false,
    )
  ),
];
