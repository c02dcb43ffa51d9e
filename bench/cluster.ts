/**
 * `deno task bench:cluster [--jobs N] [--rounds N]` (on Bun: `bun bench/cluster.ts`): what a `ClusterQueue` costs beside bare BullMQ doing
 * the same work, in turns, with a Redis server of its own. Producer and node are in one program.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { argv, cpuUsage } from "node:process";
import {
  bullmqEngine,
  type BullQueue,
  type BullWorker,
  ClusterQueue,
  serveCluster,
} from "../src/lanes/cluster/mod.ts";
import { bullmq, root } from "../tests/cluster/bullmq.ts";
import { RedisServer } from "../tests/cluster/server.ts";
import { add } from "../tests/cluster/tasks.ts";

/** How many jobs a node runs at once. */
const WORKERS = 50;
/** How many jobs are in flight where each follows the result of another. */
const IN_FLIGHT = 64;
/** How many jobs bare BullMQ is given in one message, as many as a `ClusterQueue` gives it. */
const BULK = 1_000;
/** How many round trips one after the other there are for each one in flight. */
const LATENCY_SHARE = 20;

/** One of the two that are compared. */
interface Side {
  /** Hands over so many jobs at once, and waits for their results. */
  bulk(jobs: number): Promise<void>;
  /** Hands over one, and waits for its result. */
  one(n: number): Promise<void>;
  close(): Promise<void>;
}

const options = parseArgs(argv.slice(2), {
  string: ["jobs", "rounds"],
  default: { jobs: "5000", rounds: "7" },
});
const jobs = Number(options.jobs);
const rounds = Number(options.rounds);

await using server = await RedisServer.start();
const connection = { host: "127.0.0.1", port: server.port };
const sides: Record<string, Side> = { bare: await bare(), trilane: await trilane() };
const works: Record<string, (side: Side) => Promise<number>> = {
  "bulk, jobs a second": async (side) => jobs / await seconds(() => side.bulk(jobs)),
  // Which other programs on the machine change less than the rest.
  "bulk, µs of processor time a job": async (side) => {
    const before = cpuUsage();
    await side.bulk(jobs);
    const { user, system } = cpuUsage(before);
    return (user + system) / jobs;
  },
  [`${IN_FLIGHT} in flight, jobs a second`]: async (side) => {
    let next = 0;
    const follow = async () => {
      while (next < jobs) await side.one(next++);
    };
    return jobs / await seconds(() => Promise.all(Array.from({ length: IN_FLIGHT }, follow)));
  },
  "one at a time, ms": async (side) => {
    const count = jobs / LATENCY_SHARE;
    const all = await seconds(async () => {
      for (let i = 0; i < count; i++) await side.one(i);
    });
    return all * 1_000 / count;
  },
};
for (const [name, work] of Object.entries(works)) {
  const found: Record<string, number[]> = { bare: [], trilane: [] };
  const ratios: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const order = round % 2 === 0 ? ["bare", "trilane"] : ["trilane", "bare"];
    const values: Record<string, number> = {};
    for (const side of order) values[side] = await work(sides[side]!);
    // The first round warms up.
    if (round < 0) continue;
    for (const side of order) found[side]!.push(values[side]!);
    ratios.push(values.trilane! / values.bare!);
  }
  const [one, other] = [median(found.bare!), median(found.trilane!)];
  console.log(
    `${name}: bare ${one.toPrecision(4)}, trilane ${other.toPrecision(4)}, ` +
      `${median(ratios).toFixed(2)} times (${Math.min(...ratios).toFixed(2)} to ${
        Math.max(...ratios).toFixed(2)
      })`,
  );
}
await Promise.all(Object.values(sides).map((side) => side.close()));

async function bare(): Promise<Side> {
  const settings = { connection, prefix: "bare" };
  const queue: BullQueue = new bullmq.Queue("tasks", settings);
  const events = new bullmq.QueueEvents("tasks", settings);
  for (const one of [queue, events]) {
    (one as unknown as { setMaxListeners(n: number): void }).setMaxListeners(0);
  }
  await events.waitUntilReady();
  type Sum = { data: { a: number; b: number } };
  const worker: BullWorker = new bullmq.Worker(
    "tasks",
    ({ data: { a, b } }: Sum) => Promise.resolve(a + b),
    // Which jobs are kept is told as a node tells it: with each job it would take BullMQ longer.
    { ...settings, concurrency: WORKERS, removeOnComplete: { age: 3_600, count: 100_000 } },
  );
  await worker.waitUntilReady();
  // As a `ClusterQueue` gives them: jobs with a priority take BullMQ longer.
  const opts = { priority: 3 };
  // All of a bulk: there is no other way to hear of many than to count them.
  let completed = () => {};
  events.on("completed", () => completed());
  return {
    async bulk(count) {
      let left = count;
      const ended = new Promise<void>((resolve) => {
        completed = () => --left === 0 && resolve();
      });
      for (let from = 0; from < count; from += BULK) {
        const length = Math.min(BULK, count - from);
        await queue.addBulk(
          Array.from({ length }, (_, i) => ({ name: "add", data: { a: from + i, b: 1 }, opts })),
        );
      }
      await ended;
      completed = () => {};
    },
    async one(n) {
      const job = await queue.add("add", { a: n, b: 1 }, opts) as {
        waitUntilFinished(queueEvents: unknown): Promise<unknown>;
      };
      await job.waitUntilFinished(events);
    },
    async close() {
      await worker.close();
      await events.close();
      await queue.close();
    },
  };
}

async function trilane(): Promise<Side> {
  const engine = bullmqEngine(bullmq, { connection });
  const node = await serveCluster({
    ...{ engine, name: "tasks", root: new URL(root), tasks: ["./tasks.ts"] },
    ...{ lane: "async", workers: WORKERS },
  });
  const queue = new ClusterQueue({ engine, name: "tasks", root, retain: "none" });
  return {
    async bulk(count) {
      await queue.group(add, Array.from({ length: count }, (_, i): [number, number] => [i, 1]))
        .values();
    },
    async one(n) {
      await queue.submit(add, [n, 1]).value();
    },
    async close() {
      await queue.shutdown();
      await node.close();
    },
  };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1_000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
