import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { NotPortableError } from "../../../../mod.ts";
import { decode, encode } from "../../../../src/lanes/cluster/wire/codec.ts";
import { test } from "../../../harness.ts";
import { inOrder } from "../../../in_order.ts";

/** There and back, as JSON carries it. */
const copy = (value: unknown) => decode(JSON.parse(JSON.stringify(encode(value))));

test("cluster codec: any value that can be cloned arrives as it was", () => {
  const value = fc.anything({
    withBigInt: true,
    withDate: true,
    withTypedArray: true,
    withSparseArray: true,
    withObjectString: true,
    withMap: true,
    withSet: true,
  });
  fc.assert(
    fc.property(value, (it) => assertEquals(inOrder(copy(it)), inOrder(structuredClone(it)))),
    { numRuns: 1_000, examples: [[new Map<unknown, unknown>([[[], 1], [[], 2]])]] },
  );
});

test("cluster codec: what means the same as JSON stays plain, all else is text", () => {
  assertEquals(encode([1, { a: "x" }]), [[1, { a: "x" }]]);
  assertEquals(encode(null), [null]);
  assertEquals(encode(undefined), "[[-1]]");
  assertEquals(encode([1n]), '[[1],["array",[2]],["bigint","1"]]');
  assertEquals(typeof encode(Array(501).fill(0)), "string");
});

test("cluster codec: circles, what occurs twice, and what lies deep", () => {
  const loop: { self?: unknown; both?: unknown[] } = {};
  loop.self = loop;
  loop.both = [loop, loop];
  const back = copy(loop) as typeof loop;
  assertStrictEquals(back.self, back);
  assertStrictEquals(back.both![1], back);
  let deep: unknown = "bottom";
  for (let i = 0; i < 50_000; i++) deep = { deep };
  let found = copy(deep);
  while (typeof found === "object") found = (found as { deep: unknown }).deep;
  assertEquals(found, "bottom");
});

test("cluster codec: words that JSON lacks, boxes, views and names beside elements", () => {
  const named = Object.assign([1, , 3], { note: 1n });
  const value = [undefined, NaN, Infinity, -Infinity, -0, "\ud800", named, Object(5), Object("s")];
  const back = copy(value) as typeof value;
  assertEquals(back, value);
  assert(Object.is(back[4], -0) && back[5] === "\ud800" && !(1 in (back[6] as unknown[])));
  assertEquals((back[6] as typeof named).note, 1n);
  const part = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
  const view = copy(part) as Uint8Array;
  assertEquals([view, view.buffer.byteLength], [new Uint8Array([1, 2]), 2]);
  assertEquals(copy(new BigInt64Array([-1n])), new BigInt64Array([-1n]));
  assertEquals(copy({ "trilane:value": [3] }), { "trilane:value": [3] });
  const odd = copy(JSON.parse('{"__proto__": 1, "a": null}')) as object;
  assertEquals(Object.keys(odd), ["__proto__", "a"]);
});

test("cluster codec: errors keep their class, cause and fields", () => {
  const error = Object.assign(new RangeError("far", { cause: new TypeError("inner") }), {
    code: 5,
  });
  const back = copy([error]) as [typeof error];
  assert(back[0] instanceof RangeError && back[0].cause instanceof TypeError);
  assertEquals([back[0].message, back[0].code], ["far", 5]);
});

test("cluster codec: what can't be sent is refused", () => {
  for (
    const value of [() => 1, Symbol("x"), new WeakMap(), new Blob([]), new SharedArrayBuffer(1)]
  ) {
    assertThrows(() => encode(value), NotPortableError);
    assertThrows(() => encode({ deep: [value] }), NotPortableError);
  }
});

test("cluster codec: what nobody encoded is refused, and does no harm", () => {
  const texts = [
    ...["", "x", "5", "{}", "[[1]]", "[[0]]", "[[-6]]", "[[-7]]", "[[1.5]]", '[["a"]]', "[{}]"],
    ...['[[1],["view","Object",[2]],["bytes",""]]', '[[1],["view","Int8Array",1]]'],
    ...['[[1],["view","Float64Array",[2]],["bytes","AA=="]]', '[[1],["bytes","?"]]'],
    ...[
      '[[1],["regexp","("]]',
      '[[1],["bigint","x"]]',
      '[[1],["object",5,5]]',
      '[[1],["named",1]]',
    ],
    ...['[[1],["constructor"]]', "[[1],5]", "[[1],[[1]]]"],
  ];
  for (const text of texts) assertThrows(() => decode(text), SyntaxError, undefined, text);
  for (const value of [undefined, null, 5, {}, [], [1, 2]]) {
    assertThrows(() => decode(value), SyntaxError);
  }
});
