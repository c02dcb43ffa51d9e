import { assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "../harness.ts";
import { RUN_FLAGS } from "../run_flags.ts";
import { lanes } from "./lanes.ts";

/** Far above what a program here takes, far below what it would take if a timer held it. */
const PATIENCE_MS = 30_000;

const program = fileURLToPath(new URL("programs/exit.ts", import.meta.url));

/** How a program ended, and what it printed: a line for each step, with its case before. */
interface Outcome {
  readonly lines: readonly string[];
  readonly end: unknown;
  readonly errors: string;
}

/** Runs a program with the runtime that runs the tests. */
async function run(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [...RUN_FLAGS, program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (data) => output += data);
  child.stderr.on("data", (data) => errors += data);
  const [status, signal] = await once(child, "close");
  return { lines: output.trimEnd().split("\n"), end: signal ?? status, errors };
}

/** What each case prints before its end. */
const cases: Record<string, string[]> = {
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
};

/** What is under way keeps a program alive until it has ended: each has a program of its own. */
const underWay: Record<string, string[]> = {
  "a task that runs": ['"early"', "end", "slept, succeeded"],
  "a delay that is to come": ['"early"', "end", "delayed succeeded"],
};

function assertExited({ lines, end, errors }: Outcome, name: string, expected: string[]): void {
  const prefix = `${name}: `;
  const own = lines.filter((line) => line.startsWith(prefix));
  assertEquals([own.map((line) => line.slice(prefix.length)), end], [expected, 0], errors);
}

for (const lane of lanes) {
  // A program plays all cases, one after the other: none may keep it from exiting. If one does, each test plays its own
  // alone, which tells which it was.
  let together: Promise<Outcome> | undefined;
  for (const [name, expected] of Object.entries(cases)) {
    test(`${lane.name}: a program exits by itself with ${name}`, async () => {
      together ??= run(lane.name, ...Object.keys(cases));
      const outcome = await together;
      assertExited(outcome.end === 0 ? outcome : await run(lane.name, name), name, expected);
    });
  }
  for (const [name, expected] of Object.entries(underWay)) {
    test(`${lane.name}: a program exits by itself with ${name}`, async () => {
      assertExited(await run(lane.name, name), name, expected);
    });
  }
}
