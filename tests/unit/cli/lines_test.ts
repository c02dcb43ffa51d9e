import { assert, assertEquals } from "@std/assert";
import { type LineEnd, LineSplitter } from "../../../src/cli/input/lines.ts";
import { test } from "../../harness.ts";

const encoder = new TextEncoder();

/** The lines of bytes that come in pieces of a size. */
function split(bytes: Uint8Array, size: number, end?: LineEnd): string[] {
  const splitter = new LineSplitter(end);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    lines.push(...splitter.push(bytes.subarray(at, at + size)));
  }
  return [...lines, ...splitter.end()];
}

test("cli lines: are the same however the bytes come", () => {
  const texts: [text: string, lines: string[]][] = [
    ["", []],
    ["\n", [""]],
    ["a", ["a"]],
    ["a\nb\n", ["a", "b"]],
    ["a\r\nb\r\n", ["a", "b"]],
    ["a\r\nb\r", ["a", "b"]],
    ["a\rb\n", ["a\rb"]],
    ["\n\na\n\n", ["", "", "a", ""]],
    ["a\u2028b\u0085c\n", ["a\u2028b\u0085c"]],
    ["日本\n😀😀\n", ["日本", "😀😀"]],
    ["\ufeffa\n\ufeffb\n", ["a", "\ufeffb"]],
    [`${"x".repeat(1000)}\n${"y".repeat(1000)}`, ["x".repeat(1000), "y".repeat(1000)]],
  ];
  for (const [text, lines] of texts) {
    for (const size of [1, 2, 3, 7, 10_000]) {
      assertEquals(split(encoder.encode(text), size), lines, JSON.stringify([text, size]));
    }
  }
});

test("cli lines: bytes that aren't UTF-8 become replacement characters", () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0x62, 0x0a, 0xe6, 0x97, 0x0a, 0xe6);
  for (const size of [1, 3, 100]) {
    assertEquals(split(bytes, size), ["a\ufffdb", "\ufffd", "\ufffd"]);
  }
});

test("cli lines: may end in NUL, and then hold line ends", () => {
  const bytes = encoder.encode("a\nb\0\0c\r\0d");
  for (const size of [1, 3, 100]) {
    assertEquals(split(bytes, size, { mark: "\0", withReturn: false }), ["a\nb", "", "c\r", "d"]);
  }
});

test("cli lines: a long one takes linear time", () => {
  const line = "x".repeat(20_000_000);
  const start = performance.now();
  assertEquals(split(encoder.encode(line), 4_096)[0].length, line.length);
  assert(performance.now() - start < 5_000);
});
