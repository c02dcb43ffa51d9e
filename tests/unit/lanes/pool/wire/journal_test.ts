import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { delay } from "@std/async";
import fc from "fast-check";
import { Journal, JOURNAL_SIZE, type Note } from "../../../../../src/lanes/pool/wire/journal.ts";
import { test } from "../../../../harness.ts";
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
    "x".repeat(4096),
    0n,
    -1n,
    2n ** 64n,
    -(2n ** 16_000n) + 1n,
    true,
    false,
  ];
  [...values, null, undefined].forEach((value, index) => {
    assert(worker.note(index, value, index / 2));
  });
  const expected = [...values, null, undefined]
    .map((value, ticket): Note => ({ ticket, value, took: ticket / 2 }));
  assertEquals(pool.notes(), expected);
  assert(Object.is(pool.notes()[1]!.value, -0));
  assertEquals(pool.notes(), expected);
  worker.clear();
  assertEquals(pool.notes(), []);
  assert(worker.note(99, "again", 1));
  assertEquals(pool.notes(), [{ ticket: 99, value: "again", took: 1 }]);
});

test("journal: what isn't simple isn't noted, nor what is too long", () => {
  const [worker, pool] = sides();
  const long = ["x".repeat(4097), 2n ** 16_384n, -(2n ** 20_000n)];
  for (const value of [{}, [], Symbol("s"), () => 1, new Date(), ...long]) {
    assertFalse(worker.note(1, value, 1));
  }
  assertEquals(pool.notes(), []);
});

test("journal: there is room for so many results, and so much text, until it is cleared", () => {
  const [worker, pool] = sides();
  let count = 0;
  while (worker.note(count, count, 2)) count++;
  assertEquals([count, pool.notes().length], [128, 128]);
  worker.clear();
  for (const text of ["x".repeat(4096), "y".repeat(4096), "z".repeat(4096), "a".repeat(4095)]) {
    assert(worker.note(3, text, 3));
  }
  assertFalse(worker.note(3, "bc", 3));
  assertFalse(worker.note(3, 16n, 3));
  assert(worker.note(3, "b", 3));
  assert(worker.note(4, 4, 4));
  assertEquals(pool.notes().slice(-3).map(({ value }) => `${value}`.slice(-2)), ["aa", "b", "4"]);
  worker.clear();
  assert(worker.note(5, "again", 5));
  assertEquals(pool.notes(), [{ ticket: 5, value: "again", took: 5 }]);
});

test("journal: whatever is noted is read as it was", () => {
  const simple = fc.oneof(
    fc.double(),
    fc.string({ unit: "binary", maxLength: 64 }),
    fc.bigInt(),
    fc.constantFrom(undefined, null, true, false),
  );
  const notes = fc.array(
    fc.record(
      { ticket: fc.nat(), value: simple, took: fc.double({ min: 0, noNaN: true }) },
      { noNullPrototype: true },
    ),
    { maxLength: 64 },
  );
  fc.assert(fc.property(notes, (notes) => {
    const [worker, pool] = sides();
    const kept = notes.filter(({ ticket, value, took }) => worker.note(ticket, value, took));
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
    await delay(0);
  }
  await result;
  await end();
  assert(seen > 0, "no race: nothing was ever seen");

  function check(notes: Note[]): void {
    seen += notes.length;
    let before = notes[0]?.ticket ?? 0;
    for (const { ticket, value, took } of notes) {
      const expected = [ticket, `text ${ticket}`, BigInt(ticket)][ticket % 3];
      if (ticket !== before++ || took !== ticket || value !== expected) {
        throw new Error(`torn: ${notes.map(({ ticket, value }) => `${ticket} ${value}`)}`);
      }
    }
  }
});

test("journal: memory that is too small for it is refused", () => {
  assertThrows(() => new Journal(new SharedArrayBuffer(JOURNAL_SIZE - 8)), RangeError);
});
