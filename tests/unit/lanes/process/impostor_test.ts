import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { TaskResult } from "../../../../mod.ts";
import { WorkerCrashError } from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import { tasks, withFolder, withQueue } from "./support.ts";

const program = fileURLToPath(new URL("./programs/impostor.ts", import.meta.url));
const words = "Deno" in globalThis ? "run --quiet --no-check --allow-all" : "";

/** The result of a task that is given to a child which answers in a certain way. */
async function resultFrom(way: string): Promise<TaskResult> {
  let result: TaskResult | undefined;
  await withFolder(async (folder) => {
    const command = join(folder, "impostor");
    const script = `exec '${process.execPath}' ${words} '${program}' '${way}' 3`;
    writeFileSync(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await withQueue({ workers: 1, context: { command } }, async (queue) => {
      result = await queue.submit(tasks.nothing);
    });
  });
  return result!;
}

test("a result that was sent just before the end of its child counts", async () => {
  const result = await resultFrom("answers and exits at once");
  assert(result.status === "succeeded", result.status);
  assertEquals((result.value as Uint8Array | undefined)?.length, 300_000);
});

for (
  const way of [
    "sends half a frame and exits",
    "leaves out a chunk",
    "sends a frame that is too large",
    "sends a damaged message",
    "sends garbage",
    "sends null",
    "sends messages of no known kind",
    "answers for tasks that it was not given",
  ]
) {
  test(`a child that ${way} fails its task alone`, async () => {
    const result = await resultFrom(way);
    assert(result.status === "failed", result.status);
    assertInstanceOf(result.error, WorkerCrashError);
  });
}
