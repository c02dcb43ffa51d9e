import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import type { TaskReference } from "../../../src/portable/portable.ts";
import { Stubs } from "../../../src/remote/stubs.ts";
import { test } from "../../harness.ts";

const inline = (source: string): TaskReference => ({ kind: "inline", source, name: "f" });

test("remote stubs: a function has one as long as it is used", () => {
  const stubs = new Stubs();
  const stub = stubs.get(inline("() => 1"), "f");
  for (let i = 0; i < 1_000; i++) {
    stubs.get(inline(`() => ${i + 2}`), "f");
    assertStrictEquals(stubs.get(inline("() => 1"), "f"), stub);
  }
  assertEquals(stub.name, "f");
  assertNotStrictEquals(stubs.get(inline("() => 1"), "g"), stub);
});

test("remote stubs: those of functions that are used no more are let go", () => {
  const stubs = new Stubs();
  for (let i = 0; i < 12_000; i++) stubs.get(inline(`() => ${i}`), "f");
  assert(stubs.size <= 256, `${stubs.size}`);
  const long = " ".repeat(500_000);
  for (let i = 0; i < 10; i++) stubs.get(inline(`() => ${i}${long}`), "f");
  assert(stubs.size <= 3, `${stubs.size}`);
  // One that is longer than all may be is let go at once, and works all the same.
  stubs.get(inline(`() => 1${long.repeat(3)}`), "f");
  assertEquals(stubs.size, 0);
});
