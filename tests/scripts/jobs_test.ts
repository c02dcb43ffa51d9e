import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Job, runJobs } from "../../scripts/jobs.ts";
import { runtime, test } from "../harness.ts";
import { withFolder } from "../temporary_folder.ts";

/** A job that runs a line of shell. */
function job(heading: string, line: string, env?: Record<string, string>): Job {
  return { heading, command: ["sh", "-c", line], env };
}

async function run(jobs: readonly Job[], atOnce: number) {
  const decoder = new TextDecoder();
  const outputs: string[] = [];
  const succeeded = await runJobs(jobs, atOnce, (output) => outputs.push(decoder.decode(output)));
  return { succeeded, output: outputs.join("") };
}

// The scripts run on Deno alone.
if (runtime === "deno") {
  test("jobs: run side by side, and are shown one after the other", () =>
    withFolder(async (folder) => {
      const env = { A: join(folder, "a"), B: join(folder, "b") };
      const { succeeded, output } = await run([
        // Each waits for the other.
        job("first", 'echo 1; touch "$A"; until [ -e "$B" ]; do sleep 0.01; done; echo 2', env),
        job("second", 'until [ -e "$A" ]; do sleep 0.01; done; echo 3; touch "$B"; echo 4', env),
        job("third", "echo 5 >&2"),
      ], 2);
      assertEquals(output, "\n== first\n1\n2\n\n== second\n3\n4\n\n== third\n5\n");
      assertEquals(succeeded, [true, true, true]);
    }));

  test("jobs: no more run at a time than are to, and each tells how it ended", () =>
    withFolder(async (folder) => {
      const alone = 'mkdir "$A" && rmdir "$A"';
      const env = { A: join(folder, "a") };
      const jobs = [alone, "exit 1", alone, "kill $$", alone].map((line) => job("", line, env));
      assertEquals((await run(jobs, 1)).succeeded, [true, false, true, false, true]);
    }));
}
