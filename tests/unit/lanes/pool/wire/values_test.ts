import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { NotPortableError } from "../../../../../mod.ts";
import {
  canClone,
  decodeValue,
  encodeValue,
  hasInCommon,
} from "../../../../../src/lanes/pool/wire/values.ts";
import { test } from "../../../../harness.ts";
import { inOrder } from "../../../../in_order.ts";

/** To the other side. */
function across<T>(value: T): T {
  return decodeValue(structuredClone(encodeValue(value))) as T;
}

test("values: what needs nothing is sent as it is", () => {
  const values = [1, "text", undefined, null, 1n, {}, { a: [1, new Date(1)] }, new Map([[1, {}]])];
  for (
    const value of [...values, new Uint8Array(3), new Set([1]), [[], [[]]], new ArrayBuffer(4)]
  ) {
    assertStrictEquals(encodeValue(value), value);
  }
});

test("values: a view sends its own bytes, wherever it is", () => {
  const view = () => new Uint8Array(1000).fill(7).subarray(10, 14);
  class Holder {
    view = view();
  }
  const size = ({ length, buffer }: Uint8Array) => [length, buffer.byteLength];
  assertEquals(size(across(view())), [4, 4]);
  assertEquals(size(across({ a: [view()] }).a[0]!), [4, 4]);
  assertEquals(size(across(new Map([["a", view()]])).get("a")!), [4, 4]);
  assertEquals(size([...across(new Set([view()]))][0]!), [4, 4]);
  assertEquals(size([...across(new Map([[view(), 1]])).keys()][0]!), [4, 4]);
  assertEquals(size(across(new Holder()).view), [4, 4]);
  assertEquals(size(across(Object.assign(new Error("e"), { view: view() })).view), [4, 4]);
  assertEquals([...across(view())], [7, 7, 7, 7]);
});

test("values: views keep their class; a Buffer is a Uint8Array", () => {
  const whole = new ArrayBuffer(64);
  const views = [
    new Int16Array(whole, 8, 2),
    new Float64Array(whole, 8, 1),
    new BigInt64Array(whole, 16, 1),
    new Uint8ClampedArray(whole, 1, 3),
    new DataView(whole, 4, 8),
  ];
  for (const view of views) {
    const copy = across(view);
    assertStrictEquals(copy.constructor, view.constructor);
    assertEquals([copy.byteLength, copy.byteOffset], [view.byteLength, 0]);
  }
  const buffer = across(Buffer.from("pooled"));
  assertStrictEquals(buffer.constructor as unknown, Uint8Array);
  assertEquals(new TextDecoder().decode(buffer), "pooled");
});

test("values: a view whose buffer is handed over stays a view of it", () => {
  const view = new Uint8Array(8).subarray(2, 4);
  assertStrictEquals(encodeValue(view, [view.buffer]), view);
  assertStrictEquals((encodeValue({ view }, [view.buffer]) as { view: unknown }).view, view);
});

test("values: shared memory stays shared", () => {
  const shared = new SharedArrayBuffer(8);
  const view = new Int32Array(shared, 4, 1);
  assertStrictEquals(encodeValue(view), view);
  assertStrictEquals(encodeValue(shared), shared);
});

test("values: errors in a value keep class, cause and fields", () => {
  const error = Object.assign(new RangeError("far", { cause: new TypeError("why") }), { code: 1 });
  const whole = across({
    list: [error],
    map: new Map([["e", error]]),
    set: new Set([error]),
    error,
  });
  for (const copy of [whole.list[0], whole.map.get("e"), [...whole.set][0], whole.error]) {
    assert(copy instanceof RangeError);
    assert(copy.cause instanceof TypeError);
    assertEquals([copy.message, copy.code], ["far", 1]);
  }
  assertStrictEquals(whole.list[0], whole.error);
  const alone = across(error);
  assert(alone instanceof RangeError && alone.cause instanceof TypeError);
});

test("values: an object that looks like a stand-in arrives as it is", () => {
  const key = "trilane:value";
  for (
    const value of [
      { [key]: 1 },
      { [key]: { value: 1 } },
      { [key]: { error: { base: "Error" } }, more: 2 },
      [{ [key]: { [key]: { value: [new Error("x").message] } } }],
      encodeValue(new Error("twice")),
      encodeValue({ [key]: 1 }),
    ]
  ) {
    assertEquals(across(value), value);
  }
  const both = across({ [key]: new TypeError("in it") });
  assert(both[key] instanceof TypeError);
});

