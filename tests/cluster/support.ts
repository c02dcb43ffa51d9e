/**
 * What the cluster's tests have in common: BullMQ itself, an engine on the tests' server, nodes and queues that are gone
 * afterwards.
 *
 * @module
 */
import { delay } from "@std/async";
import { env } from "node:process";
import {
  bullmqEngine,
  type BullQueue,
  type ClusterEngine,
  type ClusterNode,
  type ClusterOptions,
  ClusterQueue,
  type EngineOptions,
  serveCluster,
  type ServeOptions,
} from "../../src/lanes/cluster/mod.ts";
import { closeAll } from "../../src/lanes/cluster/wire/reach.ts";
import { bullmq, root } from "./bullmq.ts";

export { bullmq, root };

/** The port of the tests' server. */
export const serverPort = Number(env.TRILANE_TEST_SERVER);
if (!(serverPort > 0)) throw new Error("These tests need a server: run `deno task test:cluster`");

/**
 * Runs a test that closes connections which are lost at that time.
 *
 * @param ms How long the timers take that nothing clears then: ioredis's 2 s, BullMQ's 5 s where it waits for events again.
 */
export async function closing(body: () => Promise<void>, ms = 2_100): Promise<void> {
  await body();
  await delay(ms);
}

let made = 0;

/** An engine with keys of its own on the tests' server. */
export function makeEngine(options: Partial<EngineOptions> = {}): ClusterEngine {
  const prefix = `test-${crypto.randomUUID().slice(0, 8)}-${++made}`;
  const connection = { host: "127.0.0.1", port: serverPort };
  return bullmqEngine(bullmq, { connection, prefix, ...options });
}

/** A cluster of a test's own. */
export class Cluster implements AsyncDisposable {
  readonly engine: ClusterEngine;
  readonly name = "tasks";
  readonly #nodes: ClusterNode[] = [];
  readonly #queues: ClusterQueue[] = [];
  readonly #bullQueues: BullQueue[] = [];

  constructor(engine: ClusterEngine = makeEngine()) {
    this.engine = engine;
  }

  /** Makes a node, by default on the event loop. */
  async node(options: Partial<ServeOptions> = {}): Promise<ClusterNode> {
    const { engine, name } = this;
    const node = await serveCluster({
      ...{ engine, name, root, tasks: ["./tasks.ts"], lane: "async", workers: 4 },
      ...options,
    });
    this.#nodes.push(node);
    return node;
  }

  /** Makes a producer. */
  queue(options: Partial<ClusterOptions> = {}): ClusterQueue {
    const queue = new ClusterQueue({ engine: this.engine, name: this.name, root, ...options });
    this.#queues.push(queue);
    return queue;
  }

  /** The queue as BullMQ itself sees it. */
  bullQueue(): BullQueue {
    const { connection, prefix } = this.engine;
    const queue = new bullmq.Queue(this.name, { connection, prefix });
    queue.on("error", () => {});
    this.#bullQueues.push(queue);
    return queue;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.cancel()));
    await Promise.all(this.#nodes.map((node) => node.close({ force: true })));
    await closeAll(this.#bullQueues, this.engine);
  }
}
