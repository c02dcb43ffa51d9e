import { assert, assertEquals } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "../../../harness.ts";
import { eventually, Program, tasks, withFolder, withQueue } from "./support.ts";

test("what tasks write to standard output and error reaches the program's", async () => {
  const program = new Program("output", ["lines"]);
  const { code, stderr } = await program.ended;
  assertEquals(code, 0, stderr);
  const expected = Array.from({ length: 200 }, (_, i) => `line ${i}`);
  const seen = program.text.split("\n");
  assertEquals(seen.pop(), "");
  assertEquals(seen.toSorted(), [...expected, "written"].toSorted());
  assert(stderr.includes("to stderr\n"), stderr);
});

test("20,000 lines written by process.stdout.write all arrive, the queue being shut down at once", async () => {
  const program = new Program("output", ["manyLines"]);
  const { code, stderr } = await program.ended;
  assertEquals(code, 0, stderr);
  const expected = Array.from({ length: 20_000 }, (_, i) => `line ${i} of many`);
  assertEquals(program.text.split("\n").slice(0, -1), expected);
});

test("10 MiB written to standard output by a task all arrive", async () => {
  const program = new Program("output", ["much"]);
  const { code, stderr, stdout } = await program.ended;
  assertEquals(code, 0, stderr);
  assertEquals(stdout.length, 10 << 20);
  assertEquals(stdout.at(-1), 0x0a);
  assert(stdout.subarray(0, -1).every((byte) => byte === 0xfe));
  assert(stderr.includes(`result: ${10 << 20}`), stderr);
});

test("bytes that imitate frames disturb nothing", async () => {
  const program = new Program("output", ["noise"]);
  const { code, stderr, stdout } = await program.ended;
  assertEquals(code, 0, stderr);
  assert(stderr.includes("result: 40"), stderr);
  assertEquals(stdout.length, 40 * 5_000);
});

test("a grandchild that writes to the standard output it inherited disturbs nothing", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "stop");
    const program = new Program("output", ["grandchild", file]);
    const { code, stderr } = await program.ended.finally(() => writeFileSync(file, ""));
    assertEquals(code, 0, stderr);
    assert(stderr.includes("result: 100"), stderr);
    const lines = program.text.split("\n");
    lines.pop();
    assert(lines.length > 0);
    assertEquals(new Set(lines), new Set(["grandchild says a long line of text"]));
  });
});

test("a grandchild that outlives its child is heard", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "go");
    const program = new Program("output", ["orphanedOutput", file]);
    await eventually(() => program.text !== "", "it is heard");
    writeFileSync(`${file}.seen`, "");
    const { code, stderr } = await program.ended;
    assertEquals(code, 0, stderr);
    assertEquals(program.text, "at last\n");
  });
});

test("what a child wrote before its end is not lost", async () => {
  const program = new Program("output", ["lastWords"]);
  const { code, stderr } = await program.ended;
  assertEquals(code, 0, stderr);
  assertEquals(program.text, "last words\n");
});

test("a program that inherits a child's standard input finds it empty and takes no message", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const child = await queue.submit(tasks.pid).value();
    for (let i = 0; i < 5; i++) {
      assertEquals(await queue.submit(tasks.inputOfProgram).value(), 0);
      assertEquals(await queue.submit(tasks.inputOfDescriptor).value(), 0);
      assertEquals(await queue.submit(tasks.add, [i, 1]).value(), i + 1);
    }
    assertEquals(await queue.submit(tasks.pid).value(), child);
  });
});

test("a task that reads its standard input finds it empty and takes no message", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const child = await queue.submit(tasks.pid).value();
    assertEquals(await queue.submit(tasks.readInput).value(), 0);
    for (let i = 0; i < 20; i++) assertEquals(await queue.submit(tasks.add, [i, 1]).value(), i + 1);
    assertEquals(await queue.submit(tasks.pid).value(), child);
  });
});
