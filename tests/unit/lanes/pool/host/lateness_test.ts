import { assert, assertEquals, assertFalse, assertInstanceOf } from "@std/assert";
import { TaskTimeoutError, WorkerCrashError } from "../../../../../mod.ts";
import { VirtualClock } from "../../../../../src/testing/virtual_clock.ts";
import { eventually } from "../../../../conformance/support.ts";
import { test } from "../../../../harness.ts";
import { type FakeLink, FakePool, task } from "./fake_pool.ts";

/** The last worker that was started, ready for tasks. */
async function next(queue: FakePool): Promise<FakeLink> {
  await queue.turn();
  const link = queue.links.at(-1)!;
  link.ready();
  await queue.turn();
  return link;
}

test("lateness: a result that was noted in time is no timeout, however late it is found", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock });
  const link = await queue.startShort();
  const handle = queue.submit(task, ["a"], { name: "a", timeout: 10 });
  await queue.turn();
  link.note(link.begin());
  // This program is busy: its timers fire before anything else.
  clock.elapse(2000);
  await clock.advance(0);
  assertEquals([handle.status, link.killed], ["succeeded", false]);
  await queue.end();
});

/** Has what a worker sends stay on the way. Returns what brings it. */
function delayMessages(link: FakeLink): () => Promise<void> {
  const arrival = Promise.withResolvers<void>();
  link.pending = arrival.promise;
  link.catchesUp = false;
  return async () => {
    link.pending = undefined;
    arrival.resolve();
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
}

test("lateness: what is on the way is received before an attempt is timed out", async () => {
  const queue = new FakePool({ workers: 1 });
  const link = await queue.startShort();
  for (const arrives of [true, false]) {
    const handle = queue.submit(task, ["a"], { name: "a", timeout: 10 });
    await queue.turn();
    const attempt = link.begin();
    const arrive = delayMessages(link);
    await eventually(() => link.catchesUp, "what is on the way is waited for");
    assertEquals(handle.status, "running");
    if (arrives) link.tell(attempt);
    await arrive();
    assertEquals([handle.status, link.killed], arrives ? ["succeeded", false] : ["failed", true]);
  }
  await queue.end();
});

test("lateness: an attempt that begins as what is on the way is received has just begun", async () => {
  const queue = new FakePool({ workers: 1 });
  const link = await queue.startShort();
  const handle = queue.submit(task, ["a"], { name: "a", timeout: 10 });
  await queue.turn();
  const arrive = delayMessages(link);
  await eventually(() => link.catchesUp, "what is on the way is waited for");
  const attempt = link.begin();
  await arrive();
  assertEquals([handle.status, link.killed], ["running", false]);
  link.tell(attempt);
  assertEquals(handle.status, "succeeded");
  await queue.end();
});

test("lateness: a task that is cancelled while what is on the way is received ends once", async () => {
  const ended: string[] = [];
  const queue = new FakePool({ workers: 1, onComplete: ({ status }) => ended.push(status) });
  const link = await queue.startShort();
  ended.length = 0;
  const handle = queue.submit(task, ["a"], { name: "a", timeout: 10, retries: 2 });
  await queue.turn();
  link.begin();
  const arrive = delayMessages(link);
  await eventually(() => link.catchesUp, "what is on the way is waited for");
  handle.cancel();
  await arrive();
  assertEquals([ended, handle.attempts], [["cancelled"], 1]);
  await queue.end();
});

test("lateness: the worker's own measure says that an attempt took too long", async () => {
  const queue = new FakePool({ workers: 1 });
  const link = await queue.startShort();
  const handle = queue.submit(task, ["a"], { name: "a", timeout: 60_000 });
  await queue.turn();
  const attempt = link.begin();
  link.took = 60_001;
  link.tell(attempt);
  assertInstanceOf(handle.error(), TaskTimeoutError);
  assertFalse(link.killed);
  await queue.end();
});

test("lateness: a worker that doesn't begin its task is replaced, and the task isn't charged", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock });
  const link = await queue.startShort();
  const handle = queue.submit(task, ["a"], { name: "a", timeout: 50 });
  const behind = queue.submit(task, ["b"], { name: "b" });
  await queue.turn();
  await clock.advance(999);
  assertEquals([link.killed, handle.status], [false, "running"]);
  await clock.advance(30);
  assert(link.killed);
  link.close();
  const other = await next(queue);
  assertEquals(other.inbox.map(({ name, attempt }) => [name, attempt]), [["a", 1], ["b", 1]]);
  other.tell(other.begin(), other.begin());
  assertEquals([(await handle).attempts, await behind.value()], [1, "b"]);
  await queue.end();
});

