import { assert, assertEquals, assertFalse } from "@std/assert";
import { inlineTask } from "../../../../../mod.ts";
import { VirtualClock } from "../../../../../src/testing/virtual_clock.ts";
import { test } from "../../../../harness.ts";
import { FakePool, task } from "./fake_pool.ts";

const teardown = inlineTask(() => {});

test("teardown: a worker that has been idle for long runs it before it is ended, and has its id till then", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock, teardown, idleTimeout: 10 });
  const link = await queue.startShort();
  assertFalse(link.closing);
  await clock.advance(20);
  assertEquals([link.closing, link.killed, queue.stats.workers], [true, false, 0]);
  const handle = queue.submit(task, ["a"], { name: "a" });
  await queue.turn();
  assertEquals(queue.links.length, 1);
  link.tearDown();
  assert(link.killed);
  link.close();
  await queue.turn();
  const other = queue.links[1]!;
  other.ready();
  await queue.turn();
  other.tell(other.begin());
  assertEquals((await handle).workerId, 1);
  const over = queue.shutdown();
  await queue.turn();
  assert(other.closing);
  other.tearDown();
  other.close();
  await over;
});

test("teardown: it is run after the last task of a queue that is shut down", async () => {
  const queue = new FakePool({ workers: 1, teardown });
  const link = await queue.startShort();
  queue.submit(task, ["a"], { name: "a" });
  await queue.turn();
  const attempt = link.begin();
  const over = queue.shutdown();
  await queue.turn();
  assertFalse(link.closing);
  link.tell(attempt);
  await queue.turn();
  assertEquals([link.closing, link.killed], [true, false]);
  link.tearDown();
  link.close();
  await over;
});

test("teardown: it is run by a worker that is replaced, and not by one that is killed", async () => {
  const queue = new FakePool({ workers: 1, teardown, recycleAfter: 4 });
  const link = await queue.startShort();
  const [, handle] = [queue.submit(task, ["a"]), queue.submit(task, ["b"])];
  await queue.turn();
  link.tell(link.begin());
  await queue.turn();
  assert(link.closing);
  link.tearDown();
  link.close();
  await queue.turn();
  const other = queue.links[1]!;
  other.ready();
  await queue.turn();
  other.begin();
  handle.cancel();
  await queue.turn();
  assertEquals([other.closing, other.killed], [false, true]);
  await queue.end();
});

test("teardown: its error is reported, and so is that it took too long", async () => {
  const reported: unknown[] = [];
  const original = console.error;
  console.error = (...args: unknown[]) => void reported.push(args.map(String).join(" "));
  const clock = new VirtualClock();
  try {
    for (const late of [false, true]) {
      const queue = new FakePool({ workers: 1, clock, teardown });
      const link = await queue.startShort();
      const over = queue.shutdown();
      await queue.turn();
      if (late) await clock.advance(1000);
      else link.tearDown("no end");
      assert(link.killed);
      link.close();
      await over;
    }
  } finally {
    console.error = original;
  }
  assertEquals(reported.length, 2);
  assert(`${reported[0]}`.includes("no end"), `${reported[0]}`);
  assert(`${reported[1]}`.includes("took longer than 1000 ms"), `${reported[1]}`);
});
