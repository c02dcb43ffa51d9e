import { assert, assertEquals, assertMatch } from "@std/assert";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../conformance/support.ts";
import { test } from "../../harness.ts";
import { Cli, isAlive, jsonLines, lanes, withFolder } from "./support.ts";

/** The processes that say that they run a task. */
function pids({ stderr }: { readonly stderr: string }): number[] {
  return Array.from(stderr.matchAll(/process (\d+)/g), ([, pid]) => Number(pid));
}

async function assertGone(run: Cli): Promise<void> {
  assert(pids(run).length > 0);
  for (const pid of pids(run)) await eventually(() => !isAlive(pid), `process ${pid} is gone`);
}

for (const lane of lanes) {
  const args = ["--lane", lane, "-w2"];

  for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    test(`cli, ${lane}: the first ${signal} ends the run, and what ended is told`, async () => {
      const run = new Cli(["map", "tasks.ts#stay", "tasks.ts", "a", "b", "c", ...args]);
      await run.until("stdout", "succeeded");
      await run.until("stderr", "stays a");
      await run.until("stderr", "stays b");
      run.kill(signal);
      const ended = await run.ended;
      assertEquals(jsonLines(ended).map(({ input, status }) => [input, status]), [
        ["tasks.ts", "succeeded"],
        ["a", "cancelled"],
        ["b", "cancelled"],
        ["c", "cancelled"],
      ]);
      assertEquals(jsonLines(ended)[3], {
        input: "c",
        status: "cancelled",
        error: { name: "AbortError", message: `Cancelled by ${signal}` },
        attempts: 0,
        duration: 0,
      });
      assertMatch(
        ended.stderr,
        /4 inputs: 1 succeeded, 0 failed, 3 cancelled in .*, interrupted\n$/,
      );
      assertEquals(ended.status, status);
      await assertGone(run);
    });
  }

  test(`cli, ${lane}: with --must-complete what runs is waited for, and nothing more begins`, () =>
    withFolder(async (folder) => {
      const [a, b, c] = ["a", "b", "c"].map((name) => join(folder, name));
      const run = new Cli(["map", "tasks.ts#stayDeaf", a, b, c, "--must-complete", ...args]);
      await run.until("stderr", `stays ${a}`);
      await run.until("stderr", `stays ${b}`);
      run.kill("SIGINT");
      await run.until("stderr", "Waiting for 2 running tasks\n");
      writeFileSync(c, "");
      writeFileSync(b, "");
      writeFileSync(a, "");
      const ended = await run.ended;
      assertEquals(jsonLines(ended).map(({ status, attempts }) => [status, attempts]), [
        ["succeeded", 1],
        ["succeeded", 1],
        ["cancelled", 0],
      ]);
      assertEquals(ended.status, 130);
    }));

  test(`cli, ${lane}: the second SIGINT kills`, async () => {
    const run = new Cli(["map", "tasks.ts#stayDeaf", "a", "--must-complete", ...args]);
    await run.until("stderr", "stays a");
    run.kill("SIGINT");
    await run.until("stderr", "Waiting for 1 running task\n");
    run.kill("SIGINT");
    const { status, stdout } = await run.ended;
    assertEquals([status, stdout], [130, ""]);
    await assertGone(run);
  });

  test(`cli, ${lane}: a reader of the results that goes away ends nothing but the writing`, () =>
    withFolder(async (folder) => {
      const log = join(folder, "log");
      const run = new Cli(["map", "tasks.ts#upper", "--joblog", log, ...args], { stdin: "open" });
      const stdin = run.child.stdin!;
      stdin.write("line\n".repeat(1_000));
      await run.until("stdout", "LINE");
      run.child.stdout!.destroy();
      stdin.end("line\n".repeat(20_000));
      const { status, stderr } = await run.ended;
      assertMatch(stderr, /^21,000 inputs: 21,000 succeeded, 0 failed in .*\n$/);
      assertEquals(status, 0);
      assertEquals(readFileSync(log, "utf8").split("\n").length, 21_001);
    }));

  test(`cli, ${lane}: a reader of standard error that goes away ends nothing but the writing`, async () => {
    const run = new Cli(["map", "tasks.ts#complains", "--progress", ...args], { stdin: "open" });
    run.child.stdin!.write("a\n");
    await run.until("stdout", '"a"');
    run.child.stderr!.destroy();
    run.child.stdin!.end("b\nodd\nc\n");
    const ended = await run.ended;
    assertEquals(jsonLines(ended).map(({ input, status }) => [input, status]), [
      ["a", "succeeded"],
      ["b", "succeeded"],
      ["odd", "failed"],
      ["c", "succeeded"],
    ]);
    assertEquals(ended.status, 1);
  });

  test(`cli, ${lane}: the second SIGINT kills tasks that loop, too`, async () => {
    const run = new Cli(["map", "tasks.ts#loop", "a", "b", ...args]);
    await run.until("stderr", "loops");
    run.kill("SIGINT");
    // The first kills workers that loop, but this thread's own loop goes on.
    if (lane === "async") {
      await run.until("stderr", "Still running. Interrupt again to kill it\n");
      run.kill("SIGINT");
    }
    const { status } = await run.ended;
    assertEquals(status, 130);
    await assertGone(run);
  });
}

test("cli: is interrupted while it waits for input, too", async () => {
  const run = new Cli(["map", "tasks.ts#upper"], { stdin: "open" });
  run.child.stdin!.write("a\nb");
  await run.until("stdout", "A");
  run.kill("SIGINT");
  const ended = await run.ended;
  assertEquals(jsonLines(ended).map(({ value }) => value), ["A"]);
  assertMatch(ended.stderr, /^1 input: 1 succeeded, 0 failed in .*, interrupted\n$/);
  assertEquals(ended.status, 130);
});

test("cli: is interrupted while it loads the module, too", async () => {
  for (const lane of lanes) {
    const run = new Cli(["map", "never_loads.ts#run", "a", "--lane", lane]);
    await run.until("stderr", "loading");
    run.kill("SIGINT");
    assertEquals((await run.ended).status, 130, lane);
  }
});
