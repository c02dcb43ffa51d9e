import { assertEquals } from "@std/assert";
import { unicodeWidth } from "@std/cli";
import { columnsOf, fit } from "../../../src/base/columns.ts";
import { test } from "../../harness.ts";

test("columns: characters take none, one or two", () => {
  const texts: [text: string, columns: number][] = [
    ["", 0],
    ["plain text", 10],
    ["naïve – Ωμέγα", 13],
    ["画像を処理しています", 20],
    ["한국어", 6],
    ["ﾊﾝｶｸ", 4],
    ["Ｆｕｌｌ", 8],
    ["e\u0301te\u0301", 3],
    ["a\u200bb\ufeff", 2],
    ["😀", 2],
    ["⌚", 2],
    ["ℹ", 1],
    ["①", 1],
    ["𠀀", 2],
    ["กำลัง", 4],
  ];
  for (const [text, columns] of texts) {
    assertEquals(columnsOf(text), columns, text);
    assertEquals(columnsOf(text), unicodeWidth(text), text);
  }
});

test("columns: where terminals differ the most counts", () => {
  assertEquals(columnsOf("ℹ\ufe0f"), 2);
  assertEquals(columnsOf("䷀"), 2);
  assertEquals(columnsOf("👩‍💻"), 4);
  assertEquals(columnsOf("🇯🇵"), 4);
});

test("columns: a text is cut where it would take more, never within a character", () => {
  assertEquals(fit("plain", 3), "pla");
  assertEquals(fit("plain", -1), "");
  assertEquals(fit("画像", 3), "画");
  assertEquals(fit("画像", 4), "画像");
  assertEquals(fit("a😀b", 2), "a");
  assertEquals(fit("e\u0301te\u0301", 1), "e\u0301");
});
