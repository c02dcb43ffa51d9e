import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  bullmqEngine,
  importTasks,
  QueueStateError,
  serveCluster,
} from "../../src/lanes/cluster/mod.ts";
import { inTime } from "../conformance/support.ts";
import { test } from "../harness.ts";
import { freePort, RedisServer } from "./server.ts";
import { bullmq, closing, Cluster, makeEngine, root } from "./support.ts";
import { add } from "./tasks.ts";

const unlisted = importTasks<typeof import("./unlisted.ts")>(
  new URL("./unlisted.ts", import.meta.url),
);

test("cluster: a node runs no module but those on its list", async () => {
  await using cluster = new Cluster();
  await cluster.node({ lane: "thread", workers: 1 });
  const result = await cluster.queue().submit(unlisted.secret, [], { retries: 3 });
  assert(result.status === "failed");
  assertInstanceOf(result.error, QueueStateError);
  assertEquals(
    result.error.message,
    "Cannot run a task of 'unlisted.ts', which is not on this node's list of tasks",
  );
  // It would fail again.
  assertEquals(result.attempts, 1);
});

test("cluster: whatever is written to the server, nothing but listed tasks is called", async () => {
  await using cluster = new Cluster();
  await cluster.node({ workers: 1 });
  const bull = cluster.bullQueue();
  const good = { module: "tasks.ts", name: "add", kind: "defined", args: [[1, 2]] };
  const jobs: Record<string, [data: unknown, reason: string]> = {
    other: [{ ...good, module: "unlisted.ts" }, "not on this node's list"],
    up: [{ ...good, module: "../../mod.ts" }, "outside the root"],
    absolute: [{ ...good, module: "/etc/passwd" }, "outside the root"],
    foreign: [{ ...good, module: "https://example.com/x.ts" }, "outside the root"],
    inline: [{ ...good, module: "data:text/javascript,1" }, "outside the root"],
    dressed: [{ ...good, module: "tasks.ts?x" }, "not on this node's list"],
    unnamed: [{ ...good, name: "rm" }, "defined no task 'rm'"],
    proto: [{ ...good, kind: "exported", name: "__proto__" }, "exports no function"],
    kind: [{ ...good, kind: "inline" }, "its kind is 'inline'"],
    number: [{ ...good, module: 5 }, "its module is 5"],
    timeout: [{ ...good, timeout: "soon" }, "its timeout is 'soon'"],
    nothing: [null, "its module is undefined"],
    text: ["text", "its module is undefined"],
    bytes: [{ ...good, args: "AAAA" }, "can't be read"],
    table: [{ ...good, args: '[[1],["view","Int8Array",[1]]]' }, "can't be read"],
    list: [{ ...good, args: [1, 2] }, "can't be read"],
    value: [{ ...good, args: ["text"] }, "can't be read"],
    missing: [{ module: "tasks.ts", name: "add" }, "can't be read"],
  };
  const added = await Promise.all(
    Object.entries(jobs).map(([name, [data]]) => bull.add(name, data)),
  ) as { id: string }[];
  for (const [i, [name, [, reason]]] of Object.entries(jobs).entries()) {
    const job = await ended(bull, added[i]!.id);
    assertStringIncludes(`${job.failedReason}`, reason, name);
  }
  const { id } = await bull.add("good", good) as { id: string };
  assertEquals((await ended(bull, id)).returnvalue, { ...await value(bull, id), value: [3] });
  // And it goes on.
  assertEquals(await cluster.queue().submit(add, [1, 1]).value(), 2);
});

test("cluster: a job says in plain JSON what it is, for viewers", async () => {
  await using cluster = new Cluster();
  const queue = cluster.queue();
  const bull = cluster.bullQueue();
  await queue.start();
  queue.submit(add, [1, 2], { name: "sum", timeout: 50, retries: 2, priority: 7 });
  let job;
  while (job === undefined) [job] = await jobsOf(bull, "wait", "prioritized");
  assertEquals(job.name, "sum");
  assertEquals(job.data, {
    ...{ module: "tasks.ts", name: "add", kind: "defined", args: [[1, 2]] },
    timeout: 50,
  });
  const { priority, attempts } = job.opts as { priority: number; attempts: number };
  assertEquals([priority, attempts], [7, 3]);
});

test("cluster: the server keeps what has succeeded for an hour, as nodes tell it and not each job", async () => {
  await using cluster = new Cluster();
  await cluster.node();
  const queue = cluster.queue();
  const bull = cluster.bullQueue();
  assertEquals(await queue.submit(add, [1, 2]).value(), 3);
  const [job] = await jobsOf(bull, "completed");
  assertEquals("removeOnComplete" in job!.opts, false);
  const client = await bull.backend.client as unknown as {
    zadd(key: string, score: number, id: string): Promise<number>;
  };
  // As if it had ended that long ago.
  const longAgo = Date.now() - 3_601_000;
  await client.zadd(`${cluster.engine.prefix}:${cluster.name}:completed`, longAgo, job!.id);
  assertEquals(await queue.submit(add, [3, 4]).value(), 7);
  const left = await jobsOf(bull, "completed");
  assertEquals(left.map(({ data }) => (data as { args: unknown }).args), [[[3, 4]]]);
});

