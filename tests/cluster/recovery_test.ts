import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type BullMQ,
  bullmqEngine,
  QueueStateError,
  WorkerCrashError,
} from "../../src/lanes/cluster/mod.ts";
import { Desk, eventually, inTime, Watch } from "../conformance/support.ts";
import { test } from "../harness.ts";
import { chaos } from "./chaos.ts";
import { Proxy } from "./proxy.ts";
import { RedisServer } from "./server.ts";
import { bullmq, closing, Cluster, makeEngine, serverPort } from "./support.ts";
import { add, attempts, echo, open } from "./tasks.ts";

test("cluster: nodes that die, connections that are cut and a server that is started anew lose no task", async () => {
  const report = await chaos({ jobs: 600, killEveryMs: 1_000 });
  assertEquals(report.faults, []);
  assertEquals([report.succeeded, report.restarts], [600, 1]);
  assert(report.kills > 0);
});

test("cluster: where no event arrives, jobs are looked at", async () => {
  /** Hears nothing. */
  class Deaf extends bullmq.QueueEvents {
    override on(event: string, listener: (...args: unknown[]) => void): unknown {
      return event === "error" ? super.on(event, listener) : this;
    }
  }
  const hearing = makeEngine();
  const deaf = bullmqEngine({ ...bullmq, QueueEvents: Deaf } as BullMQ, {
    ...{ connection: hearing.connection, prefix: hearing.prefix },
  });
  await using cluster = new Cluster(hearing);
  await cluster.node();
  const watch = new Watch();
  const queue = cluster.queue({ engine: deaf, ...watch.hooks });
  const [sum, failed, late] = [
    queue.submit(add, [1, 2]),
    queue.submit(attempts, [5], { retries: 1 }),
    queue.submit(echo, ["late"], { delay: 500 }),
  ];
  const results = await Promise.all([sum, failed, late]);
  assertEquals(results.map(({ status }) => status), ["succeeded", "failed", "succeeded"]);
  assertEquals(results.map((result) => result.attempts), [1, 2, 1]);
  assertInstanceOf(failed!.error(), RangeError);
});

test("cluster: what a server has lost that was started anew is handed over once more", () =>
  closing(async () => {
    await using server = await RedisServer.start();
    const connection = { host: "127.0.0.1", port: server.port };
    await using cluster = new Cluster(makeEngine({ connection, serverTimeout: 30_000 }));
    const queue = cluster.queue();
    const handles = queue.map(add, [[1, 1], [2, 2]]);
    await queue.start();
    const bull = cluster.bullQueue();
    const counts = bull as unknown as { getJobCountByTypes(type: string): Promise<number> };
    while (await counts.getJobCountByTypes("prioritized") < 2) {
      await new Promise((r) => setTimeout(r, 5));
    }
    await server.stop("SIGKILL");
    await server.start();
    await cluster.node();
    assertEquals(await Promise.all(handles.map((handle) => handle.value())), [2, 4]);
  }));

test("cluster: tasks whose server stays away fail, and say so", () =>
  closing(async () => {
    await using server = await RedisServer.start();
    const connection = { host: "127.0.0.1", port: server.port };
    await using cluster = new Cluster(makeEngine({ connection, serverTimeout: 2_000 }));
    const queue = cluster.queue();
    const handle = queue.submit(add, [1, 1]);
    await queue.start();
    const bull = cluster.bullQueue();
    const counts = bull as unknown as { getJobCountByTypes(type: string): Promise<number> };
    while (!handle.done && await counts.getJobCountByTypes("prioritized") < 1) {
      await new Promise((r) => setTimeout(r, 5));
    }
    await server.stop("SIGKILL");
    const result = await handle;
    assert(result.status === "failed");
    assertInstanceOf(result.error, QueueStateError);
    assertEquals(
      result.error.message.split(":")[0],
      "The cluster's server could not be reached within 2000 ms",
    );
    await queue.shutdown();
  }, 5_100));

test("cluster: connections that are cut while tasks run change nothing for them", async () => {
  using desk = new Desk();
  await using proxy = await Proxy.start(serverPort);
  const connection = { host: "127.0.0.1", port: proxy.port };
  await using cluster = new Cluster(makeEngine({ connection }));
  await cluster.node();
  const watch = new Watch();
  const queue = cluster.queue(watch.hooks);
  const handle = queue.submit(open, [desk.file("gate")]);
  await queue.start();
  await eventually(() => handle.progress === "begun", "it has begun");
  proxy.cut();
  desk.open("gate");
  const result = await handle;
  assertEquals([result.status, result.attempts], ["succeeded", 1]);
  assertEquals(await queue.submit(add, [1, 2]).value(), 3);
});

test("cluster: a task whose nodes died 25 times is given up", () =>
  inTime(600, async (lockDuration) => {
    await using cluster = new Cluster();
    using desk = new Desk();
    const queue = cluster.queue();
    const node = await cluster.node({ lockDuration });
    const handle = queue.submit(open, [desk.file("never")]);
    await queue.start();
    await eventually(() => handle.progress === "begun", "it has begun");
    const bull = cluster.bullQueue();
    const [job] = await (bull as unknown as {
      getJobs(types: string[]): Promise<{ id: string }[]>;
    }).getJobs(["active"]);
    // As if all but the last had died.
    const client = await bull.backend.client as unknown as {
      hset(key: string, data: object): Promise<number>;
    };
    await client.hset(`${cluster.engine.prefix}:${cluster.name}:${job!.id}`, { stc: 25 });
    await node.close({ force: true });
    await cluster.node({ lockDuration });
    const result = await handle;
    assert(result.status === "failed");
    assertInstanceOf(result.error, WorkerCrashError);
    assertEquals(result.error.message, "Task 'open' was given up: its nodes died 25 times");
  }));
