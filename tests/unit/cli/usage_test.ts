import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { unicodeWidth } from "@std/cli";
import deno from "../../../deno.json" with { type: "json" };
import { COMMANDS, planExec, planMap } from "../../../src/cli/commands.ts";
import type { Host } from "../../../src/cli/host.ts";
import { main } from "../../../src/cli/main.ts";
import { readTarget } from "../../../src/cli/map/plan.ts";
import { readCommandLine } from "../../../src/cli/options/read.ts";
import { test } from "../../harness.ts";
import { cli, lanes, withFolder } from "./support.ts";

/** A process without a terminal. */
const host: Host = {
  terminals: { stdin: false, stdout: false, stderr: false },
  columns: undefined,
  onSignal: () => () => {},
};

function planned(...args: string[]) {
  return planMap(readCommandLine(args, COMMANDS.map), host);
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
  const { options, origin, work } = planned(
    ...["-w4", "--retries=3", "m.ts#f", "--backoff", "1.5", "one", "--json", "--retries", "5"],
    ...["--lane", "process", "--", "--two"],
  );
  assertEquals(options, { workers: 4, retries: 5, backoff: 1.5, json: true, lane: "process" });
  assertEquals(origin, { records: ["one", "--two"] });
  assertEquals(work.title, "trilane map m.ts#f");
  assertEquals(planned("-j3", "m.ts").options.workers, 3);
  assertEquals(planned("-0w3", "m.ts").options, { null: true, workers: 3 });
  assertEquals(planned("-w", "2", "m.ts#f").options.workers, 2);
  assertEquals(planned("--retries", "Infinity", "m.ts#f").options.retries, Infinity);
  assertEquals(planned("m.ts#f").origin, {});
});

test("cli usage: of --progress and --no-progress the last one counts", () => {
  assertEquals(planned("m#f", "--progress", "--no-progress").options, { "no-progress": true });
  assertEquals(planned("m#f", "--no-progress", "--progress").options, { progress: true });
});

test("cli usage: --dashboard takes a port if one follows", () => {
  const ports: [args: string[], port: number, inputs: string[]][] = [
    [["--dashboard"], 0, []],
    [["--dashboard", "8080", "a"], 8080, ["a"]],
    [["--dashboard=8080", "1"], 8080, ["1"]],
    [["--dashboard", "a", "1"], 0, ["a", "1"]],
    [["--dashboard", "--", "1"], 0, ["1"]],
    [["--dashboard", "--json", "1"], 0, ["1"]],
  ];
  for (const [args, port, inputs] of ports) {
    const { options, origin } = planned("m#f", ...args);
    assertEquals([options.dashboard, origin.records ?? []], [port, inputs], args.join(" "));
  }
});

test("cli usage: options are kept as they were typed", () => {
  const { typed } = planned("m#f", "--halt", "now,fail=5%", "--timeout=1.5s", "-w2", "--json");
  assertEquals(typed, { halt: "now,fail=5%", timeout: "1.5s", workers: "2", json: "yes" });
});

test("cli usage: a module is a path or a URL", () => {
  const url = (module: string) => readTarget(`${module}#f`).url;
  assertMatch(url("./a b.ts"), /^file:\/\/\/.*\/a%20b\.ts$/);
  assertMatch(url("a#b.ts"), /^file:\/\/\/.*\/a%23b\.ts$/);
  assertEquals(url("https://example.com/a.ts"), "https://example.com/a.ts");
  assertEquals(url("jsr:@scope/name"), "jsr:@scope/name");
});