test("values: what occurs twice or in circles does so on the other side", () => {
  const view = new Uint8Array(9).subarray(1, 2);
  const ring: Record<string, unknown> = { view, same: view, error: new Error("e") };
  ring.self = ring;
  ring.map = new Map<unknown, unknown>([[ring, [ring]]]);
  ring.set = new Set([ring]);
  const copy = across(ring);
  assertStrictEquals(copy.self, copy);
  assertStrictEquals(copy.view, copy.same);
  assertStrictEquals((copy.map as Map<unknown, unknown[]>).get(copy)![0], copy);
  assert((copy.set as Set<unknown>).has(copy));
  assert(copy.error instanceof Error);
});

test("values: holes, further keys of arrays and __proto__ keys survive", () => {
  const view = new Uint8Array(9).subarray(1, 2);
  // deno-lint-ignore no-sparse-arrays -- the very case
  const holes: unknown[] = [1, , view];
  assertFalse(1 in across(holes));
  assertEquals(across(holes).length, 3);
  const match = Object.assign([view], { index: 3 });
  assertEquals(across(match).index, 3);
  const odd = Object.defineProperty({ view }, "__proto__", { value: { x: 1 }, enumerable: true });
  assertEquals(Object.getOwnPropertyDescriptor(across(odd), "__proto__")?.value, { x: 1 });
});

test("values: what would arrive empty is refused, wherever it is", () => {
  const lost = [
    new URL("http://localhost/"),
    new URLSearchParams("a=1"),
    new Headers(),
    new FormData(),
    new Request("http://localhost/"),
    new Response(),
    new AbortController(),
    new AbortController().signal,
    new Event("x"),
    new TextEncoder(),
    Promise.resolve(1),
    new WeakMap(),
    new WeakRef({}),
  ];
  for (const value of lost) {
    for (
      const whole of [value, [value], { a: { value } }, new Map([[1, value]]), new Set([value])]
    ) {
      assertThrows(() => encodeValue(whole), NotPortableError, "cannot be cloned");
      assertFalse(canClone(whole));
    }
  }
  // Also where something has to be replaced before it.
  assertThrows(() => encodeValue([new Error("e"), lost[0]]), NotPortableError);
});

test("values: no class gets by, whatever it says of itself", () => {
  class Tagged {
    get [Symbol.toStringTag]() {
      return "Blob";
    }
    view = new Uint8Array(1000).subarray(10, 14);
    error = Object.assign(new TypeError("in it"), { code: 1 });
  }
  const tagged = across(new Tagged());
  assertEquals(tagged.view.buffer.byteLength, 4);
  assertEquals([tagged.error.message, tagged.error.code], ["in it", 1]);
  class Odd extends Map<string, unknown> {
    override get size() {
      return 7;
    }
    override *[Symbol.iterator](): MapIterator<[string, unknown]> {}
    override forEach() {}
    override entries(): MapIterator<[string, unknown]> {
      return new Map<string, unknown>().entries();
    }
  }
  const map = across(new Odd([["error", new RangeError("in a map")]]));
  assertEquals(map.constructor as unknown, Map);
  assert(map.get("error") instanceof RangeError);
  const bare = Object.assign(Object.create(null), { error: new TypeError("bare") });
  assert(across(bare).error instanceof TypeError);
  const frozen = Object.freeze({ list: Object.freeze([Object.freeze(new TypeError("frozen"))]) });
  assert(across(frozen).list[0] instanceof TypeError);
  const named = across(Object.assign([1], { error: new TypeError("named") }));
  assert(named.error instanceof TypeError && named[0] === 1);
  // No more than a prototype of the thing: structured clone would make an empty object of it.
  for (const { prototype } of [Map, Set, Date, RegExp, ArrayBuffer, Uint8Array, Blob, Promise]) {
    assertThrows(() => encodeValue([Object.create(prototype)]), NotPortableError);
    assertThrows(() => encodeValue([new Error(), Object.create(prototype)]), NotPortableError);
  }
});

test("values: those of another realm are what they are", async () => {
  const { runInNewContext } = await import("node:vm");
  const foreign = runInNewContext(
    "({ map: new Map([[1, new Set([2])]]), date: new Date(7), error: new TypeError('far'), list: [/x/g] })",
  );
  const copy = across(foreign);
  assertEquals([...copy.map.get(1)], [2]);
  assertEquals([copy.date.getTime(), copy.list[0].source], [7, "x"]);
  assert(copy.error instanceof TypeError);
  assertEquals(copy.error.message, "far");
});

