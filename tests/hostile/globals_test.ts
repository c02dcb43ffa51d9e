import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { runProgram } from "../unit/lanes/thread/support.ts";
import { tolerable } from "./changes.ts";
import { lanes } from "./support.ts";

const program = new URL("programs/globals.ts", import.meta.url);
const right = Object.fromEntries(lanes.map(({ name }) => [name, "right"]));

/** What a program prints of each change. */
async function play(mode: string): Promise<Record<string, unknown>> {
  const { stdout, stderr, status, signal } = await runProgram(program, mode);
  assertEquals([status, signal], [0, null], stderr);
  return JSON.parse(stdout);
}

// One program changes one thing after the other, and takes it back.
let after: Promise<Record<string, unknown>> | undefined;
for (const kind of Object.keys(tolerable)) {
  test(`a program changes globals so that ${kind}: queues of all lanes work`, async () => {
    after ??= play("after");
    assertEquals((await after)[kind], right);
  });
}

test("a program changes many globals before it loads the library: queues of all lanes work", async () => {
  for (const [kind, outcome] of Object.entries(await play("before"))) {
    assertEquals(outcome, right, kind);
  }
});

test("a program freezes all built-ins before it loads the library: queues of all lanes work", async () => {
  for (const [kind, outcome] of Object.entries(await play("frozen"))) {
    assertEquals(outcome, right, kind);
  }
});
