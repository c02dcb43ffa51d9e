import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import process from "node:process";
import { type TaskHandle, WorkerCrashError } from "../../../../mod.ts";
import { runtime, test } from "../../../harness.ts";
import { isThere, Program, tasks, withQueue } from "./support.ts";

const MiB = 1 << 20;

async function crashOf(handle: TaskHandle): Promise<WorkerCrashError> {
  const result = await handle;
  assert(result.status === "failed", `it ${result.status}`);
  assertInstanceOf(result.error, WorkerCrashError);
  return result.error;
}

test("memoryLimit: a child above it is killed and fails its attempt, buffers included", async () => {
  await withQueue({ workers: 2, memoryLimit: 300 * MiB }, async (queue) => {
    const small = queue.submit(tasks.hoard, [10, 800]);
    const error = await crashOf(queue.submit(tasks.hoard, [400, 30_000], { name: "big" }));
    assertEquals([error.reason, error.signal], ["memory", "SIGKILL"]);
    assert(
      /^Worker \d ran out of memory \([\d.]+ MiB used, memoryLimit is 300 MiB\) while it ran attempt 1 of task 'big'$/
        .test(error.message),
      error.message,
    );
    assertEquals((await small).status, "succeeded");
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});

test("memoryLimit: the attempt can be retried, and what was sent behind it isn't charged", async () => {
  await withQueue({ workers: 1, memoryLimit: 300 * MiB }, async (queue) => {
    const big = queue.submit(tasks.hoard, [400, 30_000], { retries: 1 });
    const others = Array.from({ length: 20 }, () => queue.submit(tasks.pid));
    assertEquals([(await big).status, (await big).attempts], ["failed", 2]);
    for (const other of others) {
      const result = await other;
      assertEquals([result.status, result.attempts], ["succeeded", 1]);
    }
  });
});

test("memoryLimit: what programs take that a task starts doesn't count", async () => {
  await withQueue({ workers: 1, memoryLimit: 250 * MiB }, async (queue) => {
    const child = await queue.submit(tasks.haveHoarded, [400, 500]).value();
    assertEquals(await queue.submit(tasks.pid).value(), child);
  });
});

test("memoryLimit: a child below it is left alone, and so is a fresh one above it", async () => {
  await withQueue(
    { workers: 1, memoryLimit: 1024 * MiB, recycleMemory: 1024 * MiB },
    async (queue) => {
      const child = await queue.submit(tasks.hoard, [50, 300]).value();
      assertEquals(await queue.submit(tasks.pid).value(), child);
    },
  );
  await withQueue({ workers: 1, minWorkers: 1, memoryLimit: 1 }, async (queue) => {
    const error = await crashOf(queue.submit(tasks.stall, [30_000]));
    assertEquals(error.reason, "memory");
  });
});

test("recycleMemory: a child above it is replaced after its task, in order", async () => {
  const options = { workers: 1, recycleMemory: 200 * MiB, teardown: tasks.nothing };
  await withQueue(options, async (queue) => {
    const leaky = queue.map(tasks.hoard, [[100, 0], [150, 0], [10, 0], [10, 0]]);
    const [first, second, third, fourth] = await Promise.all(leaky.map((handle) => handle.value()));
    assertEquals([second, fourth], [first, third]);
    assert(third !== first);
    assert(leaky.every((handle) => handle.result().attempts === 1));
    await untilGone(first!);
  });
});

test("recycleMemory: an idle child is replaced that has been left above it", async () => {
  await withQueue({ workers: 1, recycleMemory: 200 * MiB, idleTimeout: 600_000 }, async (queue) => {
    await untilGone(await queue.submit(tasks.hoard, [250, 0]).value());
    assertEquals(queue.stats.workers, 0);
  });
});

/** Waits until a child is gone. */
async function untilGone(child: number): Promise<void> {
  while (isThere(child)) await new Promise((resolve) => setTimeout(resolve, 10));
}

test("memoryLimit: the queue leaves nothing behind, and lets the program end", async () => {
  const program = new Program("memory", ["forget"]);
  const { code, stderr } = await program.ended;
  assertEquals([code, stderr], [0, ""]);
  assertEquals(program.text, "3\n");
});

if (runtime === "deno") {
  test("memoryLimit: without all permissions cat or ps looks, and start() throws where neither may be run", async () => {
    const allowed = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys"];
    const run = ["setpriv", "sh", "cat", "ps"].flatMap((
      name,
    ) => [`/bin/${name}`, `/usr/bin/${name}`]);
    for (
      const [flags, expected] of [
        [[...allowed, "--allow-run"], "memory\n"],
        [[...allowed, `--allow-run=${process.execPath}`], "TrilaneError\nTrilaneError\nclosed\n"],
        [[...allowed, `--allow-run=${[process.execPath, ...run].join()}`], "memory\n"],
      ] as const
    ) {
      const program = new Program("memory", ["exceed"], [...flags]);
      const { code, stderr } = await program.ended;
      assertEquals([program.text, code], [expected, 0], stderr);
    }
  });
}

test("an error that goes astray and says that there is no memory left is told so", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const error = await crashOf(queue.submit(tasks.strayOutOfMemory));
    assertEquals(error.reason, "memory");
    assert(error.message.includes("ran out of memory (RangeError: Out of memory)"), error.message);
    const other = await crashOf(queue.submit(tasks.stray, ["lost"]));
    assertEquals([other.reason, other.message.includes("memory")], [undefined, false]);
    const killed = await crashOf(queue.submit(tasks.kill, ["SIGKILL"]));
    assertEquals([killed.reason, killed.message.includes("memory")], [undefined, false]);
  });
});