test("cluster: a server with a password is one like any other", () =>
  closing(async () => {
    await using server = await RedisServer.start({ password: "secret" });
    const connection = { host: "127.0.0.1", port: server.port, password: "secret" };
    await using cluster = new Cluster(makeEngine({ connection }));
    await cluster.node();
    assertEquals(await cluster.queue().submit(add, [1, 2]).value(), 3);
    await inTime(1_500, async (serverTimeout) => {
      const wrong = { ...connection, password: "guess" };
      await using other = new Cluster(makeEngine({ connection: wrong, serverTimeout }));
      const error = await assertRejects(() => other.node(), QueueStateError);
      assertStringIncludes(error.message, "WRONGPASS");
      const result = await other.queue().submit(add, [1, 2]);
      assert(result.status === "failed");
      assertInstanceOf(result.error, QueueStateError);
      assertStringIncludes(result.error.message, "WRONGPASS");
    });
  }));

test("cluster: where there is no server nothing hangs", () =>
  closing(async () => {
    const connection = { host: "127.0.0.1", port: await freePort() };
    await using cluster = new Cluster(makeEngine({ connection, serverTimeout: 1_500 }));
    const begin = performance.now();
    const queue = cluster.queue();
    const handles = queue.map(add, [[1, 2], [3, 4]]);
    const summary = await queue.run();
    assertEquals([summary.failed, handles[0]!.status], [2, "failed"]);
    const error = handles[0]!.error();
    assertInstanceOf(error, QueueStateError);
    assertStringIncludes(error.message, "could not be reached within 1500 ms: ");
    await assertRejects(() => cluster.node(), QueueStateError, "could not be reached");
    // The queue can be used again.
    assertEquals((await queue.submit(add, [1, 2])).status, "failed");
    const cancelled = queue.submit(add, [1, 2]);
    cancelled.cancel();
    assertEquals((await cancelled).status, "cancelled");
    await queue.shutdown();
    assert(performance.now() - begin < 15_000);
  }));

test("cluster: what isn't the module of BullMQ 6 is refused, and said what it lacks", () => {
  const options = { connection: {} };
  const refused = (module: unknown, ...text: string[]) => {
    const error = assertThrows(() => bullmqEngine(module as typeof bullmq, options), TypeError);
    for (const part of text) assertStringIncludes(error.message, part);
  };
  refused(undefined, "needs the module of BullMQ 6", "undefined");
  refused({}, "it has no class Queue");
  refused({ ...bullmq, Worker: undefined }, "it has no class Worker");
  refused({ ...bullmq, Queue: class {} }, "its Queue has no add()");
  refused({ ...bullmq, createRedisBackend: undefined }, "an earlier version");
  assertThrows(() => bullmqEngine(bullmq, {} as never), TypeError, "connection must be an object");
  assertThrows(
    () => bullmqEngine(bullmq, { connection: {}, url: "x" } as never),
    TypeError,
    "'url'",
  );
  assertThrows(() => bullmqEngine(bullmq, { connection: {}, prefix: "" }), RangeError, "prefix");
  assertThrows(() => bullmqEngine(bullmq, { connection: {}, serverTimeout: 0 }), RangeError);
});

test("cluster: a queue or a node without what it needs is refused", async () => {
  const engine = makeEngine();
  const { ClusterQueue } = await import("../../src/lanes/cluster/mod.ts");
  assertThrows(() => new ClusterQueue({ engine, name: "x" } as never), TypeError, "root must be");
  assertThrows(() => new ClusterQueue({ name: "x", root } as never), TypeError, "engine must be");
  await assertRejects(
    () => serveCluster({ engine, root, tasks: ["a"] } as never),
    TypeError,
    "name",
  );
});

type BullQueue = ReturnType<Cluster["bullQueue"]>;

/** Resolves once a job has ended. */
async function ended(queue: BullQueue, id: string) {
  while (!["completed", "failed"].includes(await queue.getJobState(id))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return (await queue.getJob(id))!;
}

async function value(queue: BullQueue, id: string): Promise<object> {
  return (await queue.getJob(id))!.returnvalue as object;
}

type Jobs = {
  getJobs(types: string[]): Promise<{ id: string; name: string; data: unknown; opts: object }[]>;
};

function jobsOf(queue: BullQueue, ...states: string[]) {
  return (queue as unknown as Jobs).getJobs(states);
}
