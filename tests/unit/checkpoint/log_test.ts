import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { TrilaneError } from "../../../mod.ts";
import { Checkpoint } from "../../../src/checkpoint/mod.ts";
import { Sqlite } from "../../../src/runtime/sqlite.ts";
import { test } from "../../harness.ts";
import { withFolder } from "./support.ts";

/** Longer than what is held in memory of a log, when there are a hundred of it. */
const LONG = "x".repeat(100_000);

/** Runs a body with a file of its own. */
const withFile = (body: (file: string) => void) => () =>
  withFolder((folder) => Promise.resolve(body(join(folder, "run.sqlite"))));

/** Records values under the keys from 0 up. */
function record(checkpoint: Checkpoint, count: number, value: (n: number) => unknown): void {
  const keys = Array.from({ length: count }, (_, n) => n);
  checkpoint.recordAll(keys.map((n) => ({ namespace: "a", key: `${n}`, value: value(n) })));
}

/** How many batches and rows a file has. */
function stored(file: string): [batches: number, rows: number] {
  const database = new Sqlite(file);
  try {
    const [row] = database.all(
      "SELECT (SELECT count(*) FROM batch) AS batches, (SELECT count(*) FROM success) AS rows",
    );
    return [row!.batches as number, row!.rows as number];
  } finally {
    database.close();
  }
}

test(
  "log: what is recorded at once is one row, found without being folded, also the next time",
  withFile((file) => {
    {
      using checkpoint = new Checkpoint(file);
      record(checkpoint, 1000, (n) => n);
      assertEquals(checkpoint.lookup("a", "999"), { value: 999 });
    }
    using checkpoint = new Checkpoint(file);
    assertEquals(checkpoint.lookupAll("a", ["0", "1000"]), [{ value: 0 }, undefined]);
    assertEquals([checkpoint.has("a", "5"), checkpoint.has("b", "5")], [true, false]);
    assertEquals(stored(file), [1, 0]);
    assertEquals([checkpoint.count("a"), checkpoint.count("b")], [1000, 0]);
    assertEquals(stored(file), [0, 1000]);
    assertEquals(checkpoint.lookupAll("a", ["0", "1000"]), [{ value: 0 }, undefined]);
  }),
);

test(
  "log: a few successes are rows from the start, unless it has older ones",
  withFile((file) => {
    using checkpoint = new Checkpoint(file);
    record(checkpoint, 10, () => "first");
    assertEquals(stored(file), [0, 10]);
    record(checkpoint, 100, () => "second");
    record(checkpoint, 10, () => "third");
    assertEquals(stored(file), [2, 10]);
    for (let folded = 0; folded < 2; folded++) {
      assertEquals(checkpoint.lookupAll("a", ["9", "10"]), [
        { value: "third" },
        { value: "second" },
      ]);
      assertEquals(checkpoint.count(), 100);
    }
  }),
);

test(
  "log: a long one is folded by who looks something up, and the newest values stay",
  withFile((file) => {
    using checkpoint = new Checkpoint(file);
    for (const round of [1, 2]) record(checkpoint, 100, (n) => `${round} ${n} ${LONG}`);
    record(checkpoint, 10, (n) => new Uint8Array([n, 0]));
    const expected = (n: number) => ({
      value: n < 10 ? new Uint8Array([n, 0]) : `2 ${n} ${LONG}`,
    });
    const keys = ["0", "9", "10", "99", "100"];
    const found = [...[0, 9, 10, 99].map(expected), undefined];
    assertEquals(checkpoint.lookup("a", "9"), expected(9));
    assertEquals(stored(file), [0, 100]);
    assertEquals(checkpoint.lookupAll("a", keys), found);
    record(checkpoint, 100, (n) => `3 ${n} ${LONG}`);
    assertEquals(checkpoint.lookupAll("a", ["99"]), [{ value: `3 99 ${LONG}` }]);
    assertEquals(checkpoint.count(), 100);
  }),
);

test(
  "log: what was read of it is not taken for new once another has folded it",
  withFile((file) => {
    using one = new Checkpoint(file);
    using other = new Checkpoint(file);
    for (let round = 0; round < 3; round++) {
      record(one, 40, () => round);
      one.record("a", "1", `old ${round}`);
      assertEquals(one.lookup("a", "1"), { value: `old ${round}` });
      other.record("a", "1", `new ${round}`);
      assertEquals(other.count(), 40);
      assertEquals(one.lookup("a", "1"), { value: `new ${round}` });
      other.record("b", "2", round);
      assertEquals(one.lookupAll("a", ["1", "2"]), [{ value: `new ${round}` }, { value: round }]);
      assertEquals([one.has("b", "2"), other.clear()], [true, 41]);
      assertEquals(one.lookupAll("a", ["1", "2"]), [undefined, undefined]);
    }
    assertEquals(stored(file), [0, 0]);
  }),
);

test(
  "log: a fold that fails leaves it as it is",
  withFile((file) => {
    using checkpoint = new Checkpoint(file);
    record(checkpoint, 100, (n) => n);
    const other = new Sqlite(file);
    other.exec(`CREATE TRIGGER full BEFORE INSERT ON success WHEN new.key = '55'
      BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
    assertThrows(() => checkpoint.count(), TrilaneError, "the disk is full");
    assertThrows(() => checkpoint.clear("a"), TrilaneError, "the disk is full");
    assertEquals(stored(file), [1, 0]);
    assertEquals(checkpoint.lookup("a", "55"), { value: 55 });
    record(checkpoint, 1, () => "newer");
    other.exec("DROP TRIGGER full");
    other.close();
    assertEquals(checkpoint.lookupAll("a", ["0", "99"]), [{ value: "newer" }, { value: 99 }]);
    assertEquals(checkpoint.count(), 100);
    assertEquals(checkpoint.lookupAll("a", ["0", "99"]), [{ value: "newer" }, { value: 99 }]);
  }),
);

test(
  "log: texts, bytes and nothing of several namespaces are told apart",
  withFile((file) => {
    using checkpoint = new Checkpoint(file);
    const values = [
      undefined,
      "text",
      new Uint8Array([1, 2, 3]),
      null,
      new Uint8Array(0),
      new Map([[1, 2]]),
      7,
    ];
    const all = values.flatMap((value, n) =>
      ["a", "a\0b"].map((namespace) => ({ namespace, key: `\0${n}"`, value }))
    );
    record(checkpoint, 100, (n) => n);
    checkpoint.recordAll(all);
    assertEquals(stored(file), [3, 0]);
    for (let folded = 0; folded < 2; folded++) {
      for (const { namespace, key, value } of all) {
        assertEquals(checkpoint.lookup(namespace, key), { value });
      }
      assertEquals(checkpoint.count(), 100 + all.length);
    }
  }),
);
