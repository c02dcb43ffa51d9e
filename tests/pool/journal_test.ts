import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Journal, JOURNAL_SIZE, type Note } from "../../src/pool/journal.ts";
import { test } from "../harness.ts";
import { race } from "./race.ts";

/** Both sides of a journal: the worker's and the pool's. */
function sides(): [Journal, Journal] {
  const worker = new Journal();
  return [worker, new Journal(worker.buffer)];
}

test("journal: the pool reads what was noted, in order, until it is cleared", () => {
  const [worker, pool] = sides();
  assertEquals(pool.notes(), []);
  const values = [
    0,
    -0,
    NaN,
    -1.5,
    Infinity,
    2 ** 53,
    "",
    "text",
    "ü€\u{1F600}\ud800",
    true,
    false,
  ];
  [...values, null, undefined].forEach((value, index) => {
    assert(worker.note(index, value, index / 2));
  });
  const expected = [...values, null, undefined]
    .map((value, order): Note => ({ order, value, took: order / 2 }));
  assertEquals(pool.notes(), expected);
  assert(Object.is(pool.notes()[1]!.value, -0));
  assertEquals(pool.notes(), expected);
  worker.clear();
  assertEquals(pool.notes(), []);
  assert(worker.note(99, "again", 1));
  assertEquals(pool.notes(), [{ order: 99, value: "again", took: 1 }]);
});

test("journal: what isn't simple isn't noted, nor what is too long or too much", () => {
  const [worker, pool] = sides();
  for (const value of [{}, [], 1n, Symbol("s"), () => 1, new Date(), "x".repeat(65)]) {
    assertFalse(worker.note(1, value, 1));
  }
  assertEquals(pool.notes(), []);
  assert(worker.note(1, "x".repeat(64), 1));
  let count = 1;
  while (worker.note(2, 2, 2)) count++;
  assertEquals(count, 128);
  assertEquals(pool.notes().length, 128);
  worker.clear();
  assert(worker.note(3, 3, 3));
});

test("journal: whatever is noted is read as it was", () => {
  const simple = fc.oneof(
    fc.double(),
    fc.string({ unit: "binary", maxLength: 64 }),
    fc.constantFrom(undefined, null, true, false),
  );
  const notes = fc.array(
    fc.record(
      { order: fc.nat(), value: simple, took: fc.double({ min: 0, noNaN: true }) },
      { noNullPrototype: true },
    ),
    { maxLength: 64 },
  );
  fc.assert(fc.property(notes, (notes) => {
    const [worker, pool] = sides();
    const kept = notes.filter(({ order, value, took }) => worker.note(order, value, took));
    assertEquals(pool.notes(), kept);
  }));
});

test("journal: a reader on another thread never sees a note that is half another", async () => {
  const worker = new Journal();
  const go = new Int32Array(new SharedArrayBuffer(4));
  const rounds = 200_000;
  const { result, end } = race({ kind: "journal", buffer: worker.buffer, go, rounds });
  const pool = new Journal(worker.buffer);
  let seen = 0;
  while (Atomics.load(go, 0) === 0) {
    for (let i = 0; i < 200; i++) check(pool.notes());
    await new Promise((resolve) => setTimeout(resolve));
  }
  await result;
  await end();
  assert(seen > 0, "no race: nothing was ever seen");

  function check(notes: Note[]): void {
    seen += notes.length;
    let before = notes[0]?.order ?? 0;
    for (const { order, value, took } of notes) {
      const expected = order % 2 === 0 ? order : `text ${order}`;
      if (order !== before++ || took !== order || value !== expected) {
        throw new Error(`torn: ${JSON.stringify(notes)}`);
      }
    }
  }
});

test("journal: memory that is too small for it is refused", () => {
  assertThrows(() => new Journal(new SharedArrayBuffer(JOURNAL_SIZE - 8)), RangeError);
});
