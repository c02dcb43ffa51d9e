// What stands in for Node's modules in a page is compared with them.
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as node from "node:util";
import { test } from "../../harness.ts";
import { Files } from "./files.ts";
import * as standIn from "./stand_ins/util.ts";

/** A value that refers to itself. */
function circle(value: unknown): object {
  const list: unknown[] = [value];
  list.push(list);
  return list;
}

const symbol = Symbol("key");

/** Values of which none is equal to another; each call makes them anew. */
const makeValues = (): unknown[] => [
  ...[undefined, null, true, 0, -0, 1, NaN, 1n, "", "1", symbol],
  ...[{}, { a: 1 }, { a: undefined }, { b: 1 }, { a: { b: [1] } }, { a: { b: [2] } }],
  ...[Object.create(null), { [symbol]: 1 }, { [symbol]: 2 }, new (class A {})()],
  ...[[], [1], [1, 2], [2, 1], [undefined], ["1"], [[1]], circle(1), circle(2)],
  ...[new Map(), new Map([[1, 2]]), new Map([[1, 3]]), new Map([[1, 2], [3, 4]])],
  ...[new Set(), new Set([1]), new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  ...[new Date(0), new Date(1), new Date(NaN), /a/, /a/g, /b/],
  ...[new Uint8Array(1), new Uint8Array([1]), new Uint16Array([1]), new Uint8Array(2)],
];

test("stand-ins: values are as deeply equal as they are to Node", () => {
  const [values, others] = [makeValues(), makeValues()];
  for (const [i, value] of values.entries()) {
    for (const [j, other] of others.entries()) {
      const what = `${i} and ${j}: ${node.inspect(value)}, ${node.inspect(other)}`;
      assertEquals(
        standIn.isDeepStrictEqual(value, other),
        node.isDeepStrictEqual(value, other),
        what,
      );
    }
  }
});

test("stand-ins: the order of a map's and a set's items does not count", () => {
  assert(standIn.isDeepStrictEqual(new Set([1, 2]), new Set([2, 1])));
  assert(standIn.isDeepStrictEqual(new Map([[1, 2], [3, 4]]), new Map([[3, 4], [1, 2]])));
});

test("stand-ins: errors are compared by what they say", () => {
  const error = (message: string, cause?: unknown) =>
    Object.assign(new RangeError(message, { cause }), { stack: "" });
  assert(standIn.isDeepStrictEqual(error("a"), error("a")));
  for (const other of [error("b"), error("a", 1), new Error("a")]) {
    assert(!standIn.isDeepStrictEqual(error("a"), other));
  }
});

test("stand-ins: every value can be shown, and shows itself if it can", () => {
  for (const value of makeValues()) assert(standIn.inspect(value) !== "");
  const shown = { [Symbol.for("nodejs.util.inspect.custom")]: () => "shown" };
  assertEquals(standIn.inspect({ a: [shown, "b"] }), '{ a: [ shown, "b" ] }');
});

test("stand-ins: files are in a folder until it goes", () => {
  const files = new Files();
  const [one, other] = [files.mkdtempSync("/tmp/a-"), files.mkdtempSync("/tmp/a-")];
  files.writeFileSync(`${one}/x`, "1");
  files.appendFileSync(`${one}/x`, "2");
  files.appendFileSync(`${other}/x`, "3");
  assertEquals(files.readFileSync(`${one}/x`, "utf8"), "12");
  files.renameSync(one, `${one}-removed`);
  assertEquals([one, `${one}/x`, `${one}-removed`].map((it) => files.existsSync(it)), [
    ...[false, false, true],
  ]);
  assertThrows(() => files.appendFileSync(`${one}/x`, "4"), Error, `There is no ${one}`);
  assertThrows(() => files.readFileSync(`${one}/x`, "utf8"), Error, `There is no ${one}/x`);
  files.rmSync(other);
  assert(!files.existsSync(`${other}/x`));
});
