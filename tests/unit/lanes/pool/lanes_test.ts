import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  importTasks,
  type PoolOptions,
  ProcessQueue,
  type TaskHandle,
  ThreadQueue,
} from "../../../../mod.ts";
import { eventually } from "../../../conformance/support.ts";
import { runtime, test } from "../../../harness.ts";
import { RUN_FLAGS } from "../../../run_flags.ts";
import { withFolder } from "../../../temporary_folder.ts";

const tasks = importTasks<typeof import("./tasks.ts")>(new URL("./tasks.ts", import.meta.url));

/** Both pools, with what a test has to know of them. */
const lanes = [
  { name: "thread", Queue: ThreadQueue },
  { name: "process", Queue: ProcessQueue },
] as const;

type Lane = (typeof lanes)[number];

/** Runs a body with a started queue, which is shut down by force afterwards; then nothing may be left. */
async function withPool(
  { Queue }: Lane,
  options: PoolOptions,
  body: (queue: ThreadQueue | ProcessQueue) => Promise<void>,
): Promise<void> {
  const queue = new Queue(options);
  try {
    await queue.start();
    await body(queue);
  } finally {
    await queue.cancel();
  }
  await eventually(() => queue.stats.abandoned === 0, "all workers have ended");
  assertEquals(queue.stats.workers, 0);
}

/** Sets variables of the environment, which workers get, for the time of a body. */
async function withEnv(env: Record<string, string>, body: () => Promise<void>): Promise<void> {
  Object.assign(process.env, env);
  try {
    await body();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
  }
}

/** The process of a running task, as its progress says. */
async function begun(handle: TaskHandle): Promise<number> {
  await eventually(() => handle.progress !== undefined || handle.done, `${handle.name} runs`);
  return handle.progress as number;
}

/** Has a queue's worker stuck, until that is taken back if it is a thread. */
async function getStuck(
  { name }: Lane,
  queue: ThreadQueue | ProcessQueue,
  pid: number,
): Promise<Disposable> {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  if (name === "process") {
    process.kill(pid, "SIGSTOP");
  } else {
    await queue.submit(tasks.leaveLoop, [gate]).value();
    await eventually(() => Atomics.load(gate, 1) === 1, "the thread loops");
  }
  return { [Symbol.dispose]: () => void Atomics.store(gate, 0, 1) };
}

/** Keeps this program from doing anything else. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** What is printed as an error while a body runs. */
async function reportedBy(body: () => Promise<void>): Promise<string[]> {
  const reported: string[] = [];
  const original = console.error;
  console.error = (...args: unknown[]) => void reported.push(args.map(String).join(" "));
  try {
    await body();
  } finally {
    console.error = original;
  }
  return reported;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}

