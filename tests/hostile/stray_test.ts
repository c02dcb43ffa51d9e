import { assert, assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { runProgram } from "../unit/lanes/thread/support.ts";
import { oddities } from "./oddities.ts";

const program = new URL("programs/stray.ts", import.meta.url);
let playing: ReturnType<typeof play> | undefined;

async function play() {
  const outcome = await runProgram(program);
  const lines = outcome.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  return { ...outcome, said: Object.fromEntries(lines) as Record<string, unknown> };
}

test("a program whose hooks throw what can't be printed ends as it would without them", async () => {
  const { said, status, signal, stderr } = await (playing ??= play());
  assertEquals([status, signal], [0, null], stderr);
  for (const kind of Object.keys(oddities)) assertEquals(said[`throws ${kind}`], 1, kind);
  assertEquals(said["rejects"], 1);
});

test("what a hook throws is printed, or described where it can't be", async () => {
  const { stderr } = await (playing ??= play());
  for (const part of ["undefined", "null", "odd"]) assert(stderr.includes(part), stderr);
  // At least a line for each, and none of an error of ours.
  const lines = stderr.trimEnd().split("\n");
  assert(lines.length >= Object.keys(oddities).length, stderr);
  assert(!/TypeError/.test(stderr), stderr);
});

test("what an abort listener throws is printed, and harms neither the program nor a queue", async () => {
  const { said, stderr } = await (playing ??= play());
  assertEquals(said["abort listener"], ["cancelled", 1, 0]);
  assert(stderr.includes("from an abort listener"), stderr);
});
