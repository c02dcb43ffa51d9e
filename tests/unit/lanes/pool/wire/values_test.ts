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

test("values: what structured clone refuses can't be sent", () => {
  for (const value of [() => 1, Symbol("s"), { fn() {} }, [Symbol.iterator]]) {
    assertFalse(canClone(value));
  }
  for (const value of [1, "x", new Error("e"), { a: new Map() }, new SharedArrayBuffer(1)]) {
    assert(canClone(value));
  }
});

/** What a map or a set holds, in its order. */
class Contents {
  constructor(readonly of: string, readonly list: readonly unknown[]) {}
}

/**
 * The same with maps and sets as lists: Bun's comparison finds maps unlike whose keys are like objects with unlike values,
 * and none looks at the order.
 */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (value instanceof Map) return new Contents("map", Array.from(value, inOrder));
  if (value instanceof Set) return new Contents("set", Array.from(value, inOrder));
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, inOrder(part)] as const);
  return Object.setPrototypeOf(Object.fromEntries(entries), Object.getPrototypeOf(value));
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

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
