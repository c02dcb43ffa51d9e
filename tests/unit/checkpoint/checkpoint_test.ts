import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { QueueStateError } from "../../../mod.ts";
import { Checkpoint, type CheckpointOptions } from "../../../src/checkpoint/mod.ts";
import { test } from "../../harness.ts";
import { reported, withFolder } from "./support.ts";

test("checkpoint: what is recorded is found, under its namespace and key alone", () => {
  using checkpoint = new Checkpoint(":memory:");
  assertEquals(checkpoint.record("a", "1", "one"), true);
  assertEquals([checkpoint.has("a", "1"), checkpoint.has("a", "2")], [true, false]);
  assertEquals([checkpoint.has("b", "1"), checkpoint.has("A", "1")], [false, false]);
  assertEquals(checkpoint.lookup("a", "1"), { value: "one" });
  assertEquals(checkpoint.lookup("b", "1"), undefined);
  assertEquals(checkpoint.lookupAll("a", ["2", "1", "1"]), [
    ...[undefined, { value: "one" }, { value: "one" }],
  ]);
  assertEquals(checkpoint.lookupAll("a", []), []);
});

test("checkpoint: a later record replaces an earlier one", () => {
  using checkpoint = new Checkpoint(":memory:");
  checkpoint.record("a", "1", "one");
  checkpoint.recordAll([
    { namespace: "a", key: "1", value: "two" },
    { namespace: "a", key: "1", value: "three" },
  ]);
  assertEquals([checkpoint.lookup("a", "1"), checkpoint.count()], [{ value: "three" }, 1]);
});

test("checkpoint: any number of successes is recorded at once", () => {
  for (const count of [0, 1, 7, 8, 9, 30, 1_000]) {
    using checkpoint = new Checkpoint(":memory:");
    checkpoint.record("a", "0", "replaced");
    const keys = Array.from({ length: count }, (_, n) => String(n % 900));
    const successes = keys.map((key, value) => ({ namespace: "a", key, value }));
    assertEquals(checkpoint.recordAll(successes), count);
    const last = new Map(successes.map(({ key, value }) => [key, { value }]));
    assertEquals(checkpoint.count(), Math.max(1, last.size));
    assertEquals(checkpoint.lookupAll("a", keys), keys.map((key) => last.get(key)));
    assertEquals(checkpoint.lookupAll("b", keys), keys.map(() => undefined));
  }
});

test("checkpoint: counts, lists and clears namespaces", () => {
  using checkpoint = new Checkpoint(":memory:");
  assertEquals([checkpoint.count(), checkpoint.namespaces()], [0, []]);
  checkpoint.record("b", "1", 1);
  checkpoint.record("a", "1", 1);
  checkpoint.record("a", "2", 1);
  assertEquals(checkpoint.namespaces(), ["a", "b"]);
  assertEquals([checkpoint.count(), checkpoint.count("a"), checkpoint.count("c")], [3, 2, 0]);
  assertEquals([checkpoint.clear("a"), checkpoint.clear("a"), checkpoint.count()], [2, 0, 1]);
  assertEquals([checkpoint.clear(), checkpoint.count(), checkpoint.namespaces()], [1, 0, []]);
});

test("checkpoint: any text is a name, and no two are taken for the same", () => {
  using checkpoint = new Checkpoint(":memory:");
  const names = [
    "",
    " ",
    "a",
    "A",
    "a\0",
    "a\0b",
    "é",
    "e\u0301",
    "\u{1f600}",
    "' OR 1",
    "x".repeat(5000),
  ];
  for (const name of names) {
    checkpoint.record(name, "", name.length);
    checkpoint.record("keys", name, name.length);
  }
  for (const name of names) {
    assertEquals(checkpoint.lookup(name, ""), { value: name.length });
    assertEquals(checkpoint.lookup("keys", name), { value: name.length });
  }
  assertEquals(checkpoint.count("keys"), names.length);
});

test("checkpoint: what is no well-formed text is no name", () => {
  using checkpoint = new Checkpoint(":memory:");
  for (const wrong of ["\ud800", 1 as never, undefined as never]) {
    assertThrows(() => checkpoint.has(wrong, "k"), TypeError, "The namespace must be well-formed");
    assertThrows(() => checkpoint.lookup("n", wrong), TypeError, "The key must be well-formed");
    assertThrows(() => checkpoint.record("n", wrong, 1), TypeError, "The key must be well-formed");
  }
  assertEquals(checkpoint.count(), 0);
});

test("checkpoint: values come back exactly as they were", () =>
  withFolder((folder) => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const values = [
      ...[undefined, null, true, 0, -0, NaN, Infinity, 1e300, 5n, "", "a\0\ud800b", [], {}],
      ...[{ a: undefined }, { a: [1, { b: null }] }, [1, , 3], new Date(5), new Date(NaN), /x/gi],
      ...[new Map([[{ a: 1 }, new Set([2])]]), new Uint8Array([1, 2]), new Uint8Array(0)],
      ...[new Float64Array([-0, NaN]), new ArrayBuffer(3), cycle, Object(1), "x".repeat(100_000)],
    ];
    const file = join(folder, "run.sqlite");
    {
      using checkpoint = new Checkpoint(file);
      for (const [n, value] of values.entries()) {
        assertEquals(checkpoint.record("values", `${n}`, value), true, `value ${n}`);
      }
    }
    using checkpoint = new Checkpoint(file);
    for (const [n, value] of values.entries()) {
      const stored = checkpoint.lookup("values", `${n}`);
      assert(stored !== undefined, `value ${n} is not there`);
      // `-0` and `0` are equal to some.
      assert(Object.is(stored.value, value) || typeof value === "object", `value ${n}`);
      assertEquals(stored.value, value);
    }
    return Promise.resolve();
  }));

