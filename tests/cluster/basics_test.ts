import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { importTasks, inlineTask, NotPortableError } from "../../src/lanes/cluster/mod.ts";
import { runtime as here, test } from "../harness.ts";
import { runProgram } from "./runtimes.ts";
import { Cluster, makeEngine, root, serverPort } from "./support.ts";
import { add, attempts, echo, fail, note } from "./tasks.ts";
import { Desk, eventually, HOUR, Watch } from "../conformance/support.ts";

const imported = importTasks<typeof import("./tasks.ts")>(new URL("./tasks.ts", import.meta.url));

for (const lane of ["async", "thread", "process"] as const) {
  test(`cluster: tasks run on a node's ${lane} lane, with values, errors and attempts as on any lane`, async () => {
    await using cluster = new Cluster();
    await cluster.node({ lane, workers: 2 });
    const queue = cluster.queue();
    assertEquals(await queue.submit(add, [1, 2]).value(), 3);
    assertEquals(await queue.submit(imported.subtract, [5, 2]).value(), 3);
    const value = [
      undefined,
      1n,
      new Map([[{ a: NaN }, new Set([new Date(5)])]]),
      new Uint8Array([1, 2]),
    ];
    assertEquals(await queue.submit(echo, [value]).value(), value);
    const failed = await queue.submit(fail, ["no luck"]);
    assert(failed.status === "failed");
    assertInstanceOf(failed.error, TypeError);
    assertEquals([failed.error.message, failed.error.cause], ["no luck", {
      deep: new Map([[1, 2]]),
    }]);
    assertMatch(
      failed.error.stack!,
      /in task 'fail' \(q\d+-4\) of a cluster\n {4}submitted at .*basics_test\.ts/,
    );
    assertEquals((await queue.submit(attempts, [3], { retries: 5 })).attempts, 3);
  });
}

test("cluster: a batch goes in one message, and comes back in the order of its items", async () => {
  await using cluster = new Cluster();
  await cluster.node();
  const queue = cluster.queue();
  const items = Array.from({ length: 2_500 }, (_, i): [number, number] => [i, 1]);
  const values = await queue.group(add, items).values();
  assertEquals(values, items.map(([i]) => i + 1));
  assertEquals(queue.stats.succeeded, 2_500);
});

test("cluster: run() gives a summary, and hooks are called as on any lane", async () => {
  await using cluster = new Cluster();
  await cluster.node();
  const watch = new Watch();
  const queue = cluster.queue(watch.hooks);
  queue.map(add, [[1, 2], [3, 4]]);
  queue.submit(attempts, [2], { retries: 1 });
  queue.submit(fail, ["always"], { retries: 1 });
  const summary = await queue.run();
  assertEquals([summary.succeeded, summary.failed, queue.stats.retried], [3, 1, 2]);
  assertEquals(watch.started.length, 6);
  assertEquals(watch.completed.length, 4);
  const [first] = watch.retried;
  assertEquals(watch.retried.length, 2);
  assert(first?.error instanceof Error);
  assertEquals(watch.progress.map(({ data }) => data), [1, 2]);
  assertEquals(summary.byName().get("attempts")?.[0]?.attempts, 2);
});

test("cluster: errors of retried attempts keep their class and fields", async () => {
  await using cluster = new Cluster();
  await cluster.node();
  const watch = new Watch();
  const result = await cluster.queue(watch.hooks).submit(attempts, [4], {
    ...{ retries: 3, retryDelay: 5, backoff: 3, maxRetryDelay: 20, jitter: 0.5 },
  });
  assertEquals([result.status, result.attempts], ["succeeded", 4]);
  const errors = watch.retried.map(({ error }) => error as RangeError & { code: string });
  assertEquals(errors.map(({ message }) => message), ["attempt 1", "attempt 2", "attempt 3"]);
  assert(errors.every((error) => error instanceof RangeError && error.code === "E_EARLY"));
});

test("cluster: a lower priority goes first, equals in the order of submission", async () => {
  await using cluster = new Cluster();
  using desk = new Desk();
  const file = desk.file("order");
  const queue = cluster.queue();
  await queue.start();
  const lines = [[5, "e"], [0, "a"], [3, "c"], [1, "b"], [3, "d"]] as const;
  const handles = lines.map(([priority, line]) => queue.submit(note, [file, line], { priority }));
  await eventually(() => queue.stats.pending === 5, "all are there");
  const bull = cluster.bullQueue();
  // Only then is there a node, so that the server has all to choose from.
  for (const handle of handles) void handle.value();
  await eventuallyCounts(bull, 5);
  await cluster.node({ workers: 1 });
  await queue.join();
  assertEquals(desk.lines("order"), ["a", "b", "c", "d", "e"]);
});

