import { assertEquals } from "@std/assert";
import { parseArgs, unicodeWidth } from "@std/cli";
import { test } from "../harness.ts";

const options = {
  string: ["lane", "workers"],
  boolean: ["json", "help"],
  default: { lane: "async" },
  alias: { workers: "w", help: ["h", "usage"] },
} as const;

test("std: parseArgs splits options from the rest", () => {
  const args = parseArgs(
    ["--lane=thread", "--json", "file.txt", "7", "--", "--json", "8"],
    options,
  );
  assertEquals(args.lane, "thread");
  assertEquals(args.json, true);
  assertEquals(args._, ["file.txt", 7, "--json", "8"]);
});

test("std: parseArgs fills in what is absent", () => {
  const args = parseArgs([], options);
  assertEquals([args.lane, args.workers, args.json, args._], ["async", undefined, false, []]);
  assertEquals("workers" in args, false);
});

test("std: parseArgs gives every alias the value, which the last mention decides", () => {
  const args = parseArgs(["-w", "4", "--workers", "05", "-h"], options);
  assertEquals([args.workers, args["w"]], ["05", "05"]);
  assertEquals([args.help, args["h"], args["usage"]], [true, true, true]);
});

test("std: parseArgs takes an option with no value as empty, a flag given 'false' as false", () => {
  const args = parseArgs(["--json=false", "--workers"], options);
  assertEquals([args.json, args.workers], [false, ""]);
  assertEquals(parseArgs(["--workers", "--json", "true"], options).workers, "");
});

test("std: parseArgs takes short options together, and a value that follows one", () => {
  const args = parseArgs(["-hw", "4", "-x", "y"], options);
  assertEquals([args.help, args.workers, args["x"]], [true, "4", "y"]);
  assertEquals(parseArgs(["-w=a", "-w", "-1"], options).workers, "");
  assertEquals(parseArgs(["-w-1"], options).workers, "-1");
});

test("std: parseArgs takes what is not declared for an option with a value, if one follows", () => {
  const { _, ...others } = parseArgs(["--x", "1", "--y", "-z"]);
  assertEquals([_, others], [[], { x: 1, y: true, z: true }]);
});

test("std: parseArgs hands what is not declared to 'unknown', and drops it if that says so", () => {
  const seen: unknown[][] = [];
  const unknown = (...args: unknown[]) => seen.push(args) > 2;
  const args = parseArgs(["--x=1", "a", "b", "--json"], { ...options, unknown });
  assertEquals(seen, [["--x=1", "x", "1"], ["a"], ["b"]]);
  assertEquals(["x" in args, args._], [false, ["b"]]);
});

test("std: parseArgs keeps arguments as text where '_' is declared so", () => {
  const args: unknown = parseArgs(["007", "--", "1"], { string: ["_"] })._;
  assertEquals(args, ["007", "1"]);
});

test("std: parseArgs collects the values of options that may come several times", () => {
  const collecting = { string: ["on"], collect: ["on"] } as const;
  assertEquals(parseArgs(["--on", "a", "--on=b"], collecting).on, ["a", "b"]);
  assertEquals(parseArgs([], collecting).on, []);
  assertEquals(parseArgs([], { ...collecting, default: { on: ["c"] } }).on, ["c"]);
});

test("std: unicodeWidth counts columns", () => {
  const texts = [
    "",
    "abc",
    "画像を処理しています",
    "ｆｕｌｌ",
    "e\u0301",
    "😀",
    "\x1b\n",
    "ñ",
    "한국",
    "䷀",
    "㉈",
    "🇯🇵",
  ];
  assertEquals(texts.map(unicodeWidth), [0, 3, 20, 8, 1, 2, 0, 1, 4, 1, 1, 2]);
});
