import { assert, assertEquals } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { importTasks, type TaskQueue, WorkerCrashError } from "../../mod.ts";
import { test } from "../harness.ts";
import { withFolder } from "../temporary_folder.ts";
import { lanes, soundly } from "./support.ts";

/** What a task does to its worker, and how it ends itself; the tasks around it succeed. */
const acts: Readonly<Record<string, "succeeded" | "failed" | "either">> = {
  "ends by Deno.exit or process.exit": "failed",
  "ends by process.exit in a timer": "failed",
  "closes its scope": "either",
  "leaves a rejection": "either",
  "leaves a throw": "either",
  "replaces process.exit and throws later": "either",
  "kills its listeners": "succeeded",
  "removes listeners of its process": "succeeded",
  "throws in a microtask": "either",
  "leaves a pending promise": "succeeded",
  "leaves an interval": "succeeded",
};

for (const lane of lanes.slice(1)) {
  const { tasks } = lane;

  for (const [act, expected] of Object.entries(acts)) {
    test(`${lane.name}: a task ${act}: those around it succeed`, () =>
      soundly(lane, { workers: 1 }, async (queue) => {
        const around = queue.map(tasks.add, [[1, 1], [2, 2]]);
        const handle = queue.submit(tasks.misbehave, [act], { timeout: 20_000 });
        around.push(...queue.map(tasks.addSlowly, [[3, 3], [4, 4]], { retries: 2 }));
        const result = await handle;
        if (expected !== "either") assertEquals(result.status, expected, result.message);
        if (result.status === "failed") {
          assert(result.error instanceof WorkerCrashError, String(result.error));
        }
        assertEquals(
          await Promise.all(around.map((handle) => handle.value())),
          [2, 4, 6, 8],
        );
      }));
  }

  test(`${lane.name}: a task that never leaves its microtasks is ended by its timeout`, async () => {
    const queue = lane.create({ workers: 2 });
    const stop = new Int32Array(new SharedArrayBuffer(4));
    // A process has no memory in common, and needs none to be ended.
    const args: [Int32Array | null] = [lane.name === "ThreadQueue" ? stop : null];
    const results = await Promise.all([
      queue.submit(tasks.spinMicrotasks, args, { timeout: 100 }),
      queue.submit(tasks.add, [1, 1], { timeout: 30_000, retries: 3 }),
    ]);
    Atomics.store(stop, 0, 1);
    assertEquals(results.map(({ status }) => status), ["failed", "succeeded"]);
    assertEquals((results[0] as { error?: Error }).error?.name, "TimeoutError");
    await queue.cancel();
  });

  test(`${lane.name}: a module with a syntax error fails its own tasks alone`, () =>
    withFolder((folder) =>
      soundly(lane, { workers: 1 }, async (queue) => {
        const [broken, endless] = ["broken.ts", "endless.ts"].map((name) => join(folder, name));
        writeFileSync(broken!, "export function answer(: number {\n");
        writeFileSync(endless!, "await new Promise(() => {});\nexport const answer = () => 42;\n");
        const handles = [
          queue.submit(answerOf(broken!)),
          queue.submit(answerOf(join(folder, "missing.ts"))),
          queue.submit(tasks.add, [1, 1]),
        ];
        const results = await Promise.all(handles);
        assertEquals(results.map(({ status }) => status), ["failed", "failed", "succeeded"]);
        for (const { message } of results.slice(0, 2)) {
          assert(message !== undefined && message !== "");
        }
      })
    ));

  test(`${lane.name}: a module that never has loaded fails its own task by its timeout`, () =>
    withFolder((folder) =>
      soundly(lane, { workers: 1 }, async (queue) => {
        const endless = join(folder, "endless.ts");
        writeFileSync(
          endless,
          "setInterval(() => {}, 60_000);\nawait new Promise(() => {});\n" +
            "export const answer = () => 42;\n",
        );
        const handle = queue.submit(answerOf(endless), { timeout: 300 });
        const after = queue.submit(tasks.add, [1, 1]);
        assertEquals([(await handle).status, await after.value()], ["failed", 2]);
        assertEquals((handle.error() as Error).name, "TimeoutError");
      })
    ));

  test(`${lane.name}: what can't be sent as progress is the task's own error`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const result = await queue.submit(tasks.badProgress);
      assertEquals(result.status === "succeeded" && result.value, "NotPortableError");
    }));
}

function answerOf(path: string) {
  return importTasks<{ answer(): number }>(pathToFileURL(path)).answer as unknown as Parameters<
    TaskQueue["submit"]
  >[0];
}

const [, , processes] = lanes;

for (const act of ["changes its folder", "closes its standard streams", "closes all descriptors"]) {
  test(`ProcessQueue: a task ${act}: those around it succeed`, () =>
    soundly(processes!, { workers: 1 }, async (queue) => {
      const { tasks } = processes!;
      const before = queue.submit(tasks.add, [1, 1]);
      const handle = queue.submit(tasks.misbehave, [act], { timeout: 20_000 });
      const after = queue.submit(tasks.add, [2, 2], { retries: 2 });
      await handle;
      assertEquals([await before.value(), await after.value()], [2, 4]);
    }));
}

test("ProcessQueue: a child that a task started and left keeps neither the pool nor the program", () =>
  soundly(processes!, { workers: 1 }, async (queue) => {
    const { tasks } = processes!;
    const pid = await queue.submit(tasks.leaveGrandchild).value();
    assertEquals(await queue.submit(tasks.add, [1, 1]).value(), 2);
    await queue.shutdown();
    // It is the task's own, and lives on.
    process.kill(pid, "SIGKILL");
    queue.reset();
  }));
