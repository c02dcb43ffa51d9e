import { assertEquals, assertNotEquals } from "@std/assert";
import { test } from "../harness.ts";
import { type Kind, KINDS, programOf } from "./author.ts";
import { describe } from "./describe.ts";
import { shrink } from "./shrink.ts";
import { sweep } from "./simulate.ts";
import { carryOut } from "./world.ts";

async function assertSound(from: number, count: number, kind: Kind): Promise<void> {
  const finding = await sweep(from, count, kind);
  if (finding !== undefined) throw new Error(await describe(finding));
}

/** A busy machine simulates so many within a test's time; `.ci/run` simulates thousands in a step of its own. */
const PROGRAMS = 250;

// The same programs each time: what a change broke must not be taken for what chance brought. `deno task sim --from S` tries
// others.
for (const kind of Object.keys(KINDS) as Kind[]) {
  test(`simulation: the rules hold for seeds 0 to ${PROGRAMS - 1}, ${kind}`, () =>
    assertSound(0, PROGRAMS, kind));
}

test("simulation: a seed replays its history", async () => {
  for (let seed = 0; seed < 50; seed++) {
    assertEquals(await carryOut(programOf(seed)), await carryOut(programOf(seed)));
    assertNotEquals(programOf(seed), programOf(seed + 1));
  }
});

test("simulation: a program is shrunk to what makes it fail", async () => {
  const program = programOf(2);
  const tasks = (text: string) => text.split('"retryIf"').length - 1;
  let smallest = program;
  await shrink(program, (smaller) => {
    const fails = tasks(JSON.stringify(smaller)) >= 1;
    if (fails) smallest = smaller;
    return Promise.resolve(fails);
  });
  assertEquals(tasks(JSON.stringify(smallest)), 1);
  assertEquals([smallest.turns.length + smallest.hooks.length, smallest.queues.length], [1, 1]);
});