test("cluster: reprioritize moves a task that waits on the server", async () => {
  await using cluster = new Cluster();
  using desk = new Desk();
  const file = desk.file("order");
  const queue = cluster.queue();
  const handles = ["a", "b", "c"].map((line) => queue.submit(note, [file, line], { priority: 2 }));
  await queue.start();
  const bull = cluster.bullQueue();
  await eventuallyCounts(bull, 3);
  assertEquals(handles[2]!.reprioritize(1), true);
  assertEquals(handles[2]!.priority, 1);
  assertThrows(() => handles[1]!.reprioritize(0.5), TypeError, "a whole number");
  await eventuallyPriority(bull, 1);
  await cluster.node({ workers: 1 });
  await queue.join();
  assertEquals(desk.lines("order"), ["c", "a", "b"]);
});

test("cluster: delay and runAt are kept by the server", async () => {
  await using cluster = new Cluster();
  await cluster.node();
  const queue = cluster.queue();
  const begin = performance.now();
  const distant = [
    queue.submit(echo, ["later"], { delay: HOUR }),
    queue.submit(echo, ["later"], { runAt: Date.now() + HOUR }),
  ];
  const late = queue.submit(echo, ["late"], { delay: 150 });
  const atTime = queue.submit(echo, ["at time"], { runAt: Date.now() + 100 });
  assertEquals([late.status, atTime.status, queue.stats.scheduled], ["scheduled", "scheduled", 4]);
  assertEquals(await atTime.value(), "at time");
  assertEquals(await late.value(), "late");
  assert(performance.now() - begin >= 145);
  assertEquals(distant.map(({ status }) => status), ["scheduled", "scheduled"]);
  assertEquals(await countOf(cluster.bullQueue(), "delayed"), 2);
});

test("cluster: a rate counts by windows that follow each other, for all producers", async () => {
  await using cluster = new Cluster();
  await cluster.node();
  const interval = 200;
  const queues = [cluster.queue({ rate: { limit: 3, interval } }), cluster.queue()];
  await queues[0]!.submit(echo, ["sets the rate"]);
  await Promise.all(queues.map((queue) => queue.group(echo, [1, 2, 3, 4, 5]).wait()));
  const [first, ...others] = await startTimes(cluster);
  assertEquals(others.length, 10);
  others.forEach((time, i) => {
    // Its clock shows whole milliseconds.
    const earliest = interval * Math.floor((i + 1) / 3) - 2;
    assert(time - first! >= earliest, `start ${i + 2} was after ${time - first!} ms`);
  });
});

test("cluster: what can't be sent fails its task alone", async () => {
  await using cluster = new Cluster();
  await cluster.node();
  const queue = cluster.queue();
  const [bad, good] = queue.map(echo, [() => 1, 1]);
  const result = await bad!;
  assert(result.status === "failed");
  assertInstanceOf(result.error, NotPortableError);
  assertMatch(result.error.message, /^Argument 1 of task 'echo' cannot be sent to another machine/);
  assertEquals(await good!.value(), 1);
});

test("cluster: tasks that nodes couldn't find are refused at the call", () => {
  const queue = new Cluster().queue();
  assertThrows(() => queue.submit(inlineTask(() => 1)), NotPortableError, "is inline");
  const outside = importTasks<{ f(): void }>("file:///elsewhere/tasks.ts");
  assertThrows(() => queue.submit(outside.f), NotPortableError, "outside the queue's root");
  assertThrows(() => queue.submit((() => 1) as never), NotPortableError);
});

test("cluster: options that the server knows nothing of are refused at the call", () => {
  const cluster = new Cluster();
  for (const name of ["limits", "aging", "burst", "workers", "clock", "asyncContext"]) {
    const value =
      { limits: {}, aging: 5, burst: 2, workers: 2, clock: {}, asyncContext: true }[name];
    assertThrows(
      () => cluster.queue({ [name]: value }),
      TypeError,
      `does not support the option '${name}'`,
    );
  }
  const queue = cluster.queue();
  for (const [name, value] of Object.entries({ keys: { a: 1 }, retryIf: () => true })) {
    assertThrows(() => queue.submit(add, [1, 2], { [name]: value }), TypeError, `'${name}'`);
    assertThrows(() => cluster.queue({ defaults: { [name]: value } }), TypeError, `'${name}'`);
  }
  for (const priority of [0.5, -0.5, Infinity]) {
    assertThrows(() => queue.submit(add, [1, 2], { priority }), TypeError, "a whole number");
  }
  for (const priority of [-1, 2_097_152]) {
    assertThrows(() => queue.map(add, [[1, 2]], { priority, retries: 1 }), RangeError, "from 0 to");
  }
  assertEquals(queue.stats.pending, 0);
  assertThrows(() => cluster.queue({ engine: {} as never }), TypeError, "made by bullmqEngine");
  assertThrows(() => cluster.queue({ root: "tasks" }), TypeError, "absolute URL");
  assertThrows(() => cluster.queue({ name: "a:b" }), RangeError, "without a colon");
});