test("values: getters are read as structured clone reads them, and may throw", () => {
  const lazy = {
    get error() {
      return new TypeError("lazy");
    },
    get view() {
      return new Uint8Array(100).subarray(1, 3);
    },
  };
  const copy = across(lazy);
  assert(copy.error instanceof TypeError);
  assertEquals(copy.view.buffer.byteLength, 2);
  const thrower = {
    get bad() {
      throw new RangeError("read");
    },
  };
  assertThrows(() => encodeValue(thrower), RangeError, "read");
  const error = Object.assign(new Error("kept"), { good: 1, thrower });
  const { good, ...rest } = across(error);
  assertEquals([good, "thrower" in rest], [1, false]);
  // A key that comes up while it is looked at.
  const shifty = {
    get a() {
      Object.assign(this, { "trilane:value": [{ "trilane:value": 9 }] });
      return 1;
    },
  };
  assertEquals(across(shifty).a, 1);
});

test("values: what getters and proxies make up without end is refused soon", () => {
  const tree = (): object => ({
    get left() {
      return tree();
    },
    get right() {
      return [tree()];
    },
  });
  const endless = (): object =>
    new Proxy({}, {
      ownKeys: () => ["a", "b"],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
      get: () => endless(),
    });
  for (const make of [tree, endless]) {
    assertThrows(() => encodeValue(make()), NotPortableError);
    assertEquals(across(Object.assign(new Error("e"), { field: make() })).message, "e");
  }
  class Chained extends Error {
    override get cause() {
      return new Chained("next");
    }
  }
  assertEquals(across(new Chained("first")).message, "first");
});

test("values: as deep as you like, and shared parts cost once", () => {
  type Link = { next?: Link; list?: Link[]; map?: Map<string, Link>; depth: number };
  let deep: Link = { depth: 0 };
  for (let depth = 1; depth <= 20_000; depth++) {
    deep = depth % 3 === 0
      ? { depth, next: deep }
      : depth % 3 === 1
      ? { depth, list: [deep, deep] }
      : { depth, map: new Map([["of", deep]]) };
  }
  let at: Link | undefined = across(deep);
  for (let depth = 20_000; depth > 0; depth--) {
    assertEquals(at!.depth, depth);
    if (at!.list !== undefined) assertStrictEquals(at!.list[0], at!.list[1]);
    at = at!.next ?? at!.list?.[0] ?? at!.map!.get("of");
  }
  assertEquals(at, { depth: 0 });
  // Each is a level deep, and goes on in the next.
  const chain: { next?: object }[] = Array.from({ length: 20_000 }, () => ({}));
  for (const [i, link] of chain.entries()) link.next = chain[i + 1];
  const copies = across(chain);
  assertStrictEquals(copies[10_000]!.next, copies[10_001]);
  assertFalse(canClone({ deep, bad: () => 1 }));
});

test("values: an array with gaps costs what is in it", () => {
  const gaps: unknown[] = [0];
  gaps[2 ** 31] = { error: new TypeError("far") };
  gaps[2 ** 32 - 2] = "last";
  const named = Object.assign(gaps, { name: "gaps" });
  for (const copy of [across(named), across([new Error("e"), named])[1] as typeof named]) {
    assertEquals(Object.keys(copy), ["0", "2147483648", "4294967294", "name"]);
    assertEquals([copy.length, copy[0], copy.at(-1)], [2 ** 32 - 1, 0, "last"]);
    assert((copy[2 ** 31] as { error: unknown }).error instanceof TypeError);
  }
  const few = across(Object.assign(new Array(5_000), { 4_999: 1 }));
  assertEquals([few.length, Object.keys(few)], [5_000, ["4999"]]);
});

test("values: what platforms clone arrives or is refused, never empty", async () => {
  const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  assertEquals(await across(new Blob(["abc"])).text(), "abc");
  assertEquals(
    await across([new File(["abc"], "name.txt"), new Error("e")] as [File, Error])[0].text(),
    "abc",
  );
  assertEquals(across({ key }).key.algorithm, key.algorithm);
  const lost = [
    new ReadableStream(),
    new WritableStream(),
    new TransformStream(),
    new EventTarget(),
    new (class extends EventTarget {
      field = 1;
    })(),
    new MessageChannel().port1,
    new Intl.NumberFormat(),
    (function* () {})(),
    [1].values(),
    new Map().entries(),
    Object(Symbol("s")),
    new FinalizationRegistry(() => {}),
    new CompressionStream("gzip"),
  ];
  for (const value of lost) {
    for (const whole of [value, { value }, [new Error("e"), value]]) {
      assertThrows(() => encodeValue(whole), NotPortableError, "cannot be cloned");
    }
    if (value instanceof MessagePort) value.close();
  }
  const stream = new ReadableStream();
  assertStrictEquals((encodeValue([stream], [stream]) as unknown[])[0], stream);
});

