import { assert, assertEquals, assertMatch } from "@std/assert";
import { columnsOf } from "../../../src/base/columns.ts";
import { logLine, type State, terminalLine } from "../../../src/progress/line.ts";
import { test } from "../../harness.ts";

const state: State = {
  done: 450_000,
  total: 1_000_000,
  failed: 3,
  retried: 12,
  rate: 12_345.6,
  elapsed: 36_500,
  detail: "1.5 GB",
};

test("progress line: a wide terminal has room for the bar and all fields", () => {
  assertEquals(
    terminalLine(state, 140),
    "[==================>                     ]  45%  450,000/1,000,000  12,346/s  ETA 0:45  " +
      "3 failed  12 retried  1.5 GB",
  );
});

test("progress line: where there is less room the least important fields are left out", () => {
  const lines: [width: number, line: string][] = [
    [
      90,
      "[==============>                  ]  45%  450,000/1,000,000  12,346/s  ETA 0:45  3 failed",
    ],
    [61, "45%  450,000/1,000,000  12,346/s  ETA 0:45  3 failed"],
    [45, "45%  450,000/1,000,000  12,346/s  3 failed"],
    [43, "45%  450,000/1,000,000  12,346/s  3 failed"],
    [42, "45%  450,000/1,000,000  3 failed"],
    [30, "450,000/1,000,000  3 failed"],
    [20, "450,000/1,000,000"],
    [9, "450,000/"],
    [1, ""],
  ];
  const quiet = { ...state, detail: "", retried: 0 };
  for (const [width, line] of lines) assertEquals(terminalLine(quiet, width), line, `${width}`);
});

test("progress line: never reaches the last column", () => {
  for (let width = 0; width < 200; width++) {
    for (const total of [1_000_000, Infinity]) {
      for (const detail of ["1.5 GB", "画像を処理しています", "😀".repeat(50), "e\u0301"]) {
        const columns = columnsOf(terminalLine({ ...state, total, detail }, width));
        assert(columns < width || columns === 0, `${columns} of ${width}`);
      }
    }
  }
});

test("progress line: wide characters are given their columns", () => {
  const quiet = { ...state, failed: 0, retried: 0, detail: "画像を処理しています" };
  const line = "45%  450,000/1,000,000  12,346/s  ETA 0:45  画像を処理しています";
  assertEquals(columnsOf(line), 64);
  assertEquals(terminalLine(quiet, 65), line);
  assertMatch(terminalLine(quiet, 64), /^\[=+> +\] {2}45% .* ETA 0:45$/);
  assertEquals(terminalLine({ ...quiet, total: Infinity }, 30), "450,000  12,346/s  0:37");
});

test("progress line: the detail stays on its line and can do nothing to the terminal", () => {
  const details: [detail: string, shown: string][] = [
    ["two\nlines\r\n", "two lines"],
    ["\ttabs\t\tand  spaces ", "tabs and spaces"],
    ["\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"],
    ["\u009b31m\u202etxt", "\\x9b31m\\u202etxt"],
    ["\n", ""],
  ];
  for (const [detail, shown] of details) {
    const quiet = { ...state, total: Infinity, failed: 0, retried: 0, detail };
    const fields = ["450,000", "12,346/s", "0:37", ...(shown === "" ? [] : [shown])];
    assertEquals(terminalLine(quiet, 140), fields.join("  "));
    assertEquals(logLine(quiet), fields.join(", "));
  }
});

test("progress line: the bar is empty at first and full only at the end", () => {
  const line = (done: number, total: number) =>
    terminalLine({ ...state, done, total, failed: 0, retried: 0, rate: 0, detail: "" }, 46);
  assertMatch(line(0, 200), /^\[> {17,}\] {2}0%/);
  assertMatch(line(199, 200), /^\[={17}>\] {2}99%/);
  assertMatch(line(200, 200), /^\[={17}\] {2}100%/);
  assertMatch(line(0, 0), /^\[={17,}\] {2}100%/);
});

test("progress line: without a total there is no bar, no share and no time left", () => {
  assertEquals(
    terminalLine({ ...state, total: Infinity }, 140),
    "450,000  12,346/s  0:37  3 failed  12 retried  1.5 GB",
  );
});

test("progress line: rates and times are short", () => {
  const text = (rate: number, total = 460_000) =>
    logLine({ ...state, rate, total, failed: 0, retried: 0, detail: "" });
  assertEquals(text(1234.5), "97%, 450,000/460,000, 1,235/s, ETA 0:08");
  assertEquals(text(2.345), "97%, 450,000/460,000, 2.3/s, ETA 1:11:04");
  assertEquals(text(0.0123), "97%, 450,000/460,000, 0.012/s, ETA 225:50:08");
  assertEquals(text(0), "97%, 450,000/460,000, 0/s, 0:37");
  assertEquals(text(20, 462_000), "97%, 450,000/462,000, 20/s, ETA 10:00");
});
