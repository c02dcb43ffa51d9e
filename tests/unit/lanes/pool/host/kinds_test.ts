import { assertEquals } from "@std/assert";
import { importTasks } from "../../../../../mod.ts";
import type { PoolOptions } from "../../../../../src/lanes/pool/host/options.ts";
import { VirtualClock } from "../../../../../src/testing/virtual_clock.ts";
import { test } from "../../../../harness.ts";
import { type FakeLink, FakePool } from "./fake_pool.ts";

/** Tasks of two modules; they are never run. */
const [a, b] = ["file:///a.ts", "file:///b.ts"].map((url) =>
  importTasks<{ task(name: string): string }>(url).task
) as [Task, Task];

type Task = ReturnType<typeof importTasks<{ task(name: string): string }>>["task"];

/** A pool that has workers for each module. */
const pool = (options: PoolOptions) =>
  new FakePool(options, 0, (reference) => reference.kind === "inline" ? "" : reference.url);

const submit = (queue: FakePool, task: Task, name: string, priority = 0) =>
  queue.submit(task, [name], { name, priority });

/** The worker runs its next task. */
async function runNext(queue: FakePool, link: FakeLink): Promise<string> {
  const attempt = link.begin();
  link.tell(attempt);
  await queue.turn();
  return attempt.name;
}

const kinds = (queue: FakePool) =>
  queue.links.map(({ kind }) => kind!.slice("file:///".length, -3));

const names = (link: FakeLink) => link.inbox.map(({ name }) => name);

test("worker kinds: a task goes to a worker of its kind alone, which is started beside others", async () => {
  const queue = pool({ workers: 2 });
  await queue.start();
  submit(queue, a, "a1");
  submit(queue, b, "b1");
  await queue.turn();
  // One is enough for the first task; the second is of another kind.
  assertEquals(kinds(queue), ["a"]);
  queue.links[0]!.ready();
  await queue.turn();
  assertEquals(kinds(queue), ["a", "b"]);
  queue.links[1]!.ready();
  assertEquals(queue.links.map(names), [["a1"], ["b1"]]);
  await queue.end();
});

test("worker kinds: at the limit an idle worker makes room at once for a kind that has none", async () => {
  const queue = pool({ workers: 1 });
  await queue.start();
  submit(queue, a, "a1");
  submit(queue, b, "b1");
  submit(queue, a, "a2");
  await queue.turn();
  const [first] = queue.links as [FakeLink];
  first.ready();
  await queue.turn();
  // It is busy: the next task waits, and so do those behind it.
  assertEquals([names(first), first.killed], [["a1"], false]);
  assertEquals(await runNext(queue, first), "a1");
  assertEquals([first.killed, kinds(queue)], [true, ["a"]]);
  // Its place is free when it is gone.
  first.close();
  await queue.turn();
  assertEquals(kinds(queue), ["a", "b"]);
  queue.links[1]!.ready();
  assertEquals(await runNext(queue, queue.links[1]!), "b1");
  queue.links[1]!.close();
  await queue.turn();
  queue.links[2]!.ready();
  assertEquals([kinds(queue), names(queue.links[2]!)], [["a", "b", "a"], ["a2"]]);
  await queue.end();
});

test("worker kinds: a kind that has workers waits for them for about as long as a start takes", async () => {
  const clock = new VirtualClock();
  const queue = pool({ workers: 2, clock });
  await queue.start();
  submit(queue, a, "a1");
  submit(queue, b, "b1");
  await queue.turn();
  queue.links[0]!.ready();
  await queue.turn();
  queue.links[1]!.ready();
  await queue.turn();
  submit(queue, a, "a2");
  assertEquals(await runNext(queue, queue.links[1]!), "b1");
  await clock.advance(99);
  await queue.turn();
  assertEquals(queue.links[1]!.killed, false);
  await clock.advance(1);
  await queue.turn();
  assertEquals(queue.links[1]!.killed, true);
  queue.links[1]!.close();
  await queue.turn();
  assertEquals(kinds(queue), ["a", "b", "a"]);
  await queue.end();
});

test("worker kinds: a task that goes before others gets its worker first", async () => {
  const queue = pool({ workers: 1 });
  await queue.start();
  submit(queue, a, "a1");
  await queue.turn();
  submit(queue, b, "urgent", -1);
  await queue.turn();
  const [first] = queue.links as [FakeLink];
  first.ready();
  await queue.turn();
  assertEquals([names(first), first.killed], [[], true]);
  first.close();
  await queue.turn();
  queue.links[1]!.ready();
  assertEquals([kinds(queue), names(queue.links[1]!)], [["a", "b"], ["urgent"]]);
  await queue.end();
});

test("worker kinds: what waits behind a busy worker stays there while only others are idle", async () => {
  const queue = pool({ workers: 2, idleTimeout: Infinity });
  await queue.start();
  const warmUp = [submit(queue, b, "b1"), submit(queue, a, "a1"), submit(queue, a, "a2")];
  await queue.turn();
  queue.links[0]!.ready();
  await queue.turn();
  queue.links[1]!.ready();
  await queue.turn();
  // Long enough for the next ones to be worth moving.
  queue.links[1]!.took = 0.1;
  await runNext(queue, queue.links[0]!);
  while (warmUp.some(({ done }) => !done)) await runNext(queue, queue.links[1]!);
  for (let i = 0; i < 4; i++) submit(queue, a, `more ${i}`);
  await queue.turn();
  assertEquals(queue.links.map(names), [[], ["more 0", "more 1", "more 2", "more 3"]]);
  await queue.end();
});

test("worker kinds: when workers of one kind can't be started only their tasks fail", async () => {
  const queue = pool({ workers: 2, idleTimeout: Infinity });
  await queue.start();
  const running = submit(queue, b, "b1");
  await queue.turn();
  queue.links[0]!.ready();
  await queue.turn();
  const failing = submit(queue, a, "a1");
  const waiting = submit(queue, b, "b2");
  await queue.turn();
  for (let i = 1; i <= 3; i++) {
    queue.links[i]!.close();
    await queue.turn();
  }
  assertEquals(failing.status, "failed");
  assertEquals(await runNext(queue, queue.links[0]!), "b1");
  assertEquals(await runNext(queue, queue.links[0]!), "b2");
  assertEquals([running.status, waiting.status], ["succeeded", "succeeded"]);
  await queue.end();
});

test("worker kinds: workers are kept warm for the tasks that came last", async () => {
  const queue = pool({ workers: 2, minWorkers: 2 });
  await queue.start();
  assertEquals(queue.links.length, 0);
  submit(queue, a, "a1");
  await queue.turn();
  queue.links[0]!.ready();
  await queue.turn();
  assertEquals(kinds(queue), ["a", "a"]);
  await queue.end();
});
