import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { type BullQueue, TaskTimeoutError } from "../../src/lanes/cluster/mod.ts";
import { Desk, eventually, HOUR, inTime } from "../conformance/support.ts";
import { test } from "../harness.ts";
import { Cluster } from "./support.ts";
import { attempts, busy, echo, open, slowToStop } from "./tasks.ts";

test("cluster: a timeout is measured by the node", async () => {
  await using cluster = new Cluster();
  await cluster.node({ lane: "process", workers: 1 });
  const queue = cluster.queue();
  const result = await queue.submit(busy, [20_000], { timeout: 1_500, retries: 1 });
  assert(result.status === "failed");
  assertInstanceOf(result.error, TaskTimeoutError);
  assertEquals(result.attempts, 2);
  assertMatch(result.error.message, /attempt 2 ran longer than 1500 ms/);
});

for (const lane of ["async", "process"] as const) {
  test(`cluster: a retry waits until the attempt that timed out has stopped, on lane ${lane}`, () =>
    inTime(300, async (timeout) => {
      await using cluster = new Cluster();
      using desk = new Desk();
      await cluster.node({ lane, workers: 2 });
      const queue = cluster.queue();
      await queue.start();
      const args = [desk.file("log"), desk.file("cleaned")] as const;
      const handle = queue.submit(slowToStop, args, { timeout, retries: 1, grace: Infinity });
      await desk.noted("log", ["begin 1", "told 1"]);
      desk.open("cleaned");
      const result = await handle;
      assert(result.status === "failed");
      assertInstanceOf(result.error, TaskTimeoutError);
      const all = ["begin 1", "told 1", "end 1", "begin 2", "told 2", "end 2"];
      // The last attempt is told of at once, while it still cleans up.
      await desk.noted("log", all);
    }));
}

test("cluster: a node's only worker on the event loop runs others while an attempt cleans up, however long that takes", () =>
  inTime(100, async (timeout) => {
    await using cluster = new Cluster();
    using desk = new Desk();
    await cluster.node({ lane: "async", workers: 1 });
    const queue = cluster.queue();
    await queue.start();
    const [cleaned, gate] = [desk.file("cleaned"), desk.file("gate")];
    const options = { timeout, retries: 1, grace: Infinity };
    const slow = queue.submit(slowToStop, [desk.file("log"), cleaned], options);
    await desk.noted("log", ["begin 1", "told 1"]);
    for (const n of [1, 2]) assertEquals(await queue.submit(echo, [n]).value(), n);
    assertEquals(desk.lines("log"), ["begin 1", "told 1"]);
    // It is one worker again when the attempt has stopped.
    const first = queue.submit(open, [gate], { priority: 1 });
    await eventually(() => first.progress === "begun", "the first has begun");
    desk.open("cleaned");
    await desk.noted("log", ["begin 1", "told 1", "end 1"]);
    await waitingJobs(cluster, 1);
    const second = queue.submit(open, [gate], { priority: 1 });
    await waitingJobs(cluster, 2);
    assertEquals(second.progress, undefined);
    desk.open("gate");
    assertEquals([await first.value(), await second.value()], ["opened", "opened"]);
    assertEquals((await slow).attempts, 2);
  }));

test("cluster: a node is told of a grace without end", async () => {
  await using cluster = new Cluster();
  const queue = cluster.queue();
  await queue.start();
  queue.submit(echo, [1], { grace: Infinity });
  const [job] = await waitingJobs(cluster, 1);
  assertEquals((job!.data as { grace: number }).grace, Number.MAX_VALUE);
});

test("cluster: a retry after a delay without end never comes, and can be cancelled", async () => {
  await using cluster = new Cluster();
  await cluster.node();
  const queue = cluster.queue();
  await queue.start();
  const bull = cluster.bullQueue();
  for (const delays of [{ retryDelay: Infinity }, { retryDelay: 1, backoff: Infinity }]) {
    const handle = queue.submit(attempts, [9], { retries: 2, ...delays });
    let [job] = await jobsOf(bull, "delayed");
    for (; !(job && job.delay > HOUR); [job] = await jobsOf(bull, "delayed")) {
      assert(!handle.done, `It has ended: ${handle.done && handle.result().message}`);
    }
    assert(handle.cancel());
    while ((await jobsOf(bull, "delayed")).length > 0);
  }
});

interface FoundJob {
  readonly data: unknown;
  readonly delay: number;
}

/** The jobs in one of the server's sets. */
function jobsOf(queue: BullQueue, type: string): Promise<FoundJob[]> {
  return (queue as unknown as { getJobs(types: string[]): Promise<FoundJob[]> }).getJobs([type]);
}

/** The jobs that wait, once there are so many. */
async function waitingJobs(cluster: Cluster, count: number): Promise<FoundJob[]> {
  const queue = cluster.bullQueue();
  for (;;) {
    const jobs = await jobsOf(queue, "prioritized");
    if (jobs.length === count) return jobs;
  }
}
