import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { WorkerCrashError } from "../../../../mod.ts";
import { runtime, test } from "../../../harness.ts";
import { assertPrints, eventually, gate, open, reached, tasks, withThreads } from "./support.ts";

const ways = {
  deno: ["exit", "Deno.exit", "close", "throw", "reject", "reportError"],
  bun: ["exit", "throw", "reject", "reportError"],
  node: ["exit", "throw", "reject"],
}[runtime];

for (const way of ways) {
  test(`thread crashes: a worker that dies by ${way} fails its attempt and is replaced`, async () => {
    await withThreads({ workers: 1 }, async (queue) => {
      const { worker } = await queue.submit(tasks.whoAmI).value();
      const dying = queue.submit(tasks.die, [way]);
      const after = queue.map(tasks.square, [1, 2, 3]);
      const result = await dying;
      assert(result.status === "failed" && result.error instanceof WorkerCrashError, way);
      const { error } = result;
      assertEquals([result.attempts, error.workerId], [1, result.workerId!]);
      assertStringIncludes(error.message, "while it ran attempt 1 of task 'die'");
      assertStringIncludes(error.stack!, "crashes_test.ts");
      assertEquals(await Promise.all(after.map((handle) => handle.value())), [1, 4, 9]);
      assert((await queue.submit(tasks.whoAmI).value()).worker !== worker);
      assertEquals(queue.stats.abandoned, 0);
    });
  });
}

test("thread crashes: a crash is retried", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const handle = queue.submit(tasks.die, ["throw"], { retries: 2 });
    const result = await handle;
    assertEquals([result.status, result.attempts, queue.stats.retried], ["failed", 3, 2]);
  });
});

test("thread crashes: an error that comes when its task is over ends the worker, not this program", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const { worker } = await queue.submit(tasks.whoAmI).value();
    assertEquals(await queue.submit(tasks.leaveError).value(), "over");
    await eventually(() => queue.stats.workers === 0, "the worker has ended");
    assert((await queue.submit(tasks.whoAmI).value()).worker !== worker);
  });
});

// As a program: `bun test` takes stray errors of workers for its own.
test("thread crashes: a stray error is the cause, unless the task's own module takes care of it", async () => {
  const { stderr } = await assertPrints(
    [
      "throw TypeError: astray",
      "reject TypeError: astray",
      ...(runtime === "node" ? [] : ["reportError TypeError: astray"]),
      "cared for: rejected thrown",
      "in the same worker: true",
      "throw TypeError: astray",
      ...(runtime !== "deno" ? ["exit status 7"] : []),
    ],
    "programs/stray.ts",
  );
  assertEquals(stderr, "");
});

test("thread crashes: of a batch, what had ended keeps its result, what had not begun runs once", async () => {
  await withThreads({ workers: 2 }, async (queue) => {
    await queue.group(tasks.square, Array.from({ length: 300 }, (_, i) => i)).values();
    const calls = gate();
    for (let round = 0; round < 5; round++) {
      const item = (): [Int32Array] => [calls];
      const before = queue.map(tasks.count, Array.from({ length: 50 }, item));
      const dying = queue.submit(tasks.die, ["exit"]);
      const after = queue.map(tasks.count, Array.from({ length: 50 }, item));
      assertEquals((await dying).status, "failed");
      for (const result of await Promise.all([...before, ...after])) {
        assertEquals([result.status, result.attempts], ["succeeded", 1]);
      }
      assertEquals(calls[1], 100 * (round + 1));
    }
  });
});

test("thread crashes: all workers die at once, and everything still ends", async () => {
  await withThreads({ workers: 4 }, async (queue) => {
    const handles = Array.from(
      { length: 12 },
      (_, i) => queue.submit(tasks.die, [ways[i % ways.length]!]),
    );
    const good = queue.map(tasks.square, Array.from({ length: 100 }, (_, i) => i));
    for (const result of await Promise.all(handles)) assertEquals(result.status, "failed");
    for (const result of await Promise.all(good)) assertEquals(result.status, "succeeded");
  });
});

test("thread crashes: fail-first after a crash cancels what had been sent behind it, too", async () => {
  await withThreads({ workers: 1, failPolicy: "fail-first" }, async (queue) => {
    await queue.group(tasks.square, Array.from({ length: 300 }, (_, i) => i)).values();
    const door = gate();
    const calls = gate();
    const first = queue.submit(tasks.block, [door]);
    const dying = queue.submit(tasks.die, ["exit"]);
    const behind = queue.map(
      tasks.count,
      Array.from({ length: 20 }, () => [calls] as [Int32Array]),
    );
    await reached(door);
    open(door);
    await first;
    assertEquals((await dying).status, "failed");
    for (const result of await Promise.all(behind)) assertEquals(result.status, "cancelled");
    assertEquals(calls[1], 0);
    const { completed, failed, cancelled } = queue.stats;
    assertEquals([completed, failed, cancelled], [322, 1, 20]);
  });
});

test("thread crashes: a hook that cancels other tasks of a dead worker ends each of them once", async () => {
  let cancelAll = () => {};
  const ended: string[] = [];
  await withThreads({
    workers: 1,
    onComplete: ({ name }) => {
      ended.push(name);
      if (name === "die") cancelAll();
    },
  }, async (queue) => {
    await queue.group(tasks.square, Array.from({ length: 300 }, (_, i) => i)).values();
    ended.length = 0;
    const dying = queue.submit(tasks.die, ["exit"]);
    const behind = queue.map(tasks.square, Array.from({ length: 20 }, (_, i) => i), {
      name: "behind",
    });
    cancelAll = () => behind.forEach((handle) => handle.cancel());
    await dying;
    await Promise.all(behind);
    await queue.join();
    assertEquals(ended.filter((name) => name === "behind").length, 20);
    assertEquals(queue.stats.completed, 321);
  });
});
