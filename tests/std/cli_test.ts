import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli";
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
});
