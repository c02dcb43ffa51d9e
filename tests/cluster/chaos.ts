/**
 * `deno task chaos:cluster [--jobs N] [--kill-every MS]` (on Bun: `bun tests/cluster/chaos.ts`): a producer and three nodes, on Deno,
 * on Bun and on Node, in programs of their own. Every few seconds one of them is killed and a fresh one joins, or the producer's
 * connection is cut; once the server itself is started anew. Every task must come to its value, and its attempts must
 * be counted.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argv, exit } from "node:process";
import { bullmqEngine, ClusterQueue, type TaskResult } from "../../src/lanes/cluster/mod.ts";
import { makeFolder, removeFolder } from "../temporary_folder.ts";
import { bullmq, root } from "./bullmq.ts";
import { work } from "./chaos_tasks.ts";
import { Proxy } from "./proxy.ts";
import { type RUNTIMES, startNode } from "./runtimes.ts";
import { RedisServer } from "./server.ts";

/** A node counts as dead when it was not heard of for so long. */
const LOCK_DURATION_MS = 2_000;
/** What is done of the jobs from one act to the next, at the least: on a slow machine no node would get anywhere otherwise. */
const SHARE = 1 / 20;
/** How long a task works, at the most. */
const MAX_WORK_MS = 200;

type Runtime = keyof typeof RUNTIMES;

/** How it goes. */
export interface ChaosOptions {
  readonly jobs: number;
  readonly killEveryMs: number;
}

/** What came of it. */
export interface ChaosReport {
  readonly succeeded: number;
  readonly jobs: number;
  readonly kills: number;
  readonly cuts: number;
  readonly restarts: number;
  /** How many attempts there were beyond the first of each task. */
  readonly reruns: number;
  readonly seconds: number;
  /** What is wrong. */
  readonly faults: readonly string[];
}

/** Runs it. */
export async function chaos({ jobs, killEveryMs }: ChaosOptions): Promise<ChaosReport> {
  const begin = performance.now();
  const folder = makeFolder();
  await using server = await RedisServer.start({ isDurable: true });
  await using proxy = await Proxy.start(server.port);
  const prefix = `chaos-${crypto.randomUUID().slice(0, 8)}`;
  const connection = { host: "127.0.0.1", port: proxy.port };
  const engine = bullmqEngine(bullmq, { connection, prefix, serverTimeout: 60_000 });
  const queue = new ClusterQueue({ engine, name: "tasks", root });
  const nodes = new Map<Runtime, ChildProcess>();
  const startOn = (runtime: Runtime) =>
    nodes.set(runtime, startNode(runtime, server.port, prefix, LOCK_DURATION_MS));
  const runtimes: Runtime[] = ["deno", "bun", "node"];
  for (const runtime of runtimes) startOn(runtime);
  const log = join(folder, "log");
  const handles = queue.map(
    work,
    Array.from({ length: jobs }, (_, i): [string, number, number] => [
      ...[log, i, Math.random() * MAX_WORK_MS] as const,
    ]),
  );
  const counts = { kills: 0, cuts: 0, restarts: 0 };
  let turn = 0;
  let acting = Promise.resolve();
  const act = async () => {
    if (counts.restarts === 0 && queue.stats.completed > jobs / 3) {
      counts.restarts++;
      // In order: a second of what was counted would be lost otherwise, and nothing could be said of the attempts.
      await server.stop();
      await server.start();
    } else if (turn++ % 3 === 2) {
      counts.cuts++;
      proxy.cut();
    } else {
      counts.kills++;
      const runtime = runtimes[counts.kills % runtimes.length]!;
      nodes.get(runtime)!.kill("SIGKILL");
      startOn(runtime);
    }
  };
  const share = jobs * SHARE;
  let due = { at: begin + killEveryMs, completed: share };
  queue.observe({
    onComplete() {
      const { completed } = queue.stats;
      const now = performance.now();
      if (now < due.at || completed < due.completed) return;
      due = { at: now + killEveryMs, completed: completed + share };
      acting = acting.then(act);
    },
  });
  const results = await Promise.all(handles);
  await acting;
  await queue.shutdown();
  await Promise.all(Array.from(nodes.values(), async (node) => {
    const ended = once(node, "exit");
    node.kill("SIGKILL");
    await ended;
  }));
  const report = {
    ...{ jobs, ...counts, seconds: Math.round((performance.now() - begin) / 1000) },
    succeeded: results.filter(({ status }) => status === "succeeded").length,
    reruns: results.reduce((sum, { attempts }) => sum + attempts - 1, 0),
    faults: faultsOf(results, readFileSync(log, "utf8")),
  };
  removeFolder(folder);
  return report;
}

/** What is wrong with the results, by what the attempts have noted. */
function faultsOf(results: readonly TaskResult[], log: string): string[] {
  const noted = results.map((): number[] => []);
  for (const line of log.trimEnd().split("\n")) {
    const [number, attempt] = line.split(" ").map(Number) as [number, number];
    noted[number]!.push(attempt);
  }
  return results.flatMap((result, number) => {
    const attempts = noted[number]!;
    const faults: string[] = [];
    if (result.status !== "succeeded") faults.push(`is ${result.status}: ${result.message}`);
    else if (result.value !== number) faults.push(`has the value ${result.value}`);
    if (attempts.length === 0) faults.push("never ran");
    // One whose node died before it began it is counted too.
    if (result.attempts < attempts.length) faults.push(`has ${result.attempts} attempts`);
    return faults.map((fault) => `Task ${number} ${fault}, attempts ${attempts.join(", ")}`);
  });
}

if (import.meta.main) {
  const options = parseArgs(argv.slice(2), {
    string: ["jobs", "kill-every"],
    default: { jobs: "5000", "kill-every": "2000" },
  });
  const report = await chaos({
    jobs: Number(options.jobs),
    killEveryMs: Number(options["kill-every"]),
  });
  console.log(report);
  exit(report.faults.length === 0 ? 0 : 1);
}
