import { assert, assertEquals, assertThrows } from "@std/assert";
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { WorkerCrashError } from "../../../../mod.ts";
import { firstThatWorks } from "../../../../src/runtime/first_that_works.ts";
import { channels } from "../../../../src/runtime/channels.ts";
import { runtime, test } from "../../../harness.ts";
import { childOf, pairs, Program, tasks, withQueue } from "./support.ts";

/** Where this runtime makes its files. */
const folder = runtime === "bun" ? "/dev/shm" : tmpdir();

/** Runs a body while no temporary file can be made. */
async function withoutFiles(body: () => Promise<void>): Promise<void> {
  const makers = (runtime === "bun" ? channels.memory : channels.files) as unknown as Record<
    string,
    unknown
  >;
  const name = runtime === "bun" ? "create" : "makeTemporary";
  const original = makers[name];
  let tries = 0;
  makers[name] = () => {
    tries++;
    throw new Error("no room");
  };
  try {
    await body();
    assert(tries > 0);
  } finally {
    makers[name] = original;
  }
}

test("where no temporary file can be made children work all the same", async () => {
  await withoutFiles(() =>
    withQueue({ workers: 2 }, async (queue) => {
      const handles = queue.map(tasks.add, pairs(200, 1));
      for (const [i, handle] of handles.entries()) assertEquals(await handle.value(), i + 1);
      const stuck = queue.submit(tasks.spin, [], { timeout: 100 });
      assertEquals((await stuck).status, "failed");
      const cleaning = queue.submit(tasks.hang, [true], { grace: 20 });
      await childOf(cleaning);
      assert(cleaning.cancel());
      const crashing = queue.submit(tasks.exit, [3]);
      await crashing;
      assert(crashing.error() instanceof WorkerCrashError);
      assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
    })
  );
});

test("a program whose temporary folder isn't there has children all the same", async () => {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = "/no/such/folder";
  try {
    const program = new Program("parent", ["exits"]);
    assertEquals((await program.ended).code, 5);
    assertEquals(JSON.parse(program.text).length, 3);
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
});

test("files of programs that were killed are removed by the next, others not", async () => {
  const { pid } = spawnSync("true");
  const left = join(folder, `trilane-${pid}-left`);
  const kept = ["trilane-1-kept", `trilane-${process.pid}-kept`, `other-${pid}-kept`]
    .map((name) => join(folder, name));
  for (const file of [left, ...kept]) writeFileSync(file, "");
  try {
    await new Program("parent", ["exits"]).ended;
    assertEquals(existsSync(left), false);
    assertEquals(kept.map((file) => existsSync(file)), [true, true, true]);
  } finally {
    for (const file of [left, ...kept]) rmSync(file, { force: true });
  }
});

test("the first way that works is taken, and the last failure is told when none does", () => {
  const tried: number[] = [];
  const attempt = (least: number) => (way: number) => {
    tried.push(way);
    if (way < least) throw new RangeError(`${way}`);
    return `way ${way}`;
  };
  assertEquals(firstThatWorks([1, 2, 3], attempt(2)), "way 2");
  assertEquals(tried, [1, 2]);
  assertThrows(() => firstThatWorks([1, 2], attempt(3)), RangeError, "2");
});
