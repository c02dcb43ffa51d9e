import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { unicodeWidth } from "@std/cli";
import deno from "../../../deno.json" with { type: "json" };
import { main } from "../../../src/cli/main.ts";
import { readCommandLine } from "../../../src/cli/options.ts";
import { planMap } from "../../../src/cli/plan.ts";
import { test } from "../../harness.ts";
import { cli, lanes, withFolder } from "./support.ts";

function planned(...args: string[]) {
  return planMap(readCommandLine(["map", ...args]));
}

function refused(...args: string[]): string | undefined {
  try {
    planned(...args);
    return undefined;
  } catch (error) {
    return `${error}`;
  }
}

test("cli usage: options are written in any of the usual ways", () => {
  const { options, inputs, target } = planned(
    ...["-w4", "--retries=3", "m.ts#f", "--backoff", "1.5", "one", "--json", "--retries", "5"],
    ...["--lane", "process", "--", "--two"],
  );
  assertEquals(options, { workers: 4, retries: 5, backoff: 1.5, json: true, lane: "process" });
  assertEquals(inputs, ["one", "--two"]);
  assertEquals([target.module, target.name], ["m.ts", "f"]);
  assertEquals(planned("-w", "2", "m.ts#f").options.workers, 2);
  assertEquals(planned("--retries", "Infinity", "m.ts#f").options.retries, Infinity);
  assertEquals(planned("m.ts#f").inputs, undefined);
});

test("cli usage: of --progress and --no-progress the last one counts", () => {
  assertEquals(planned("m#f", "--progress", "--no-progress").options, { "no-progress": true });
  assertEquals(planned("m#f", "--no-progress", "--progress").options, { progress: true });
});

test("cli usage: a module is a path or a URL", () => {
  const url = (module: string) => planned(`${module}#f`).target.url;
  assertMatch(url("./a b.ts"), /^file:\/\/\/.*\/a%20b\.ts$/);
  assertMatch(url("a#b.ts"), /^file:\/\/\/.*\/a%23b\.ts$/);
  assertEquals(url("https://example.com/a.ts"), "https://example.com/a.ts");
  assertEquals(url("jsr:@scope/name"), "jsr:@scope/name");
});

test("cli usage: what is wrong is named as it was typed, with what was probably meant", () => {
  const wrong: [args: string[], message: string][] = [
    [[], "Which function to run is missing: trilane map MODULE#EXPORT"],
    [
      ["m.ts"],
      "The function must be given as MODULE#EXPORT, such as ./tasks.ts#resize: got 'm.ts'",
    ],
    [
      ["m.ts#"],
      "The function must be given as MODULE#EXPORT, such as ./tasks.ts#resize: got 'm.ts#'",
    ],
    [["#f"], "The function must be given as MODULE#EXPORT, such as ./tasks.ts#resize: got '#f'"],
    [["http://#f"], "The module must be a path or a URL: got 'http://'"],
    [["m#f", "--retry", "3"], "Unknown option: '--retry'. Did you mean '--retries'?"],
    [["m#f", "--workres=3"], "Unknown option: '--workres=3'. Did you mean '--workers'?"],
    [["m#f", "-5"], "Unknown option: '-5'. Put '--' before inputs that begin with '-'"],
    [
      ["m#f", "--constructor"],
      "Unknown option: '--constructor'. Put '--' before inputs that begin with '-'",
    ],
    [["m#f", "-w0"], "-w must be > 0: got 0"],
    [["m#f", "--workers", "1.5"], "--workers must be a whole number: got 1.5"],
    [["m#f", "--workers=many"], "--workers must be a number: got 'many'"],
    [["m#f", "--workers="], "--workers must be a number: got ''"],
    [["m#f", "--retries", "-1"], "--retries must be >= 0: got -1"],
    [["m#f", "--retry-delay", "-1"], "--retry-delay must be >= 0: got -1"],
    [["m#f", "--backoff", "0"], "--backoff must be > 0: got 0"],
    [["m#f", "--jitter", "2"], "--jitter must be from 0 to 1: got 2"],
    [["m#f", "--timeout", "0"], "--timeout must be > 0: got 0"],
    [["m#f", "--run-timeout", "5s"], "--run-timeout must be a number: got '5s'"],
    [["m#f", "--rate", "0"], "--rate must be > 0: got 0"],
    [["m#f", "--burst", "0"], "--burst must be > 0: got 0"],
    [["m#f", "--input="], "--input must name a file: got ''"],
    [["m#f", "--input"], "--input needs a value: FILE"],
    [["m#f", "--joblog", "--json"], "--joblog needs a value: FILE"],
    [["m#f", "--json=yes"], "--json takes no value: got 'yes'"],
    [
      ["m#f", "--lane", "thred"],
      "--lane must be 'async' or 'thread' or 'process': got 'thred'. Did you mean 'thread'?",
    ],
    [
      ["m#f", "--output=xml"],
      "--output must be 'jsonl' or 'values' or 'none': got 'xml'",
    ],
    [
      ["m#f", "a", "b", "--input", "file"],
      "Inputs come either from arguments or from --input: got 'a' and 'file'",
    ],
  ];
  for (const [args, message] of wrong) assertEquals(refused(...args), `UsageError: ${message}`);
});