test("lateness: without a timeout startTimeout is how long a worker may take to begin", async () => {
  for (const timeout of [Infinity, 100_000]) {
    const clock = new VirtualClock();
    const queue = new FakePool({ workers: 1, clock, startTimeout: 5000 });
    const link = await queue.startShort();
    const handle = queue.submit(task, ["a"], { name: "a", timeout });
    await queue.turn();
    await clock.advance(4999);
    assertFalse(link.killed);
    await clock.advance(200);
    assert(link.killed);
    link.close();
    const other = await next(queue);
    // Once it has begun it may take its time.
    const attempt = other.begin();
    await clock.advance(50_000);
    assertFalse(other.killed);
    other.tell(attempt);
    assertEquals((await handle).attempts, 1);
    await queue.end();
  }
});

test("lateness: after three workers that don't begin it a task fails", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock });
  await queue.start();
  const handle = queue.submit(task, ["a"], { name: "a", timeout: 2000 });
  for (let i = 0; i < 3; i++) {
    const link = await next(queue);
    assertEquals(handle.status, "running");
    await clock.advance(2100);
    assert(link.killed);
    link.close();
  }
  const error = handle.error();
  assertInstanceOf(error, WorkerCrashError);
  assertEquals(
    error.message,
    "Task 'a' was sent to 3 workers one after the other, and none of them began it",
  );
  assertEquals(handle.attempts, 1);
  await queue.end();
});

test("lateness: an attempt that begins late has its whole time from then on", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock });
  const link = await queue.startShort();
  for (const inTime of [true, false]) {
    const handle = queue.submit(task, ["a"], { name: "a", timeout: 200 });
    await queue.turn();
    await clock.advance(700);
    const attempt = link.begin();
    await clock.advance(190);
    assertEquals([handle.status, link.killed], ["running", false]);
    if (inTime) link.tell(attempt);
    await clock.advance(100);
    assertEquals([handle.status, link.killed], inTime ? ["succeeded", false] : ["failed", true]);
  }
  await queue.end();
});

test("lateness: a program that was busy itself gives no worker up", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock });
  const link = await queue.startShort();
  const handle = queue.submit(task, ["a"], { name: "a", timeout: 500 });
  await queue.turn();
  clock.elapse(60_000);
  await clock.advance(0);
  assertFalse(link.killed);
  link.tell(link.begin());
  assertEquals(handle.status, "succeeded");
  await queue.end();
});

test("lateness: nothing of it is left on the clock when the queue has been shut down", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock, idleTimeout: Infinity });
  const link = await queue.startShort();
  const handle = queue.submit(task, ["a"], { timeout: 10 });
  await queue.turn();
  await clock.advance(20);
  handle.cancel();
  await queue.end();
  assertFalse(link.killed && clock.pendingTimers > 0);
  await eventually(() => clock.pendingTimers === 0, "no timer is left");
});

test("lateness: an attempt that goes back with its worker is looked at no more", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock, idleTimeout: Infinity });
  const link = await queue.startShort();
  const handle = queue.submit(task, ["a"], { timeout: 10 });
  await queue.turn();
  await clock.advance(15);
  link.close();
  await next(queue);
  handle.cancel();
  queue.links.at(-1)!.close();
  await queue.turn();
  assertEquals(clock.pendingTimers, 0);
  await queue.end();
});

test("lateness: nothing is expected of a worker that was told to end", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock, idleTimeout: Infinity });
  const link = await queue.startShort();
  const [a, b, c] = ["a", "b", "c"].map((name) => queue.submit(task, [name], { name }));
  await queue.turn();
  const attempts = [link.begin(), link.begin(), link.begin()];
  c!.cancel();
  const timers = clock.pendingTimers;
  link.tell(attempts[0]!);
  assertEquals([link.killed, a!.status, b!.status], [true, "succeeded", "running"]);
  assertEquals(clock.pendingTimers, timers);
  await queue.end();
});
