import { assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime, test } from "../harness.ts";
import { lanes } from "./lanes.ts";

/** Far above what a program here takes, far below what it would take if a timer held it. */
const PATIENCE = 30_000;

const program = fileURLToPath(new URL("programs/exit.ts", import.meta.url));

/** Runs a program with the runtime that runs the tests; returns its output and how it ended. */
async function run(...args: string[]): Promise<{ lines: string[]; end: unknown; errors: string }> {
  const flags = runtime === "deno" ? ["run", "--allow-all", "--no-check"] : [];
  const child = spawn(process.execPath, [...flags, program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (data) => output += data);
  child.stderr.on("data", (data) => errors += data);
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  const [status, signal] = await once(child, "close");
  clearTimeout(timer);
  return { lines: output.trimEnd().split("\n"), end: signal ?? status, errors };
}

/** What each program prints before its end. */
const expected: Record<string, string[]> = {
  "a queue that was never started": ['"nothing"', "end"],
  "an idle queue": ['"value"', "end"],
  "a queue after a run": ["[1,2,3]", "end"],
  "an idle queue in an infinite run": ['"value"', "end"],
  "a paused queue with tasks": ['"value"', "end"],
  "timeouts that did not come": ['"value"', "end"],
  "delays that were cancelled": ['"value"', "end"],
  "a rate that has been used up": ['"value"', "end"],
  "a stream that was left": ["1", "end"],
  "a stream that was not finished": ["1", "end"],
  "tasks that failed unseen": ["2", "end"],
  "hooks that throw": ['"value"', "end"],
  "a task that runs": ['"early"', "end", "slept, succeeded"],
  "a delay that is to come": ['"early"', "end", "delayed succeeded"],
};

for (const lane of lanes) {
  for (const [name, lines] of Object.entries(expected)) {
    test(`${lane.name}: a program exits by itself with ${name}`, async () => {
      const seen = await run(lane.name, name);
      assertEquals([seen.lines, seen.end], [lines, 0], seen.errors);
    });
  }
}
