import { assert, assertEquals } from "@std/assert";
import { VirtualClock } from "../../../../../src/testing/virtual_clock.ts";
import { test } from "../../../../harness.ts";
import { type FakeLink, FakePool, task } from "./fake_pool.ts";

/** Ends a worker that was told to, and plays the next one. */
async function replace(queue: FakePool, link: FakeLink): Promise<FakeLink> {
  assert(link.killed);
  link.close();
  await queue.turn();
  const next = queue.links.at(-1)!;
  assert(next !== link);
  next.ready();
  await queue.turn();
  return next;
}

/** Starts one worker that has been given a task. */
async function begin(queue: FakePool, retries = 0) {
  await queue.start();
  const handle = queue.submit(task, ["a"], { name: "a", retries });
  await queue.turn();
  const [link] = queue.links as [FakeLink];
  link.ready();
  await queue.turn();
  return { handle, link };
}

test("loads: a worker that can't load a module is replaced, and its task isn't charged", async () => {
  const queue = new FakePool({ workers: 1 });
  const { handle, link } = await begin(queue);
  link.unload(link.begin());
  await queue.turn();
  assertEquals([handle.status, handle.attempts], ["pending", 0]);
  const other = await replace(queue, link);
  other.tell(other.begin());
  assertEquals((await handle).attempts, 1);
  await queue.end();
});

test("loads: a worker that can't load what others can fails no task, however many it takes", async () => {
  const queue = new FakePool({ workers: 2 });
  await queue.start();
  const handles = queue.map(task, Array.from({ length: 50 }, (_, i): [string] => [`${i}`]), {
    name: "many",
  });
  await queue.turn();
  const [bad, good] = queue.links as [FakeLink, FakeLink];
  bad.ready();
  good.ready();
  await queue.turn();
  while (handles.some(({ done }) => !done)) {
    if (bad.inbox.length > 0) bad.unload(bad.begin());
    if (good.inbox.length > 0) good.tell(good.begin());
    await queue.turn();
  }
  assertEquals([queue.stats.succeeded, queue.stats.failed], [50, 0]);
  assert(bad.killed && !good.killed);
  await queue.end();
});

test("loads: a module that no worker can load fails its tasks, after three workers at once", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock });
  const { handle, link } = await begin(queue);
  let last = link;
  for (let i = 0; i < 2; i++) {
    last.unload(last.begin());
    await queue.turn();
    last = await replace(queue, last);
  }
  last.unload(last.begin());
  await queue.turn();
  assertEquals([handle.error(), handle.attempts], ["no module for a", 1]);
  // The next task costs no worker.
  const second = queue.submit(task, ["b"], { name: "b" });
  await queue.turn();
  last.unload(last.begin());
  assertEquals([second.error(), last.killed], ["no module for b", false]);
  await queue.end();
});

test("loads: a retry and a later task have a new worker try again", async () => {
  for (const how of ["retry", "later"] as const) {
    const clock = new VirtualClock();
    const queue = new FakePool({ workers: 1, clock, idleTimeout: Infinity });
    const { handle, link } = await begin(queue, how === "retry" ? 1 : 0);
    let last = link;
    for (let i = 0; i < 2; i++) {
      last.unload(last.begin());
      await queue.turn();
      last = await replace(queue, last);
    }
    last.unload(last.begin());
    await queue.turn();
    let again = handle;
    if (how === "later") {
      assertEquals(handle.status, "failed");
      await clock.advance(1000);
      again = queue.submit(task, ["b"], { name: "b" });
      await queue.turn();
    }
    // It answers from memory.
    last.unload(last.begin());
    await queue.turn();
    last = await replace(queue, last);
    last.tell(last.begin());
    assertEquals([again.status, again.attempts], ["succeeded", how === "retry" ? 2 : 1]);
    await queue.end();
  }
});
