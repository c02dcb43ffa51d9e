import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { NotPortableError } from "../../../../../mod.ts";
import { JsonText } from "../../../../../src/lanes/pool/wire/packed.ts";
import { encodePayload } from "../../../../../src/lanes/pool/wire/payload.ts";
import { decodeValue } from "../../../../../src/lanes/pool/wire/values.ts";
import { decode, encode } from "../../../../../src/lanes/process/codec.ts";
import { test } from "../../../../harness.ts";
import { inOrder } from "../../../../in_order.ts";

const items = (count: number) => Array.from({ length: count }, (_, id) => ({ id, tags: ["a"] }));

/** What a thread and a process make of it, each within a message. */
function copies<T>(value: T): T[] {
  const messages = [
    structuredClone([2, encodePayload(value), 0.5]),
    decode(encode([2, encodePayload(value), 0.5])) as unknown[],
    // What isn't JSON beside it makes the whole message another format.
    decode(encode([2, encodePayload(value), 0n])) as unknown[],
  ];
  return messages.map((message) => decodeValue(message[1]) as T);
}

test("payload: many plain objects go as JSON, few and all else as they are", () => {
  for (const value of [items(3), [items(5)], { items: items(2_000) }, items(20_000)]) {
    const encoded = encodePayload(value);
    assert(encoded instanceof JsonText);
    assertEquals(encoded["trilane:value"], JSON.stringify(value));
    for (const copy of copies(value)) assertEquals(copy, value);
  }
  const others = [
    { id: 1 },
    items(2),
    [new Uint8Array(9)],
    [new Date(0), ...items(9)],
    [Array.from({ length: 99 }, () => 0.5), ...items(9)],
    [...items(9), { at: new Date(0) }],
    [...items(9), -0],
  ];
  for (const value of others) {
    assertStrictEquals(encodePayload(value), value);
    for (const copy of copies(value)) assertEquals(copy, value);
  }
});

test("payload: what JSON would lose arrives, also among many plain objects", () => {
  const many = items(9);
  for (const [first, second] of copies([many, many])) assertStrictEquals(first, second);
  for (const copy of copies([many, new RangeError("odd")])) assert(copy[1] instanceof RangeError);
  const circle: unknown[] = [many];
  circle.push(circle);
  for (const copy of copies(circle)) assertStrictEquals(copy[1], copy);
  const named = Object.assign(items(9), { name: "list" });
  for (const copy of copies(named)) assertEquals(copy.name, "list");
  assertThrows(() => encodePayload([many, new WeakMap()]), NotPortableError);
  assertThrows(() => structuredClone(encodePayload([many, () => {}])));
});

test("payload: a value that looks like another's form arrives as it is", () => {
  const forged = [
    { "trilane:value": JSON.stringify(items(9)) },
    { "trilane:value": items(9) },
    { "trilane:value": "[", items: items(9) },
    [{ "trilane:value": "1" }, ...items(9)],
  ];
  for (const value of forged) for (const copy of copies(value)) assertEquals(copy, value);
  // Arguments stand in a message each by itself, as they are.
  const args = [{ "trilane:value": "[1" }, encodePayload(items(9)), { "trilane:value": "1" }];
  assertEquals((decode(encode(args)) as unknown[]).with(1, 0), args.with(1, 0));
});

test("payload: text that is no JSON is a value like any other", () => {
  for (const text of ["", "[1", "undefined"]) {
    assertEquals(decodeValue({ "trilane:value": text }), { "trilane:value": text });
  }
});

test("payload: anything arrives as structured clone has it", () => {
  const anything = fc.anything({ withDate: true, withMap: true, withBigInt: true });
  fc.assert(
    fc.property(fc.array(anything), fc.nat({ max: 9 }), (list, count) => {
      const value = [...items(count), ...list];
      const whole = inOrder(structuredClone(value));
      for (const copy of copies(value)) assertEquals(inOrder(copy), whole);
    }),
    { numRuns: 200 },
  );
});

test("payload: a message holds several, and each place its own", () => {
  const [one, two] = [items(9), { items: items(8) }];
  const object = { shared: true };
  const message = [0, encodePayload(one), object, undefined, encodePayload(two), "text", object];
  const copy = decode(encode(message)) as unknown[];
  assertEquals(copy.map(decodeValue), [0, one, object, undefined, two, "text", object]);
  assertStrictEquals(copy[2], copy[6]);
});
