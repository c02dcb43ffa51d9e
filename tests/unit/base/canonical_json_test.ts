import { assertEquals, assertThrows } from "@std/assert";
import { canonicalJson } from "../../../src/base/canonical_json.ts";
import { test } from "../../harness.ts";

test("canonicalJson: what JSON can encode is written as JSON, without white space", () => {
  const shared = { x: 1 };
  const values = [
    ...[null, true, 0, -1.5, 1e21, 1e-7, "", 'a "quote"\n\ud800', [], [1, [2]], {}],
    ...[{ a: [null], b: { c: "é" } }, [shared, shared], new Date(0), new URL("http://a/b")],
  ];
  for (const value of values) assertEquals(canonicalJson(value), JSON.stringify(value));
});

test("canonicalJson: the order of keys makes no difference, that of items does", () => {
  assertEquals(canonicalJson({ b: 1, a: { d: 1, c: [2, 1] } }), '{"a":{"c":[2,1],"d":1},"b":1}');
  assertEquals(canonicalJson({ "10": 1, "9": 1, "": 1 }), '{"":1,"10":1,"9":1}');
  assertEquals(canonicalJson(Object.assign(Object.create(null), { a: 1 })), '{"a":1}');
});

test("canonicalJson: different values have different texts", () => {
  const values = [0, -0, "0", [0], ["0"], null, "null", [[]], [], {}, "", ["a", "b"], ["a,b"]];
  assertEquals(new Set(values.map(canonicalJson)).size, values.length);
});

test("canonicalJson: what JSON would lose or change is refused, at any depth", () => {
  const cycle: unknown[] = [];
  cycle.push({ cycle });
  class Point {
    x = 1;
  }
  const wrong: [unknown, string][] = [
    [undefined, "undefined"],
    [() => 1, "function (anonymous)"],
    [Symbol("s"), "Symbol(s)"],
    [1n, "1n"],
    [NaN, "NaN"],
    [-Infinity, "-Infinity"],
    [new Map(), "an instance of Map"],
    [new Set(), "an instance of Set"],
    [new Uint8Array(1), "an instance of Uint8Array"],
    [new Point(), "an instance of Point"],
    [new Error("e"), "Error: e"],
    [/x/, "an instance of RegExp"],
    [new Date(NaN), "an invalid Date"],
    [{ [Symbol("s")]: 1 }, "an object"],
    [cycle, "an object that contains itself"],
    [new Array(1), "undefined"],
  ];
  for (const [value, shown] of wrong) {
    for (const whole of [value, [1, value], { a: { b: value } }]) {
      assertThrows(() => canonicalJson(whole), TypeError, `JSON cannot encode ${shown}`);
    }
  }
});
