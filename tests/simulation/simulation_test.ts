import { assertEquals, assertNotEquals } from "@std/assert";
import { test } from "../harness.ts";
import { describe } from "./describe.ts";
import { mutate, mutations } from "./mutations.ts";
import { programOf } from "./program.ts";
import { shrink } from "./shrink.ts";
import { sweep } from "./simulate.ts";
import { carryOut } from "./world.ts";

async function assertSound(from: number, count: number): Promise<void> {
  const finding = await sweep(from, count);
  if (finding !== undefined) throw new Error(await describe(finding));
}

const random = Math.floor(Math.random() * 2 ** 31);
console.log(`simulation: random programs from seed ${random}`);

for (const base of [0, 1000]) {
  test(`simulation: the guarantees hold for seeds ${base} to ${base + 999}`, () => {
    return assertSound(base, 1000);
  });
  test(`simulation: the guarantees hold for 1000 other seeds, ${base} from the first`, () => {
    return assertSound(random + base, 1000);
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
  assertEquals([smallest.turns.length + smallest.hooks.length, smallest.queue.workers], [1, 1]);
});

test("simulation: every mutation that the checker is checked with applies to the queue", async () => {
  for (const mutation of mutations) await mutate(mutation);
});
