// Checked with node:assert, since a broken assertion would hide its own fault. What is tested is
// whatever "@std/assert" stands for here, so the stand-ins and the originals meet the same tests.
import * as std from "@std/assert";
import { ok, rejects, strictEqual, throws } from "node:assert/strict";
import { test } from "../harness.ts";

const { AssertionError } = std;

/** Each assertion with something that holds and something that does not. */
const cases: Record<string, [holds: () => unknown, fails: () => unknown]> = {
  assert: [() => std.assert(1), () => std.assert(0)],
  assertFalse: [() => std.assertFalse(""), () => std.assertFalse("x")],
  assertEquals: [
    () => std.assertEquals({ a: [1, new Map([["k", NaN]])] }, { a: [1, new Map([["k", NaN]])] }),
    () => std.assertEquals({ a: [1, new Map([["k", 1]])] }, { a: [1, new Map([["k", 2]])] }),
  ],
  "assertEquals on an absent key": [
    () => std.assertEquals<unknown>({ a: undefined }, { a: undefined }),
    () => std.assertEquals<unknown>({ a: undefined }, {}),
  ],
  "assertEquals on types": [
    () => std.assertEquals<unknown>([1], [1]),
    () => std.assertEquals<unknown>(1, "1"),
  ],
  assertNotEquals: [() => std.assertNotEquals([1], [2]), () => std.assertNotEquals([1], [1])],
  assertStrictEquals: [
    () => std.assertStrictEquals(NaN, NaN),
    () => std.assertStrictEquals({}, {}),
  ],
  assertNotStrictEquals: [
    () => std.assertNotStrictEquals({}, {}),
    () => std.assertNotStrictEquals(1, 1),
  ],
  assertExists: [() => std.assertExists(0), () => std.assertExists(null)],
  assertInstanceOf: [
    () => std.assertInstanceOf(new TypeError(), Error),
    () => std.assertInstanceOf(new Error(), TypeError),
  ],
  assertMatch: [() => std.assertMatch("abc", /b/), () => std.assertMatch("abc", /d/)],
  assertStringIncludes: [
    () => std.assertStringIncludes("abc", "bc"),
    () => std.assertStringIncludes("abc", "cb"),
  ],
  assertGreater: [() => std.assertGreater(2, 1), () => std.assertGreater(1, 1)],
  assertGreaterOrEqual: [
    () => std.assertGreaterOrEqual(1, 1),
    () => std.assertGreaterOrEqual(0, 1),
  ],
  assertLess: [() => std.assertLess(1, 2), () => std.assertLess(1, 1)],
  assertLessOrEqual: [() => std.assertLessOrEqual(1, 1), () => std.assertLessOrEqual(2, 1)],
  assertAlmostEquals: [
    () => std.assertAlmostEquals(0.1 + 0.2, 0.3),
    () => std.assertAlmostEquals(0.31, 0.3),
  ],
  "assertAlmostEquals within a tolerance": [
    () => std.assertAlmostEquals(10, 11, 1),
    () => std.assertAlmostEquals(10, 11, 0.5),
  ],
};

for (const [name, [holds, fails]] of Object.entries(cases)) {
  test(`std: ${name} passes what holds and fails what does not`, () => {
    holds();
    throws(fails, AssertionError);
  });
}

test("std: a failed assertion shows both values and the caller's message", () => {
  throws(() => std.assertEquals(["left"], ["right"], "sides"), (error: Error) => {
    for (const part of ["left", "right", "sides"]) ok(error.message.includes(part));
    return true;
  });
});

test("std: fail fails", () => {
  throws(() => std.fail("because"), (error: Error) => {
    ok(error instanceof AssertionError);
    strictEqual(error.name, "AssertionError");
    return error.message.includes("because");
  });
});

const boom = () => {
  throw new TypeError("went boom");
};

test("std: assertThrows returns the error that was thrown", () => {
  strictEqual(std.assertThrows(boom, TypeError, "boom").message, "went boom");
  ok(std.assertThrows(boom) instanceof TypeError);
  ok(std.assertThrows(boom, Error) instanceof TypeError);
});

test("std: assertThrows fails on no error, another class, another message", () => {
  throws(() => std.assertThrows(() => {}), AssertionError);
  throws(() => std.assertThrows(() => {}, "note"), /note/);
  throws(() => std.assertThrows(boom, RangeError), AssertionError);
  throws(() => std.assertThrows(boom, TypeError, "bang"), AssertionError);
});

test("std: assertRejects resolves to the error", async () => {
  const error = await std.assertRejects(() => Promise.reject(new TypeError("no")), TypeError, "n");
  strictEqual(error.message, "no");
  strictEqual(await std.assertRejects(() => Promise.reject(1)), 1);
});

test("std: assertRejects fails on success, another class, another message, a throw", async () => {
  const refuse = () => Promise.reject(new TypeError("no"));
  await rejects(std.assertRejects(() => Promise.resolve()), AssertionError);
  await rejects(std.assertRejects(refuse, RangeError), AssertionError);
  await rejects(std.assertRejects(refuse, TypeError, "yes"), AssertionError);
  await rejects(std.assertRejects(boom, TypeError), AssertionError);
});