for (const lane of lanes) {
  test(`${lane.name} pool: a task that ended in time succeeds, though this program was busy`, async () => {
    await withPool(lane, { workers: 1 }, async (queue) => {
      // Loading the module counts, too.
      await queue.submit(tasks.work, [0]).value();
      for (const ms of [50, 100]) {
        const handle = queue.submit(tasks.work, [ms], { timeout: 800 });
        await begun(handle);
        block(1500);
        assertEquals((await handle).status, "succeeded");
      }
      const late = queue.submit(tasks.work, [300], { timeout: 100 });
      await begun(late);
      block(600);
      const result = await late;
      assertEquals([result.status, result.message?.includes("timed out")], ["failed", true]);
    });
  });

  test(`${lane.name} pool: a worker that a task left stuck is replaced, and the next tasks aren't charged`, async () => {
    await withPool(lane, { workers: 1 }, async (queue) => {
      const { worker, pid } = await queue.submit(tasks.work, [0]).value();
      using _ = await getStuck(lane, queue, pid);
      const handles = queue.map(tasks.work, [0, 0, 0], { timeout: 2000 });
      for (const result of await Promise.all(handles)) {
        assert(result.status === "succeeded", result.message);
        assertEquals(result.attempts, 1);
        assert(result.value.worker !== worker);
      }
    });
  });

  test(`${lane.name} pool: a stuck worker is found without a timeout too`, async () => {
    await withPool(lane, { workers: 1, startTimeout: 1500 }, async (queue) => {
      const { worker, pid } = await queue.submit(tasks.work, [0]).value();
      using _ = await getStuck(lane, queue, pid);
      const result = await queue.submit(tasks.work, [0]);
      assert(result.status === "succeeded" && result.value.worker !== worker);
      // What has begun is nobody's business but its own.
      assertEquals((await queue.submit(tasks.wait, [2000])).status, "succeeded");
    });
  });

  test(`${lane.name} pool: a module that fails to load in one worker fails no task`, async () => {
    await withFolder(async (folder) => {
      await withEnv({ FAILS_FIRST_FOLDER: folder, FAILS_FIRST_COUNT: "1" }, async () => {
        const { square } = failsFirst();
        await withPool(lane, { workers: 2 }, async (queue) => {
          const handles = queue.map(square, Array.from({ length: 200 }, (_, i) => i));
          for (const { status, attempts } of await Promise.all(handles)) {
            assertEquals([status, attempts], ["succeeded", 1]);
          }
        });
      });
    });
  });

  test(`${lane.name} pool: a module is tried by three workers, and again for a retry`, async () => {
    for (
      const [count, retries, status, attempts] of [
        [2, 0, "succeeded", 1],
        [3, 0, "failed", 1],
        [3, 1, "succeeded", 2],
      ] as const
    ) {
      await withFolder(async (folder) => {
        await withEnv({ FAILS_FIRST_FOLDER: folder, FAILS_FIRST_COUNT: `${count}` }, async () => {
          await withPool(lane, { workers: 1 }, async (queue) => {
            const result = await queue.submit(failsFirst().square, [3], { retries });
            assertEquals([result.status, result.attempts], [status, attempts], result.message);
            if (result.status === "failed") assertInstanceOf(result.error, RangeError);
            assertEquals(await queue.submit(tasks.square, [4]).value(), 16);
          });
        });
      });
    }
  });

  test(`${lane.name} pool: a main module without a guard fails its tasks at once, and no more workers are started`, async () => {
    await withFolder(async (folder) => {
      const log = join(folder, "log");
      const { stdout, stderr, status } = await runUnguarded(lane.name, log);
      assertEquals(stdout.split("\n"), [...Array(6).fill("QueueStateError true"), ""], stderr);
      assertEquals(status, 0);
      const loads = linesOf(log).length;
      assert(loads >= 2 && loads <= 3, `loaded ${loads} times`);
    });
  });

  test(`${lane.name} pool: the teardown runs once in each worker that is closed in order, after its last task`, async () => {
    await withFolder(async (folder) => {
      const log = join(folder, "log");
      await withEnv({ TEARDOWN_LOG: log }, async () => {
        const queue = new lane.Queue({ workers: 2, recycleAfter: 3, teardown: tasks.tearDown });
        queue.map(tasks.note, Array.from({ length: 12 }, () => [log, "task"] as [string, string]));
        await queue.run();
        await queue.shutdown();
        const lines = linesOf(log);
        assertEquals(lines.length, 12 + lines.filter((line) => line.startsWith("teardown")).length);
        for (const worker of new Set(lines.map((line) => line.split(" ")[1]))) {
          const own = lines.filter((line) => line.endsWith(` ${worker}`));
          assertEquals(own.filter((line) => line.startsWith("teardown")).length, 1);
          assertEquals(own.at(-1), `teardown ${worker}`);
        }
      });
    });
  });

  test(`${lane.name} pool: a worker that is killed runs no teardown, one that is idle does`, async () => {
    await withFolder(async (folder) => {
      const log = join(folder, "log");
      await withEnv({ TEARDOWN_LOG: log }, async () => {
        await withPool(lane, { workers: 1, teardown: tasks.tearDown }, async (queue) => {
          const killed = await queue.submit(tasks.note, [log, "first"]).value();
          const handle = queue.submit(tasks.wait, [60_000]);
          await begun(handle);
          handle.cancel();
          const idle = await queue.submit(tasks.note, [log, "second"]).value();
          await queue.cancel();
          assertEquals(linesOf(log), [`first ${killed}`, `second ${idle}`, `teardown ${idle}`]);
        });
      });
    });
  });

  test(`${lane.name} pool: a teardown that fails, or takes longer than its grace, is reported and ends its worker`, async () => {
    for (
      const [teardown, grace, says] of [
        [tasks.failToTearDown, 30_000, "It can't be put away"],
        [tasks.neverTearDown, 50, "The teardown of worker 1 took longer than 50 ms"],
      ] as const
    ) {
      const reported = await reportedBy(async () => {
        const queue = new lane.Queue({ workers: 1, teardown, defaults: { grace } });
        assertEquals(await queue.submit(tasks.square, [3]).value(), 9);
        await queue.shutdown();
      });
      assertEquals(reported.length, 1);
      assert(reported[0]!.includes(says), reported[0]);
    }
  });
}

test("process pool: a child that dies in its teardown is reported", async () => {
  const reported = await reportedBy(async () => {
    const queue = new ProcessQueue({ workers: 1, teardown: tasks.dieInTearDown });
    assertEquals(await queue.submit(tasks.square, [3]).value(), 9);
    await queue.shutdown();
  });
  assertEquals(reported.length, 1);
  assert(reported[0]!.includes("Worker 1 ended with status 7 during its teardown"), reported[0]);
});

if (runtime === "deno") {
  test("process pool: a stuck child is replaced where no memory is shared with it", async () => {
    const queue = new ProcessQueue({ workers: 1, permissions: "none" });
    await queue.start();
    const { pid, worker } = await queue.submit(tasks.work, [0]).value();
    process.kill(pid, "SIGSTOP");
    const handles = queue.map(tasks.work, [0, 0], { timeout: 2000 });
    for (const result of await Promise.all(handles)) {
      assert(result.status === "succeeded", result.message);
      assert(result.attempts === 1 && result.value.worker !== worker);
    }
    // One that has begun is charged with its time.
    const late = queue.submit(tasks.work, [60_000], { timeout: 300 });
    const result = await late;
    assertEquals([result.status, result.attempts], ["failed", 1]);
    await queue.shutdown();
  });
}

function failsFirst() {
  return importTasks<typeof import("./modules/fails_first.ts")>(
    new URL("./modules/fails_first.ts", import.meta.url),
  );
}

/** Runs a main module that has no guard. */
function runUnguarded(lane: string, log: string) {
  const file = fileURLToPath(new URL("programs/unguarded.ts", import.meta.url));
  const child = spawn(process.execPath, [...RUN_FLAGS, file], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", UNGUARDED_LOG: log, UNGUARDED_LANE: lane },
  });
  const seen = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => seen.stdout += data);
  child.stderr.on("data", (data) => seen.stderr += data);
  return new Promise<typeof seen & { status: number | null }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ ...seen, status }));
  });
}
