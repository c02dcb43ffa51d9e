import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { TaskTimeoutError } from "../../../../mod.ts";
import { runtime, test } from "../../../harness.ts";
import {
  assertPrints,
  eventually,
  gate,
  left,
  open,
  reached,
  runProgram,
  tasks,
  withLog,
  withThreads,
} from "./support.ts";

test("thread cancelling: a task that waits never runs, also one that was sent ahead", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    await queue.group(tasks.square, Array.from({ length: 300 }, (_, i) => i)).values();
    const door = gate();
    const calls = gate();
    const first = queue.submit(tasks.block, [door, "first"]);
    const behind = queue.map(
      tasks.count,
      Array.from({ length: 40 }, () => [calls] as [Int32Array]),
    );
    await reached(door);
    for (const handle of behind) if (handle !== behind[7]) assert(handle.cancel());
    open(door);
    assertEquals(await first.value(), "first");
    await Promise.all(behind);
    assertEquals(calls[1], 1);
    for (const handle of behind) {
      assertEquals(
        [handle.status, handle.attempts],
        handle === behind[7] ? ["succeeded", 1] : ["cancelled", 0],
      );
    }
  });
});

test("thread cancelling: `cancelled` turns true in a loop that never yields, with the reason at hand", async () => {
  await withLog(async (log, lines) => {
    await withThreads({ workers: 1 }, async (queue) => {
      const { worker } = await queue.submit(tasks.whoAmI).value();
      const door = gate();
      const handle = queue.submit(tasks.pollUntilCancelled, [door, log], { grace: 30_000 });
      await reached(door);
      assert(handle.cancel(new RangeError("enough")));
      assertEquals(handle.status, "cancelled");
      await left(door);
      assertEquals((await queue.submit(tasks.whoAmI).value()).worker, worker);
      assertEquals(lines(), ["RangeError: enough, aborted: true"]);

      const timed = await queue.submit(tasks.pollUntilCancelled, [door, log], {
        timeout: 50,
        grace: 30_000,
      });
      assert(timed.status === "failed" && timed.error instanceof TaskTimeoutError);
      assertEquals((await queue.submit(tasks.whoAmI).value()).worker, worker);
      assertStringIncludes(lines()[1]!, "TimeoutError: Task 'pollUntilCancelled' timed out");
      assertStringIncludes(lines()[1]!, "aborted: true");
    });
  });
});

test("thread cancelling: a retry after a timeout starts when the attempt before has stopped", async () => {
  await withThreads({ workers: 2 }, async (queue) => {
    await queue.submit(tasks.whoAmI);
    const door = gate();
    const handle = queue.submit(tasks.pollUntilCancelled, [door], {
      timeout: 30,
      retries: 2,
      grace: 30_000,
    });
    let most = 0;
    while (!handle.done) {
      const gone = Atomics.load(door, 2);
      most = Math.max(most, Atomics.load(door, 1) - gone);
      await delay(0);
    }
    // What was read before may be older than what was read after, never newer.
    assert(most <= 1, `${most} attempts at a time`);
    assertEquals(handle.attempts, 3);
    await left(door, Atomics.load(door, 1));
  });
});

test("thread cancelling: a task that has asked for its signal has its grace, also in a shutdown by force", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const door = gate();
    const handle = queue.submit(tasks.touchAndSpin, [door], { grace: 30_000 });
    await reached(door);
    const shutdown = queue.cancel();
    assertEquals(handle.status, "cancelled");
    open(door);
    await shutdown;
    assertEquals(door[2], 1);
  });
});

