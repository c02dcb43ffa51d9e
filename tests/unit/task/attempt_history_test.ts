import { assertEquals } from "@std/assert";
import { AsyncQueue, type FailedResult, type QueueOptions } from "../../../mod.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { test } from "../../harness.ts";

/** A started queue on a virtual clock whose tasks throw these errors, one an attempt, and then succeed. */
async function setUp(errors: unknown[], options: QueueOptions = {}) {
  const clock = new VirtualClock();
  const queue = new AsyncQueue({ clock, workers: 1, ...options });
  await queue.start();
  let attempt = 0;
  const fails = () => {
    clock.elapse(5);
    if (attempt < errors.length) throw errors[attempt++];
  };
  return { clock, queue, fails };
}

test("attempt history: says when each attempt ran and what it failed with", async () => {
  const { clock, queue, fails } = await setUp([new RangeError("one"), "two"]);
  const handle = queue.submit(fails, { retries: 2, retryDelay: 100 });
  await clock.advance(1000);
  assertEquals((await handle).attemptHistory, [
    {
      ...{ number: 1, workerId: 1, startedAt: 0, finishedAt: 5 },
      ...{ errorName: "RangeError", message: "one" },
    },
    { number: 2, workerId: 1, startedAt: 105, finishedAt: 110, message: "'two'" },
    { number: 3, workerId: 1, startedAt: 210, finishedAt: 215 },
  ]);
  await queue.shutdown();
});

test("attempt history: the last attempt fails with the task", async () => {
  const { clock, queue, fails } = await setUp([new Error("one"), new TypeError("two")]);
  const handle = queue.submit(fails, { retries: 1 });
  await clock.drain();
  const { attemptHistory, message } = await handle;
  assertEquals(
    attemptHistory!.map(({ errorName, message }) => [errorName, message]),
    [["Error", "one"], ["TypeError", "two"]],
  );
  assertEquals(message, "two");
  await queue.shutdown();
});

test("attempt history: is for tasks that were retried alone", async () => {
  const { clock, queue, fails } = await setUp([new Error("one")]);
  const failed = queue.submit(fails, { retries: 3, retryIf: () => false });
  const succeeded = queue.submit(fails, { retries: 3 });
  await clock.drain();
  for (const handle of [failed, succeeded]) {
    assertEquals("attemptHistory" in await handle, false);
  }
  await queue.shutdown();
});

test("attempt history: a task that is cancelled while it waits for its retry had no further one", async () => {
  const { clock, queue, fails } = await setUp([new Error("one"), new Error("two")]);
  const waiting = queue.submit(fails, { retries: 2, retryDelay: 100 });
  await clock.advance(150);
  waiting.cancel();
  const { attemptHistory, attempts, finishedAt } = await waiting;
  assertEquals(attemptHistory!.map(({ number, finishedAt }) => [number, finishedAt]), [
    [1, 5],
    [2, 110],
  ]);
  assertEquals([attempts, finishedAt], [2, 150]);
  await queue.shutdown();
});

test("attempt history: an attempt that timed out ended at its timeout", async () => {
  const { clock, queue } = await setUp([]);
  const { promise, resolve } = Promise.withResolvers<void>();
  const handle = queue.submit(() => promise, { timeout: 10, retries: 1, retryDelay: 20 });
  await clock.advance(100);
  assertEquals(
    (await handle).attemptHistory!.map(({ startedAt, finishedAt, errorName }) => //
    [startedAt, finishedAt, errorName]),
    [[0, 10, "TimeoutError"], [30, 40, "TimeoutError"]],
  );
  resolve();
  await queue.shutdown();
});

test("attempt history: remembers the last hundred attempts", async () => {
  const { clock, queue, fails } = await setUp(Array.from({ length: 150 }, () => new Error("no")));
  const handle = queue.submit(fails, { retries: 150 });
  await clock.drain();
  const { attempts, attemptHistory } = await handle;
  assertEquals([attempts, attemptHistory!.length], [151, 100]);
  assertEquals([attemptHistory![0].number, attemptHistory![99].number], [52, 151]);
  await queue.shutdown();
});

test("results: an error whose fields throw has a message all the same", async () => {
  const thrower = () => {
    throw new Error("not to be read");
  };
  const odd = [
    Object.defineProperty(new Error(), "message", { get: thrower }),
    Object.defineProperty(new Error(), "name", { get: thrower }),
    Object.assign(new Error(), { message: Symbol("no text") }),
  ];
  for (const error of odd) {
    const { clock, queue, fails } = await setUp([error, error]);
    const handle = queue.submit(fails, { retries: 1 });
    await clock.drain();
    const result = await handle as FailedResult;
    assertEquals([result.error, result.message], [error, "an object"]);
    assertEquals(result.attemptHistory!.map(({ message }) => message), ["an object", "an object"]);
    await queue.shutdown();
  }
});
