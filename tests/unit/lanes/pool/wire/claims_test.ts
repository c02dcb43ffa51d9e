import { assert, assertEquals, assertFalse } from "@std/assert";
import { delay } from "@std/async";
import { Claims, WORDS } from "../../../../../src/lanes/pool/wire/claims.ts";
import { test } from "../../../../harness.ts";
import { race, until } from "./race.ts";

/** Both sides of the claims on one piece of memory. */
function sides(): [Claims, Claims] {
  const pool = new Claims();
  return [pool, new Claims(pool.buffer)];
}

test("claims: a task that was sent begins once, unless it is taken back before", () => {
  const [pool, worker] = sides();
  pool.send(7);
  assertFalse(pool.hasBegun(7));
  assert(worker.begin(7));
  assert(pool.hasBegun(7));
  assertFalse(pool.withdraw(7));
  assertFalse(worker.begin(7));

  pool.send(8);
  assert(pool.withdraw(8));
  assertFalse(worker.begin(8));
  assertFalse(pool.withdraw(8));
});

test("claims: a word that was taken over by another task is none of the first one's", () => {
  const [pool, worker] = sides();
  pool.send(1);
  assert(pool.withdraw(1));
  pool.send(1 + WORDS);
  assertFalse(worker.begin(1));
  worker.touch(1);
  assertFalse(worker.isInterrupted(1));
  assert(worker.begin(1 + WORDS));
});

test("claims: the worker sees that a task is to stop, the pool whether it ever asked", () => {
  const [pool, worker] = sides();
  pool.send(1);
  worker.begin(1);
  assertFalse(worker.isInterrupted(1));
  assertFalse(pool.interrupt(1));
  assert(worker.isInterrupted(1));

  pool.send(2);
  worker.begin(2);
  worker.touch(2);
  worker.touch(2);
  assert(pool.interrupt(2));
  worker.touch(2);
  assert(worker.isInterrupted(2));
});

test("claims: tasks in flight don't get into each other's way, also when tickets grow huge", () => {
  const [pool, worker] = sides();
  for (const first of [1, 2 ** 27, 2 ** 28, 2 ** 28 + 1, 2 ** 31, 2 ** 40 + 5]) {
    for (let i = 0; i < WORDS; i++) pool.send(first + i);
    for (let i = 0; i < WORDS; i += 2) assert(pool.withdraw(first + i));
    for (let i = 0; i < WORDS; i++) assertEquals(worker.begin(first + i), i % 2 === 1);
  }
});

test("claims: each task is either begun or taken back, never both, in a race of two threads", async () => {
  const rounds = 20_000;
  const pool = new Claims();
  const go = new Int32Array(new SharedArrayBuffer(8));
  const { result, end } = race({ kind: "claims", buffer: pool.buffer, go, rounds });
  await 0;
  const withdrawn = new Int32Array(rounds * 8);
  for (let round = 0; round < rounds; round++) {
    // The worker takes its time to start, and that must not block this thread.
    if (round > 0) until(() => Atomics.load(go, 1) >= round);
    for (let i = 0; i < 8; i++) pool.send(round * 8 + i);
    Atomics.store(go, 0, round + 1);
    // So that both sides win some, however few processors there are.
    if (round % 100 === 99) until(() => pool.hasBegun(round * 8));
    for (let i = 7; i >= 0; i--) {
      if (pool.withdraw(round * 8 + i)) withdrawn[round * 8 + i] = 1;
    }
    if (round === 0) { while (Atomics.load(go, 1) < 1) await delay(1); }
  }
  const begun = await result as Int32Array;
  await end();
  const sum = begun.map((one, index) => one + withdrawn[index]!);
  assertEquals(sum.findIndex((count) => count !== 1), -1);
  const won = begun.reduce((a, b) => a + b, 0);
  assert(won > 0 && won < rounds * 8, `the worker won ${won} of ${rounds * 8}`);
});