test("thread cancelling: the other tasks of a worker that is killed keep their results or run elsewhere", async () => {
  for (let round = 0; round < 5; round++) {
    await withThreads({ workers: 2 }, async (queue) => {
      await queue.group(tasks.square, Array.from({ length: 300 }, (_, i) => i)).values();
      const door = gate();
      const list = new Int32Array(new SharedArrayBuffer(4 * 2000));
      const before = queue.map(
        tasks.append,
        Array.from({ length: 100 }, (_, i): [Int32Array, number] => [list, i]),
      );
      const stubborn = queue.submit(tasks.touchAndSpin, [door], { grace: 1 });
      const after = queue.map(
        tasks.append,
        Array.from({ length: 100 }, (_, i): [Int32Array, number] => [list, 100 + i]),
      );
      await reached(door);
      stubborn.cancel();
      // Deno can't end a thread that never yields: it is let go after its worker was told to end.
      await eventually(() => queue.stats.abandoned === 1 || runtime !== "deno", "it was given up");
      if (runtime === "deno") open(door);
      const results = await Promise.all([...before, ...after]);
      for (const result of results) {
        assertEquals([result.status, result.attempts], ["succeeded", 1]);
      }
      const seen = Array.from(list.subarray(1, 1 + list[0]!)).sort((a, b) => a - b);
      assertEquals(seen, Array.from({ length: 200 }, (_, i) => i));
    });
  }
});

test("thread cancelling: whenever a task is cancelled, those behind it come to no harm", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    await queue.group(tasks.square, Array.from({ length: 300 }, (_, i) => i)).values();
    for (let round = 0; round < 300; round++) {
      const cancelled = queue.map(tasks.work, [0.02, 0.05, 0.1]);
      const behind = queue.map(tasks.square, [1, 2, 3, 4]);
      await delay(0);
      const until = performance.now() + (round % 30) / 100;
      while (performance.now() < until);
      cancelled[round % 3]!.cancel();
      for (const result of await Promise.all(behind)) {
        assertEquals([result.status, result.attempts], ["succeeded", 1], result.message);
      }
      for (const result of await Promise.all(cancelled)) assert(result.status !== "failed");
    }
  });
});

test("thread cancelling: results that exist are kept when a timeout strikes the task behind them", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    await queue.group(tasks.square, Array.from({ length: 300 }, (_, i) => i)).values();
    const door = gate();
    const calls = gate();
    const before = queue.map(
      tasks.count,
      Array.from({ length: 60 }, () => [calls] as [Int32Array]),
    );
    const stubborn = queue.submit(tasks.touchAndSpin, [door], { timeout: 60, grace: 1 });
    const result = await stubborn;
    open(door);
    assertEquals([result.status, result.message?.includes("timed out")], ["failed", true]);
    for (const one of await Promise.all(before)) {
      assertEquals([one.status, one.attempts], ["succeeded", 1]);
    }
    assertEquals(calls[1], 60);
    assertEquals(await queue.submit(tasks.square, [5]).value(), 25);
  });
});

if (runtime !== "deno") {
  test("thread cancelling: a timeout frees a worker that is stuck for ever, and the next task runs", async () => {
    await withThreads({ workers: 1 }, async (queue) => {
      const { worker } = await queue.submit(tasks.whoAmI).value();
      for (const task of [tasks.spin, tasks.touchAndSpin]) {
        const door = gate();
        const stuck = queue.submit(task, [door], { timeout: 50, grace: 30, retries: 1 });
        const next = queue.submit(tasks.whoAmI);
        const result = await stuck;
        assert(result.status === "failed" && result.error instanceof TaskTimeoutError);
        // A second attempt may time out while its worker still loads the module.
        assertEquals(result.attempts, 2);
        assert(door[1]! >= 1);
        assert((await next.value()).worker !== worker);
        await eventually(() => queue.stats.abandoned === 0, "the threads are gone");
      }
    });
  });
} else {
  test("thread cancelling: a thread that Deno can't end is given up, with one warning", async () => {
    const { stderr } = await assertPrints(
      [
        "failed TimeoutError",
        "next: 49",
        "abandoned 1",
        "failed TimeoutError",
        "next: 64",
        "abandoned 2",
        "shut down, abandoned 2",
        "ended, abandoned 0",
      ],
      "programs/stuck.ts",
    );
    assertEquals(stderr.split("Trilane:").length, 2, stderr);
    assertStringIncludes(stderr, "currentTask().cancelled");
    assertStringIncludes(stderr, "ProcessQueue");
  });
}

test("thread cancelling: a task that yields is stopped without a warning", async () => {
  const { stdout, stderr, status } = await runProgram("programs/yields.ts");
  assertEquals([stdout.trim(), stderr, status], ["failed 0", "", 0]);
});