test("values: memory that was handed over is refused, in an error left out", () => {
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  for (const value of [view, view.buffer]) {
    assertThrows(() => encodeValue([new Error("e"), value]), NotPortableError);
    assertFalse("value" in across(Object.assign(new Error("e"), { value })));
  }
});

test("values: what only looks packed arrives as it is", () => {
  for (
    const table of [
      ...[1, null, [], [{ "trilane:value": 1 }], [{ "trilane:value": "x" }, [0, {}]], [1, 2]],
      ...[[1, [9]], [1, [0]], [1, [0, 1]], [1, [1, "Error"]], [1, [1, "Error", "n", 7, null]]],
      ...[[1, [2, -1, {}]], [1, [2, 1, null]], [1, [2, 1, { 4: 1 }]], [1, [2, 2 ** 32, {}]]],
      [{ "trilane:value": 1 }, [1, "Error", "n", "m", null, 7, 7]],
    ]
  ) {
    const forged = { "trilane:value": table };
    assertEquals(decodeValue(structuredClone(forged)), forged);
    assertEquals(across(forged), forged);
  }
  const polluting = JSON.parse(
    `{"trilane:value":[{"trilane:value":1},[1,"Error","n","m",null,"__proto__",{"polluted":1}],` +
      `[0,{"__proto__":{"trilane:value":1},"constructor":{"prototype":{"polluted":1}}}]]}`,
  );
  const error = decodeValue(polluting) as Error;
  assert(error instanceof Error);
  assertEquals(({} as { polluted?: unknown }).polluted, undefined);
  assertStrictEquals(Object.getPrototypeOf(error), Error.prototype);
});

test("values: what structured clone refuses can't be sent", () => {
  for (const value of [() => 1, Symbol("s"), { fn() {} }, [Symbol.iterator]]) {
    assertFalse(canClone(value));
  }
  for (const value of [1, "x", new Error("e"), { a: new Map() }, new SharedArrayBuffer(1)]) {
    assert(canClone(value));
  }
});

test("values: any value arrives as structured clone alone would bring it", () => {
  const values = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
    key: fc.oneof(fc.string(), fc.constant("trilane:value"), fc.constant("__proto__")),
  });
  fc.assert(
    fc.property(values, (value) => {
      const expected = inOrder(structuredClone(value));
      assertEquals(inOrder(across(value)), expected);
      // The same where a copy has to be made.
      const [, copy] = across([new Error("e"), value]);
      assertEquals(inOrder(copy), expected);
    }),
    { numRuns: 500, examples: [[new Map<unknown, unknown>([[{}, []], [{}, {}]])]] },
  );
});

test("values: which have an object in common is found, however deep it lies", () => {
  const list = [1];
  const memory = new ArrayBuffer(8);
  const pairs: [unknown, unknown, boolean][] = [
    [1, 1, false],
    ["text", "text", false],
    [{}, {}, false],
    [list, list, true],
    [{ a: [list] }, new Map([[1, { list }]]), true],
    [new Set([list]), new Map([[list, 1]]), true],
    [[list, list], [[1]], false],
    [new Uint8Array(memory), memory, true],
    // Of a part of a buffer each gets a copy anyway.
    [new Uint8Array(memory, 0, 4), new Uint8Array(memory, 4, 4), false],
    [new SharedArrayBuffer(8), new SharedArrayBuffer(8), false],
    [new Error("a"), new Error("b"), true],
  ];
  const shared = new SharedArrayBuffer(8);
  pairs.push([shared, shared, false], [new Uint8Array(shared), new Uint8Array(shared), false]);
  const ring: unknown[] = [];
  ring.push(ring);
  pairs.push([ring, [ring], true], [ring, [], false]);
  for (const [a, b, expected] of pairs) {
    const owners = new Map();
    assertEquals(hasInCommon(a, 0, owners), false);
    assertEquals(hasInCommon(b, 1, owners), expected);
  }
});
