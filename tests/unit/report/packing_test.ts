import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  pack,
  packDeltas,
  packTexts,
  unpack,
  unpackDeltas,
  unpackTexts,
} from "../../../src/report/packing.ts";
import { test } from "../../harness.ts";

const numbers = fc.array(
  fc.oneof(fc.constantFrom(0, 1, -1), fc.integer(), fc.maxSafeInteger().map((n) => n / 2 | 0)),
);

test("packing: numbers come back as they were", () => {
  fc.assert(fc.property(numbers, (values) => {
    assertEquals(unpack(pack(values)), values);
    assertEquals(unpackDeltas(packDeltas(values)), values);
  }));
  const large = [2 ** 50, -(2 ** 50), 2 ** 31, -(2 ** 31)];
  assertEquals(unpack(pack(large)), large);
});

test("packing: columns that hardly change take hardly any room", () => {
  assert(pack(new Array(100_000).fill(3)).length < 8);
  assert(packDeltas(Array.from({ length: 100_000 }, (_, i) => i)).length < 16);
  assertEquals(pack(Array.from({ length: 1000 }, (_, i) => i % 2)).length, 1001);
});

test("packing: texts come back as they were, also where a character is cut in two", () => {
  const texts = fc.array(fc.string({ unit: "binary", maxLength: 8 }), { maxLength: 20 });
  fc.assert(fc.property(texts, (texts) => {
    const read = JSON.parse(JSON.stringify(packTexts(texts)));
    assertEquals(unpackTexts(read), texts);
  }));
  assertEquals(unpackTexts(JSON.parse(JSON.stringify(packTexts(["😀", "😁"])))), ["😀", "😁"]);
  assertEquals(packTexts(["/a/b1", "/a/b2", "/a/b2x"]).rest, ["/a/b1", "2", "x"]);
});
