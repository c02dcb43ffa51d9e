import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../../../../src/testing/virtual_clock.ts";
import { test } from "../../../../harness.ts";
import { type FakeLink, FakePool, task } from "./fake_pool.ts";

/** Submits a task. */
const submit = (queue: FakePool, name: string) => queue.submit(task, [name], { name });

/** Starts with one worker, which runs a task of its own; every further start fails. */
async function startOne(clock: VirtualClock) {
  const queue = new FakePool({ workers: 2, clock, startTimeout: 5000 });
  await queue.start();
  const first = submit(queue, "first");
  await queue.turn();
  const [link] = queue.links;
  link!.ready();
  await queue.turn();
  return { queue, first, link: link!, attempt: link!.begin() };
}

/** Has the starts fail that are under way, and those that come of that; returns how many. */
async function failStarts(queue: FakePool): Promise<number> {
  let failed = 0;
  for (await queue.turn();; await queue.turn()) {
    const starting = queue.links.filter((link) => link.id === 2 && !link.killed);
    if (starting.length === 0) return failed;
    for (const link of starting) {
      failed++;
      link.killed = true;
      link.close();
    }
  }
}

test("pool starts: after three that failed a worker that is ready runs what waits, and another is tried later", async () => {
  const clock = new VirtualClock();
  const { queue, first, link, attempt } = await startOne(clock);
  const waiting = submit(queue, "waiting");
  assertEquals(await failStarts(queue), 3);
  for (const pause of [1000, 2000]) {
    await clock.advance(pause - 1);
    assertEquals(await failStarts(queue), 0);
    await clock.advance(1);
    assertEquals(await failStarts(queue), 1);
  }
  assertEquals([first.status, waiting.status], ["running", "pending"]);
  link.tell(attempt);
  await queue.turn();
  assertEquals([first.status, waiting.status], ["succeeded", "running"]);
  await queue.end();
});

test("pool starts: after three that failed what waits for a worker that hangs fails with the start error", async () => {
  const clock = new VirtualClock();
  const { queue, first } = await startOne(clock);
  const waiting = submit(queue, "waiting");
  assertEquals(await failStarts(queue), 3);
  for (let time = 0; time < 10_000 && !waiting.done; time += 500) {
    await clock.advance(500);
    await failStarts(queue);
  }
  assertEquals([first.status, waiting.status, waiting.attempts], ["running", "failed", 0]);
  assertEquals((waiting.error() as Error).message, "Worker 2 ended before it was ready");
  // What comes later waits for a start of its own, and is run once one succeeds.
  const later = submit(queue, "later");
  await clock.advance(5000);
  await queue.turn();
  const other = queue.links.at(-1)!;
  other.ready();
  await queue.turn();
  other.tell(other.begin());
  assertEquals([first.status, await later.value()], ["running", "later"]);
  await queue.end();
});

test("pool starts: a worker that is free again, since its task can't be sent, runs what waits behind it", async () => {
  const queue = new FakePool({ workers: 2 });
  await queue.start();
  const first = submit(queue, "first");
  await queue.turn();
  const [link] = queue.links as [FakeLink];
  // Too long for the next to be sent ahead.
  link.took = 10;
  link.ready();
  link.tell(link.begin());
  await first;
  const unsendable = queue.submit(task, [() => {}] as never);
  const behind = submit(queue, "behind");
  await queue.turn();
  assertEquals([unsendable.status, behind.status, queue.links.length], ["failed", "running", 1]);
  link.tell(link.begin());
  assertEquals(await behind.value(), "behind");
  await queue.end();
});
