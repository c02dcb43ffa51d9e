import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { NotPortableError, type ProcessOptions, WorkerCrashError } from "../../../../mod.ts";
import { runtime, test } from "../../../harness.ts";
import { eventually, tasks, withQueue } from "./support.ts";

/** Starts that fail: options, and what the waiting tasks fail with. */
const failing: Record<string, [ProcessOptions, (error: unknown) => void]> = {
  "a command that is not there": [
    { context: { command: "/no/such/command" } },
    (error) => assertInstanceOf(error, Error),
  ],
  "a folder that is not there": [
    { context: { cwd: "/no/such/folder" } },
    (error) => assertInstanceOf(error, Error),
  ],
  "a command that exits at once": [
    { context: { command: "/bin/false" } },
    (error) => {
      assertInstanceOf(error, WorkerCrashError);
      assertEquals(error.exitCode, 1);
    },
  ],
  "an initializer that throws": [
    { initializer: tasks.failToPrepare, initArgs: ["not today"] },
    (error) => {
      assertInstanceOf(error, TypeError);
      assertEquals(error.message, "not today");
    },
  ],
  "an initializer that exits": [
    { initializer: tasks.exit, initArgs: [9] },
    (error) => {
      assertInstanceOf(error, WorkerCrashError);
      assertEquals(error.exitCode, 9);
    },
  ],
  "an initializer that never returns": [
    { initializer: tasks.neverPrepare, startTimeout: 100 },
    (error) => {
      assertInstanceOf(error, WorkerCrashError);
      assert(error.message.includes("not ready in time"));
    },
  ],
  "an argument for the initializer that can't be cloned": [
    { initializer: tasks.prepare, initArgs: [() => {}] },
    (error) => assertInstanceOf(error, Error),
  ],
};

for (const [name, [options, check]] of Object.entries(failing)) {
  test(`${name} fails the tasks that wait instead of looping`, async () => {
    await withQueue({ workers: 1, ...options }, async (queue) => {
      for (let round = 0; round < 2; round++) {
        const results = await Promise.all(queue.map(tasks.add, [[1, 2], [3, 4]]));
        for (const result of results) {
          assert(result.status === "failed", result.status);
          check(result.error);
        }
      }
      await eventually(() => queue.stats.workers === 0, "no worker is left");
    });
  });
}

test("the initializer runs once in each child, with copies of its arguments", async () => {
  const value = { deep: new Map([[1, new Uint8Array([1, 2])]]) };
  await withQueue({ workers: 2, initializer: tasks.prepare, initArgs: [value] }, async (queue) => {
    for (const handle of queue.map(tasks.whatIsPrepared, [[], [], [], []])) {
      assertEquals(await handle.value(), value);
    }
  });
});

test("a child is replaced after recycleAfter tasks", async () => {
  await withQueue({ workers: 1, recycleAfter: 3 }, async (queue) => {
    const handles = queue.map(tasks.pid, new Array<[]>(9).fill([]));
    const pids: number[] = [];
    for (const handle of handles) pids.push(await handle.value());
    assertEquals(new Set(pids).size, 3);
    assertEquals(new Set(pids.slice(0, 3)).size, 1);
  });
});

test("arguments of the command come before the module", async () => {
  const args = [
    { deno: "--v8-flags=--stack-size=900", bun: "--smol", node: "--stack-size=900" }[runtime],
  ];
  await withQueue({ workers: 1, context: { args } }, async (queue) => {
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});

test("shared memory is refused as an argument, by its position", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const result = await queue.submit(tasks.echo, [new SharedArrayBuffer(8)]);
    assert(result.status === "failed");
    assertInstanceOf(result.error, NotPortableError);
    assert(result.error.message.includes("memory can't be shared"), result.error.message);
    assert(result.error.message.startsWith("Argument 1 of task"), result.error.message);
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});