test("cli usage: what is wrong is told on standard error, with status 2", async () => {
  const wrong: [args: string[], message: string][] = [
    [[], "A command is missing: trilane map MODULE#EXPORT"],
    [["mpa"], "Unknown command: 'mpa'. Did you mean 'map'?"],
    [["map", "m#f", "-w0"], "-w must be > 0: got 0"],
  ];
  for (const [args, message] of wrong) {
    const { status, stdout, stderr } = await cli(args);
    assertEquals([status, stdout, stderr], [2, "", `${message}\nTry --help\n`]);
  }
});

test("cli usage: files that can't be opened are told before anything runs", () =>
  withFolder(async (folder) => {
    const wrong: [args: string[], message: RegExp][] = [
      [["--input", `${folder}/missing`], /^--input must be readable: got '.*missing': .*\nTry/],
      [["--input", folder], /^--input must be readable: got '.*': it is a directory\nTry/],
      [["--joblog", `${folder}/no/log`], /^--joblog must be writable: got '.*log': .*\nTry/],
      [["--trace", folder], /^--trace must be writable: got '.*': .*\nTry/],
      [["--report", folder], /^--report must be writable: got '.*': .*\nTry/],
      [["--checkpoint", folder], /^--checkpoint must be writable: got '.*': .*\nTry/],
    ];
    for (const [args, message] of wrong) {
      const { status, stdout, stderr } = await cli(["map", "tasks.ts#upper", ...args]);
      assertEquals([status, stdout], [2, ""]);
      assertMatch(stderr, message);
    }
  }));

for (const lane of lanes) {
  test(`cli usage, ${lane}: a module or a function that isn't there is told, with those that are`, async () => {
    const functions = "It exports the functions 'add', 'attempt', 'default', 'defined', ";
    const wrong: [target: string, ...parts: string[]][] = [
      ["missing.ts#upper", "Cannot load module 'missing.ts': ", "missing.ts"],
      ["tasks.ts#uper", "Module 'tasks.ts' exports no 'uper'. Did you mean 'upper'? " + functions],
      ["tasks.ts#xyz", "Module 'tasks.ts' exports no 'xyz'. " + functions],
      [
        "tasks.ts#version",
        "Module 'tasks.ts' exports 'version', which is not a function: its type is number. ",
        functions,
      ],
      ["no-such-folder/a.ts#a", "Cannot load module 'no-such-folder/a.ts': "],
    ];
    for (const [target, ...parts] of wrong) {
      const { status, stdout, stderr } = await cli(["map", target, "a", "--lane", lane]);
      assertEquals([status, stdout], [2, ""], stderr);
      for (const part of parts) assertStringIncludes(stderr, part);
    }
  });
}

test("cli usage: --help lists every option, --version says which it is", async () => {
  for (const args of [["--help"], ["-h"], ["map", "--help"], ["map", "-h", "m#f"]]) {
    const { status, stdout, stderr } = await cli(args);
    assertEquals([status, stderr], [0, ""]);
    assertStringIncludes(stdout, "Usage: trilane map MODULE#EXPORT [INPUT…] [OPTION…]");
    for (const option of ["-w, --workers N", "--retry-delay MS", "--joblog FILE", "-h, --help"]) {
      assertStringIncludes(stdout, option);
    }
    for (const line of stdout.split("\n")) assert(unicodeWidth(line) <= 100, line);
  }
  const { status, stdout } = await cli(["--version"]);
  assertEquals([status, stdout], [0, `${deno.version}\n`]);
});

test("cli usage: main() can be called by a program", async () => {
  const { href } = new URL("tasks.ts", import.meta.url);
  const quiet = ["--output=none", "--no-progress", "--lane=async"];
  assertEquals(await main(["map", `${href}#upper`, "a", ...quiet]), 0);
  assertEquals(await main(["map"]), 2);
});
