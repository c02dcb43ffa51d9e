import { assertEquals, assertNotEquals } from "@std/assert";
import { test } from "../harness.ts";
import { type Kind, KINDS, programOf } from "./author.ts";
import { describe } from "./describe.ts";
import { POOL } from "./features.ts";
import { shrink } from "./shrink.ts";
import { sweep } from "./simulate.ts";
import { carryOut } from "./world.ts";

async function assertSound(from: number, count: number, kind: Kind): Promise<void> {
  const finding = await sweep(from, count, kind);
  if (finding !== undefined) throw new Error(await describe(finding));
}

const random = Math.floor(Math.random() * 2 ** 31);
console.log(`simulation: random programs from seed ${random}`);

for (const kind of Object.keys(KINDS) as Kind[]) {
  const breaksRules = kind !== "event loop" && !POOL.keepsTheRules;
  const seeds = breaksRules ? 300 : 500;
  test(`simulation: the rules hold for seeds 0 to ${seeds - 1}, ${kind}`, () => {
    return assertSound(0, seeds, kind);
  });
  if (breaksRules) continue;
  test(`simulation: the rules hold for 500 other seeds, ${kind}`, () => {
    return assertSound(random, 500, kind);
  });
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
