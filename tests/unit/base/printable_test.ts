import { assertEquals } from "@std/assert";
import { printable } from "../../../src/base/printable.ts";
import { test } from "../../harness.ts";

test("printable: what can be seen stays", () => {
  const text = "It's 5 °C \\ „völlig“ 漢字 👩‍💻";
  assertEquals(printable(text), text);
});

test("printable: control characters are escaped", () => {
  assertEquals(
    printable("a\nb\r\tc\x1b[31m\x07\0\x7f\x9b"),
    "a\\nb\\r\\tc\\x1b[31m\\x07\\x00\\x7f\\x9b",
  );
});

test("printable: so are line separators and turns of direction", () => {
  assertEquals(printable("a\u2028b\u2029c\u202edcba"), "a\\u2028b\\u2029c\\u202edcba");
});