test("cli usage: what is wrong is named as it was typed, with what was probably meant", () => {
  const wrong: [args: string[], message: string][] = [
    [[], "The function to run is missing: trilane map MODULE#EXPORT"],
    [
      ["m.ts#"],
      "The function must be given as MODULE#EXPORT, such as ./tasks.ts#resize: got 'm.ts#'",
    ],
    [["#f"], "The function must be given as MODULE#EXPORT, such as ./tasks.ts#resize: got '#f'"],
    [["http://#f"], "The module must be a path or a URL: got 'http://'"],
    [["m#f", "--retry", "3"], "Unknown option: '--retry'. Did you mean '--retries'?"],
    [["m#f", "--jobs", "3"], "Unknown option: '--jobs'. Did you mean '--workers'?"],
    [
      ["m#f", "--interval", "3"],
      "Unknown option: '--interval'. Put '--' before inputs that begin with '-'",
    ],
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
    [
      ["m#f", "--run-timeout", "5x"],
      "--run-timeout must be a time such as 1500, 1.5s or 2m: got '5x'",
    ],
    [["m#f", "--timeout", "-1s"], "--timeout must be a time such as 1500, 1.5s or 2m: got '-1s'"],
    [["m#f", "--timeout", "0s"], "--timeout must be > 0: got 0"],
    [["m#f", "--timeout="], "--timeout must be a time such as 1500, 1.5s or 2m: got ''"],
    [["m#f", "--memfree", "5x"], "--memfree must be a size such as 500M or 1.5G: got '5x'"],
    [["m#f", "--batch", "0"], "--batch must be > 0: got 0"],
    [["m#f", "--key="], "--key must not be empty: got ''"],
    [["m#f", "--key", "host"], "--key needs --key-workers or --key-rate"],
    [["m#f", "--key-workers", "2"], "--key-workers and --key-rate need --key"],
    [["m#f", "--json", "--csv"], "--json and --csv exclude each other"],
    [["m#f", "--tsv", "-0"], "--tsv and --null exclude each other"],
    [["m#f", "--halt", "fail=1", "--fail-first"], "--fail-first and --halt exclude each other"],
    ...["fail", "fail=0", "now,", "done=1", "fail=101%", "success=5%", "fail=1.5", "NOW,fail=1"]
      .map((
        text,
      ): [string[], string] => [
        ["m#f", "--halt", text],
        `--halt must be fail=N, fail=P% or success=N, maybe after 'now,': got '${text}'`,
      ]),
    ...["65536", "-1", "x", "8080.5", ""].map((text): [string[], string] => [
      ["m#f", `--dashboard=${text}`],
      `--dashboard must be a port from 0 to 65535: got '${text}'`,
    ]),
    [["m#f", "--results="], "--results must name a folder: got ''"],
    [["m#f", "--permissions", "none"], "--permissions needs --lane process"],
    [["m#f", "--memory-limit", "1G"], "--memory-limit needs --lane process"],
    [
      ["m#f", "--lane=process", "--permissions=all"],
      "--permissions must be 'none' or 'inherit': got 'all'",
    ],
    [["m#f", "--shell"], "Unknown option: '--shell'. It is one of other commands"],
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
    [["--json", "map"], "Unknown option: '--json'. It comes after a command"],
    [["constructor"], "Unknown command: 'constructor'"],
    [["exec"], "The command to run is missing: trilane exec COMMAND ::: INPUT"],
    [["exec", ":::", "a"], "The command to run is missing: trilane exec COMMAND ::: INPUT"],
    [
      ["exec", "--batch=5", "true"],
      "Unknown option: '--batch=5'. It is one of other commands",
    ],
    [["exec", "true", ":::+", "a"], "':::+' must come after inputs after ':::'"],
    [["completions"], "The shell must be 'bash' or 'zsh' or 'fish': got nothing"],
    [
      ["completions", "bahs"],
      "The shell must be 'bash' or 'zsh' or 'fish': got 'bahs'. Did you mean 'bash'?",
    ],
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
    const functions = "It exports the functions 'add', 'attempt', ";
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
  const helps: [args: string[], parts: string[]][] = [
    [["--help"], ["  trilane map MODULE[#EXPORT] [INPUT…] [OPTION…]", "trilane exec ", "--shell"]],
    [["-h"], ["  trilane map MODULE[#EXPORT] [INPUT…] [OPTION…]"]],
    [["map", "--help"], ["Usage: trilane map MODULE[#EXPORT] [INPUT…] [OPTION…]", "--lane LANE"]],
    [["map", "-h", "m#f"], ["Usage: trilane map MODULE[#EXPORT] [INPUT…] [OPTION…]"]],
    [["exec", "--help"], ["Usage: trilane exec [OPTION…] COMMAND [ARG…] [::: INPUT…]", "{//}"]],
  ];
  for (const [args, parts] of helps) {
    const { status, stdout, stderr } = await cli(args);
    assertEquals([status, stderr], [0, ""]);
    const options = [
      "-w, -j, --workers N",
      "--retry-delay TIME",
      "--joblog FILE",
      "-h,     --help",
    ];
    for (const part of [...parts, ...options]) assertStringIncludes(stdout, part);
    for (const line of stdout.split("\n")) assert(unicodeWidth(line) <= 100, line);
  }
  for (const args of [["--version"], ["map", "--version"]]) {
    const { status, stdout } = await cli(args);
    assertEquals([status, stdout], [0, `${deno.version}\n`]);
  }
});

test("cli usage: what is wrong can do nothing to the terminal", async () => {
  const { status, stderr } = await cli(["map", "a.ts#\x1b[2J\nx", "a", "--lane=\x1b]0;t\x07"]);
  assertEquals(status, 2);
  assertEquals(stderr.includes("\x1b") || stderr.includes("\x07"), false);
  assertEquals(stderr.split("\n").length, 3);
});

test("cli usage: times and sizes have units", () => {
  const times: [text: string, ms: number][] = [
    ["1500", 1_500],
    ["1.5s", 1_500],
    ["250ms", 250],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1D", 86_400_000],
    [".5s", 500],
    ["Infinity", Infinity],
  ];
  for (const [text, ms] of times) {
    assertEquals(planned("m#f", "--retry-delay", text).options["retry-delay"], ms, text);
  }
  const sizes: [text: string, bytes: number][] = [
    ["1000", 1_000],
    ["10k", 10_240],
    ["1.5G", 1.5 * 2 ** 30],
    ["512MiB", 512 * 2 ** 20],
    ["2 GB", 2 * 2 ** 30],
  ];
  for (const [text, bytes] of sizes) {
    assertEquals(planned("m#f", "--memfree", text).options.memfree, bytes, text);
  }
});

test("cli usage: --halt says how many, which share, and whether at once", () => {
  const halts: [text: string, now: boolean, status: string, count: number, share?: number][] = [
    ["fail=3", false, "failed", 3],
    ["soon,fail=3", false, "failed", 3],
    ["now,fail=1", true, "failed", 1],
    ["fail=25%", false, "failed", Infinity, 0.25],
    ["now,success=2", true, "succeeded", 2],
  ];
  for (const [text, now, status, count, share] of halts) {
    assertEquals(planned("m#f", "--halt", text).options.halt as object, {
      now,
      status,
      count,
      share,
    });
  }
});

test("cli usage: after the command of exec all is the command's, up to its inputs", () => {
  const plan = (...args: string[]) => planExec(readCommandLine(args, COMMANDS.exec), host);
  const { options, origin, work } = plan("-j4", "--tag", "ls", "-l", "--json", ":::", "--csv", "b");
  assertEquals(options, { workers: 4, tag: true });
  assertEquals(origin, { records: ["--csv", "b"] });
  assertEquals(work.title, "trilane exec ls -l --json");
  assertEquals(plan("true").origin, {});
  assertEquals(plan("true", ":::").origin, { records: [] });
  assertEquals(plan("true", ":::", "a", "b", ":::+", "1", "2").origin, {
    groups: [[["a", "b"], ["1", "2"]]],
  });
  assertEquals(plan("--", "-x", ":::", "a").work.title, "trilane exec -x");
});

test("cli usage: main() can be called by a program", async () => {
  const { href } = new URL("tasks.ts", import.meta.url);
  const quiet = ["--output=none", "--no-progress", "--lane=async"];
  assertEquals(await main(["map", `${href}#upper`, "a", ...quiet]), 0);
  assertEquals(await main(["map"]), 2);
});