test("checkpoint: a value that can't be stored is not recorded, and reported once a namespace", async () => {
  class Point {
    x = 1;
  }
  using checkpoint = new Checkpoint(":memory:");
  const errors = await reported(() => {
    for (const value of [() => 1, Symbol("s"), new Point(), Object.create(null)]) {
      assertEquals(checkpoint.record("a", "1", value), false);
    }
    assertEquals(checkpoint.record("b", "1", { inner: new Point() }), false);
    assertEquals(
      checkpoint.recordAll([
        { namespace: "b", key: "2", value: new Point() },
        { namespace: "b", key: "3", value: 3 },
      ]),
      1,
    );
    return Promise.resolve();
  });
  assertEquals([checkpoint.count(), checkpoint.has("b", "3")], [1, true]);
  assertEquals(errors.map((error) => (error as Error).message), [
    "Cannot record the success of input '1' of 'a' in checkpoint ':memory:', so it will run again: " +
    "neither JSON nor structured clone gives function (anonymous) back as it is",
    "Cannot record the success of input '1' of 'b' in checkpoint ':memory:', so it will run again: " +
    "neither JSON nor structured clone gives an object back as it is",
  ]);
});

test("checkpoint: without values it only knows what has succeeded", () =>
  withFolder((folder) => {
    const file = join(folder, "run.sqlite");
    {
      using checkpoint = new Checkpoint(file, { storeValues: false });
      assertEquals(checkpoint.record("a", "1", () => "no value needs to be stored"), true);
      assertEquals(checkpoint.lookup("a", "1"), { value: undefined });
    }
    using checkpoint = new Checkpoint(file, { decode: () => "decoded" });
    assertEquals(checkpoint.lookup("a", "1"), { value: undefined });
    return Promise.resolve();
  }));

test("checkpoint: encode and decode turn values into text or bytes and back", () => {
  class Point {
    readonly x: number;

    constructor(x: number) {
      this.x = x;
    }
  }
  const asText: CheckpointOptions = {
    encode: (point) => `${(point as Point).x}`,
    decode: (text) => new Point(Number(text)),
  };
  const asBytes: CheckpointOptions = {
    encode: (point) => new Uint8Array([(point as Point).x]),
    decode: (bytes) => new Point((bytes as Uint8Array)[0]!),
  };
  for (const options of [asText, asBytes]) {
    using checkpoint = new Checkpoint(":memory:", options);
    checkpoint.record("a", "1", new Point(7));
    const stored = checkpoint.lookup("a", "1")!;
    assert(stored.value instanceof Point);
    assertEquals(stored.value.x, 7);
  }
});

test("checkpoint: what encode may not return is not recorded", async () => {
  let wrong: unknown;
  using checkpoint = new Checkpoint(":memory:", { encode: () => wrong as string });
  for (const [value, says] of [[7, "text or bytes: got 7"], ["\0", "NUL"], ["\ud800", "NUL"]]) {
    wrong = value;
    const [error] = await reported(() => {
      assertEquals(checkpoint.record(`${says}${value}`.toWellFormed(), "1", 1), false);
      return Promise.resolve();
    });
    assert((error as Error).message.includes(`encode must return`), `${error}`);
    assert((error as Error).message.includes(`${says}`), `${error}`);
  }
  assertEquals(checkpoint.count(), 0);
});

test("checkpoint: a value that can't be read any more is not there, and reported once a namespace", async () => {
  using checkpoint = new Checkpoint(":memory:", { encode: () => "{" });
  checkpoint.record("a", "1", 1);
  checkpoint.record("a", "2", 1);
  const errors = await reported(() => {
    assertEquals(checkpoint.lookup("a", "1"), undefined);
    assertEquals(checkpoint.lookup("a", "2"), undefined);
    return Promise.resolve();
  });
  assertEquals(errors.length, 1);
  assert((errors[0] as Error).message.startsWith("Cannot read the value of input '1' of 'a'"));
});

test("checkpoint: once closed it does nothing, but may be closed again", () => {
  const checkpoint = new Checkpoint(":memory:");
  checkpoint.close();
  checkpoint.close();
  checkpoint[Symbol.dispose]();
  const uses: [string, () => unknown][] = [
    ["look up in", () => checkpoint.has("a", "1")],
    ["look up in", () => checkpoint.lookup("a", "1")],
    ["look up in", () => checkpoint.lookupAll("a", [])],
    ["record in", () => checkpoint.record("a", "1", 1)],
    ["record in", () => checkpoint.recordAll([])],
    ["count in", () => checkpoint.count()],
    ["list the namespaces of", () => checkpoint.namespaces()],
    ["clear", () => checkpoint.clear()],
  ];
  for (const [what, use] of uses) {
    const message = `Cannot ${what} checkpoint ':memory:': it has been closed`;
    assertThrows(use, QueueStateError, message);
  }
});

test("checkpoint: wrong options are refused", () => {
  const make = (options: object) => () => new Checkpoint(":memory:", options);
  assertThrows(make({ storeValue: true }), TypeError, "Did you mean 'storeValues'?");
  assertThrows(make({ storeValues: 1 }), TypeError, "storeValues must be a boolean: got 1");
  assertThrows(make({ encode: "json" }), TypeError, "encode must be a function: got 'json'");
  assertThrows(make({ decode: {} }), TypeError, "decode must be a function: got an object");
  assertThrows(() => new Checkpoint(7 as never), TypeError, "must be a file's: got 7");
  assertThrows(() => new Checkpoint(""), TypeError, "must be a file's: got ''");
});
