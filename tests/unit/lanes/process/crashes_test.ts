import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import process from "node:process";
import { type TaskHandle, WorkerCrashError } from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import { childOf, isThere, pairs, tasks, withQueue } from "./support.ts";

async function crashOf(handle: TaskHandle): Promise<WorkerCrashError> {
  const result = await handle;
  assert(result.status === "failed", `it ${result.status}`);
  assertInstanceOf(result.error, WorkerCrashError);
  return result.error;
}

test("a child killed from outside fails just the attempt it was running", async () => {
  await withQueue({ workers: 2 }, async (queue) => {
    const handle = queue.submit(tasks.hang, [false]);
    const child = await childOf(handle);
    const others = queue.map(tasks.later, Array.from({ length: 50 }, (_, i) => i));
    process.kill(child, "SIGKILL");
    const error = await crashOf(handle);
    assertEquals([error.signal, error.exitCode], ["SIGKILL", undefined]);
    for (const [i, other] of others.entries()) assertEquals(await other.value(), i);
    assertEquals(isThere(child), false);
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});

test("a child that exits with a status fails its attempt with it", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    for (const status of [0, 1, 3, 42]) {
      const error = await crashOf(queue.submit(tasks.exit, [status]));
      assertEquals([error.exitCode, error.signal], [status, undefined]);
    }
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});

test("a child that is ended by a native fault fails its attempt with the signal", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    for (const signal of ["SIGKILL", "SIGABRT", "SIGTERM"]) {
      const error = await crashOf(queue.submit(tasks.kill, [signal]));
      assertEquals(error.signal, signal);
    }
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});

test("an error that goes astray in a child is the cause", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const error = await crashOf(queue.submit(tasks.stray, ["lost"]));
    assertInstanceOf(error.cause, RangeError);
    assertEquals(error.cause.message, "lost");
    assertEquals(error.exitCode, 1);
  });
});

test("a crash can be retried", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const handle = queue.submit(tasks.exit, [7], { retries: 2 });
    const result = await handle;
    assertEquals([result.status, result.attempts], ["failed", 3]);
  });
});

test("results that were sent before a crash are kept", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const before = queue.map(tasks.add, pairs(500, 1));
    const crash = queue.submit(tasks.exit, [0]);
    const after = queue.map(tasks.add, pairs(100, 2));
    for (const [i, handle] of before.entries()) assertEquals(await handle.value(), i + 1);
    await crashOf(crash);
    for (const [i, handle] of after.entries()) assertEquals(await handle.value(), i + 2);
    assert([...before, ...after].every((handle) => handle.result().attempts === 1));
  });
});

test("all children at once can die, again and again", async () => {
  await withQueue({ workers: 2 }, async (queue) => {
    for (let round = 0; round < 3; round++) {
      const crashes = queue.map(tasks.exit, [[1], [2], [3]]);
      const others = queue.map(tasks.add, pairs(50, 1));
      for (const crash of crashes) await crashOf(crash);
      for (const [i, other] of others.entries()) assertEquals(await other.value(), i + 1);
    }
  });
});

test("a child whose heap is full fails its attempt, and says so", async () => {
  // Only V8 has a limit of its own that can be set.
  if (!("Deno" in globalThis)) return;
  const args = ["--v8-flags=--max-old-space-size=64"];
  await withQueue({ workers: 1, context: { args } }, async (queue) => {
    const error = await crashOf(queue.submit(tasks.exhaust));
    assertEquals([error.reason, error.signal], ["memory", "SIGTRAP"]);
    assert(error.message.includes("ran out of memory (its heap was full"), error.message);
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});
