import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { delay } from "@std/async";
import { once } from "node:events";
import { kill } from "node:process";
import { QueueStateError } from "../../src/lanes/cluster/mod.ts";
import { Desk, eventually, HOUR, inTime, Watch } from "../conformance/support.ts";
import { runtime, test } from "../harness.ts";
import { startNode } from "./runtimes.ts";
import { Cluster, serverPort } from "./support.ts";
import { add, note, open, untilAborted } from "./tasks.ts";

for (const lane of ["async", "thread", "process"] as const) {
  test(`cluster: a task that runs on a node's ${lane} lane is cancelled from afar`, async () => {
    await using cluster = new Cluster();
    using desk = new Desk();
    await cluster.node({ lane, workers: 1 });
    const queue = cluster.queue();
    const handle = queue.submit(untilAborted, [desk.file("reasons")], { retries: 2 });
    await queue.start();
    await eventually(() => handle.progress === "begun", "it has begun");
    assert(handle.cancel(new Error("enough")));
    assertEquals(handle.status, "cancelled");
    await desk.noted("reasons", ["enough"]);
    // Its node is free again, and nothing was retried.
    assertEquals(await queue.submit(add, [1, 2]).value(), 3);
    assertEquals(desk.lines("reasons"), ["enough"]);
  });
}

test("cluster: a task that is cancelled before it began never runs", async () => {
  await using cluster = new Cluster();
  using desk = new Desk();
  const queue = cluster.queue();
  const file = desk.file("lines");
  await queue.start();
  const handles = queue.map(note, ["a", "b", "c"].map((line): [string, string] => [file, line]));
  const bull = cluster.bullQueue();
  const counts = bull as unknown as { getJobCountByTypes(type: string): Promise<number> };
  while (await counts.getJobCountByTypes("prioritized") < 3) await tick();
  assert(handles[1]!.cancel());
  while (await counts.getJobCountByTypes("prioritized") > 2) await tick();
  await cluster.node();
  await queue.join();
  assertEquals(handles.map(({ status }) => status), ["succeeded", "cancelled", "succeeded"]);
  assertEquals(desk.lines("lines").sort(), ["a", "c"]);
});

test("cluster: a task can be cancelled on its way to the server, and while it is scheduled there", async () => {
  await using cluster = new Cluster();
  using desk = new Desk();
  await cluster.node();
  const queue = cluster.queue();
  await queue.start();
  const quick = queue.submit(note, [desk.file("lines"), "quick"]);
  // In the turn after its submission it is being sent.
  await Promise.resolve();
  quick.cancel();
  const late = queue.submit(note, [desk.file("lines"), "late"], { delay: 60_000 });
  await eventually(() => late.status === "scheduled", "it is scheduled");
  late.cancel();
  const bull = cluster.bullQueue();
  const counts = bull as unknown as { getJobCountByTypes(type: string): Promise<number> };
  while (await counts.getJobCountByTypes("delayed") > 0) await tick();
  assertEquals([quick.status, late.status], ["cancelled", "cancelled"]);
  assertEquals(queue.stats.cancelled, 2);
});

test("cluster: a cancelled task doesn't run again when its node dies", async () => {
  await using cluster = new Cluster();
  using desk = new Desk();
  const queue = cluster.queue();
  const node = await cluster.node({ lane: "process", lockDuration: HOUR });
  const handle = queue.submit(open, [desk.file("never")]);
  await queue.start();
  await eventually(() => handle.progress === "begun", "it has begun");
  handle.cancel();
  const bull = cluster.bullQueue();
  const jobs = bull as unknown as {
    getJobs(types: string[]): Promise<{ failedReason?: string }[]>;
  };
  let failed: { failedReason?: string }[] = [];
  while (failed.length === 0) failed = await jobs.getJobs(["failed"]);
  assertEquals(failed[0]!.failedReason, "Task 'open' was cancelled");
  await node.close();
});

test("cluster: a cancelled task's node that was stuck for too long stops it when it goes on", async () => {
  await using cluster = new Cluster();
  using desk = new Desk();
  const queue = cluster.queue();
  const bull = cluster.bullQueue();
  const { prefix } = cluster.engine;
  const node = startNode(runtime, serverPort, prefix, 500);
  try {
    const handle = queue.submit(untilAborted, [desk.file("reasons")]);
    await queue.start();
    await eventually(() => handle.progress === "begun", "it has begun");
    const jobs = bull as unknown as { getJobs(types: string[]): Promise<{ id: string }[]> };
    const [{ id }] = await jobs.getJobs(["active"]) as [{ id: string }];
    kill(node.pid!, "SIGSTOP");
    const server = await bull.backend.client as unknown as { exists(key: string): Promise<number> };
    while (await server.exists(`${prefix}:tasks:${id}:lock`) > 0) await tick();
    // Nobody says any more that it is being run, so its job can be removed.
    assert(handle.cancel(new Error("enough")));
    while (await bull.getJob(id) !== undefined) await tick();
    kill(node.pid!, "SIGCONT");
    await desk.noted("reasons", ["enough"]);
  } finally {
    const ended = once(node, "exit");
    // Deno forgets a child to which a signal was sent by its own method.
    kill(node.pid!, "SIGKILL");
    await ended;
  }
});