test("cluster: dependencies live in the producer, across queues", async () => {
  await using cluster = new Cluster();
  await cluster.node();
  const queue = cluster.queue();
  const parts = [queue.submit(add, [1, 2]), queue.submit(add, [3, 4])] as const;
  const sum = queue.submitAfter(parts, add);
  const dropped = queue.submit(add, [1, 1], { after: [queue.submit(fail, ["first"])] });
  assertEquals(await sum.value(), 10);
  assertEquals((await dropped).status, "cancelled");
});

test("cluster: two producers and two nodes share a queue", async () => {
  await using cluster = new Cluster();
  await cluster.node({ workers: 1 });
  await cluster.node({ workers: 1 });
  const queues = [cluster.queue(), cluster.queue()];
  const groups = queues.map((queue, n) =>
    queue.group(add, Array.from({ length: 200 }, (_, i): [number, number] => [i, n]))
  );
  const values = await Promise.all(groups.map((group) => group.values()));
  assertEquals(values, [0, 1].map((n) => Array.from({ length: 200 }, (_, i) => i + n)));
  const nodes = new Set(groups[0]!.handles.map((handle) => handle.result().workerId));
  assertEquals([...nodes].sort(), [1, 2]);
});

test("cluster: a connection that has nothing to do is closed, and opened when there is", async () => {
  await using cluster = new Cluster();
  await cluster.node();
  const queue = cluster.queue();
  assertEquals(await queue.submit(add, [1, 1]).value(), 2);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assertEquals(await queue.submit(add, [1, 2]).value(), 3);
});

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`cluster: a program on ${runtime} that forgets its queue uses a node on ${here}, and ends by itself`, async () => {
    await using cluster = new Cluster();
    await cluster.node();
    const { prefix } = cluster.engine;
    const { output, status } = await runProgram(
      runtime,
      "programs/forgets.ts",
      `${serverPort}`,
      prefix,
    );
    assertEquals([output.trim(), status], ["3", 0]);
  });
}

test("cluster: serveCluster refuses options that make no sense", async () => {
  const node = { engine: makeEngine(), name: "tasks", root, tasks: ["./tasks.ts"] };
  const { serveCluster } = await import("../../src/lanes/cluster/mod.ts");
  await assertRejects(() => serveCluster({ ...node, tasks: [] }), TypeError, "must name a module");
  await assertRejects(() => serveCluster({ ...node, tasks: ["../x.ts"] }), RangeError, "below");
  await assertRejects(() => serveCluster({ ...node, tasks: "./tasks.ts" }), TypeError, "a list");
  await assertRejects(() => serveCluster({ ...node, lane: "x" as never }), RangeError, "lane");
  await assertRejects(() => serveCluster({ ...node, workers: 0 }), RangeError, "workers");
  await assertRejects(
    () => serveCluster({ ...node, concurrency: 2 } as never),
    TypeError,
    "'workers'",
  );
});

test("cluster: a closed queue refuses tasks", async () => {
  await using cluster = new Cluster();
  const queue = cluster.queue();
  await queue.shutdown();
  assertThrows(() => queue.submit(add, [1, 2]), Error, "shut down");
});

type BullQueue = ReturnType<Cluster["bullQueue"]>;

/** How many jobs there are of some types on the server. */
function countOf(queue: BullQueue, ...types: string[]): Promise<number> {
  const { getJobCountByTypes } = queue as unknown as {
    getJobCountByTypes(...types: string[]): Promise<number>;
  };
  return getJobCountByTypes.apply(queue, types);
}

/** Resolves once so many jobs wait on the server. */
async function eventuallyCounts(queue: BullQueue, wanted: number): Promise<void> {
  while (await countOf(queue, "wait", "prioritized") < wanted) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** When attempts started, by the server's clock, in milliseconds. */
async function startTimes(cluster: Cluster): Promise<number[]> {
  const client = await cluster.bullQueue().backend.client as unknown as {
    xrange(key: string, from: string, to: string): Promise<[id: string, fields: string[]][]>;
  };
  const { engine, name } = cluster;
  const events = await client.xrange(`${engine.prefix}:${name}:events`, "-", "+");
  return events.filter(([, fields]) => fields[1] === "active").map(([id]) => Number.parseInt(id));
}

/** Resolves once a job has a priority on the server. */
async function eventuallyPriority(queue: BullQueue, wanted: number): Promise<void> {
  const { getPrioritized } = queue as unknown as {
    getPrioritized(): Promise<{ priority: number }[]>;
  };
  while (!(await getPrioritized.call(queue)).some(({ priority }) => priority === wanted)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