test("cluster: fail-first and a forced shutdown stop what runs elsewhere", async () => {
  await using cluster = new Cluster();
  using desk = new Desk();
  await cluster.node({ workers: 2 });
  const queue = cluster.queue();
  const handle = queue.submit(untilAborted, [desk.file("reasons")]);
  const summary = queue.run({ timeout: 60_000 });
  await eventually(() => handle.progress === "begun", "it has begun");
  await queue.shutdown({ force: true });
  assertEquals((await summary).cancelled, 1);
  await desk.noted("reasons", ["Cancelled because the queue was shut down"]);
});

test("cluster: pause() takes waiting tasks back, resume() hands them over anew", async () => {
  await using cluster = new Cluster();
  const queue = cluster.queue();
  await queue.start();
  const handles = queue.map(add, [[1, 1], [2, 2], [3, 3]], { delay: 1 });
  const bull = cluster.bullQueue();
  const counts = bull as unknown as { getJobCountByTypes(...types: string[]): Promise<number> };
  const waiting = () => counts.getJobCountByTypes("prioritized", "wait", "delayed");
  while (await waiting() < 3) await tick();
  queue.pause();
  while (await waiting() > 0) await tick();
  const node = await cluster.node();
  assertEquals(handles.map(({ done }) => done), [false, false, false]);
  queue.resume();
  assertEquals(await Promise.all(handles.map((handle) => handle.value())), [2, 4, 6]);
  assertEquals(queue.stats.retried, 0);
  await node.close();
});

test("cluster: a job that someone removes fails its task", async () => {
  await using cluster = new Cluster();
  const queue = cluster.queue();
  const handle = queue.submit(add, [1, 2]);
  await queue.start();
  const bull = cluster.bullQueue();
  const jobs = bull as unknown as { getJobs(types: string[]): Promise<{ id: string }[]> };
  let [job] = await jobs.getJobs(["prioritized"]);
  while (job === undefined) [job] = await jobs.getJobs(["prioritized"]);
  await bull.remove(job.id);
  const result = await handle;
  assert(result.status === "failed");
  assertInstanceOf(result.error, QueueStateError);
  assertEquals(result.error.message, "The job of task 'add' was removed from the cluster's server");
  assertEquals(result.attempts, 0);
});

test("cluster: a node that is closed lets its tasks end, and takes no more", async () => {
  await using cluster = new Cluster();
  using desk = new Desk();
  const watch = new Watch();
  const queue = cluster.queue(watch.hooks);
  const node = await cluster.node({ workers: 1 });
  const [first, second] = queue.map(open, [desk.file("gate"), desk.file("gate")]);
  await queue.start();
  await eventually(() => first!.progress === "begun", "it has begun");
  assertEquals(node.activeCount, 1);
  const closed = node.close();
  desk.open("gate");
  await closed;
  assertEquals(await first!.value(), "opened");
  assertEquals(second!.status, "pending");
  await cluster.node();
  assertEquals(await second!.value(), "opened");
  assertEquals([first!.attempts, second!.attempts], [1, 1]);
});

test("cluster: the tasks of a node that is closed by force run again on another", () =>
  inTime(600, async (lockDuration) => {
    await using cluster = new Cluster();
    using desk = new Desk();
    const watch = new Watch();
    const queue = cluster.queue(watch.hooks);
    const node = await cluster.node({ lockDuration });
    const handle = queue.submit(open, [desk.file("gate")], { retries: 1 });
    await queue.start();
    await eventually(() => handle.progress === "begun", "it has begun");
    await node.close({ timeout: 10 });
    desk.open("gate");
    await cluster.node({ lockDuration });
    const result = await handle;
    assertEquals([result.status, result.attempts], ["succeeded", 2]);
    assertEquals(watch.retried.map(({ error }) => (error as Error).name), ["WorkerCrashError"]);
    assertEquals(queue.stats.retried, 1);
  }));

function tick(): Promise<void> {
  return delay(5);
}
