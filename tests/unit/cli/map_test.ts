import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runtime, test } from "../../harness.ts";
import { Cli, cli, jsonLines, lanes, values, withFolder } from "./support.ts";

for (const lane of lanes) {
  test(`cli, ${lane}: prints an object for each argument, in the order of the input`, async () => {
    const ended = await cli(["map", "tasks.ts#even", "2", "3", "4", "--lane", lane, "-w2"]);
    const lines = jsonLines(ended);
    assertEquals(lines.map(({ input, status, attempts }) => [input, status, attempts]), [
      ["2", "succeeded", 1],
      ["3", "failed", 1],
      ["4", "succeeded", 1],
    ]);
    assertEquals(lines.map(({ value }) => value), [2, undefined, 4]);
    assertEquals([lines[1].error?.name, lines[1].error?.message], ["RangeError", "3 is odd"]);
    for (const { duration } of lines) assert(duration >= 0, `${duration}`);
    assertMatch(ended.stderr, /^3 inputs: 2 succeeded, 1 failed in \d+\.\d\d s\n$/);
    assertEquals(ended.status, 1);
  });

  test(`cli, ${lane}: results alone go to standard output`, async () => {
    const { stdout, stderr, status } = await cli(
      ["map", "tasks.ts#prints", "a", "--lane", lane, "--output", "values"],
    );
    assertEquals(stdout, "a\n");
    assertStringIncludes(stderr, "logged a\n");
    assertStringIncludes(stderr, "written a\n");
    assertEquals(status, 0);
  });

  test(`cli, ${lane}: a module may be a URL, and the export the default or a defined task`, async () => {
    const url = new URL("tasks.ts", import.meta.url).href;
    assertEquals(await values(["map", `${url}#default`, "a", "--lane", lane]), ["default a"]);
    assertEquals(await values(["map", "./tasks.ts#defined", "a", "--lane", lane]), ["defined a"]);
  });

  test(`cli, ${lane}: retries, and says how many attempts it took`, async () => {
    const ended = await cli(
      ["map", "tasks.ts#attempt", "3", "9", "--retries", "2", "--lane", lane, "--retry-delay=1"],
    );
    assertEquals(jsonLines(ended).map(({ status, attempts }) => [status, attempts]), [
      ["succeeded", 3],
      ["failed", 3],
    ]);
    assertMatch(ended.stderr, /^2 inputs: 1 succeeded, 1 failed, 4 retried in /);
  });

  test(`cli, ${lane}: an attempt that takes too long fails`, async () => {
    const ended = await cli(
      ["map", "tasks.ts#stay", "no such file", "--timeout", "300", "--lane", lane],
    );
    const [line] = jsonLines(ended);
    assertEquals([line.status, line.error?.name], ["failed", "TimeoutError"]);
    assertEquals(ended.status, 1);
  });

  test(`cli, ${lane}: a run that takes too long is ended`, async () => {
    const ended = await cli(
      ["map", "tasks.ts#stay", "no", "such", "file", "--run-timeout=300", "-w1", "--lane", lane],
    );
    assertEquals(jsonLines(ended).map(({ status, error }) => [status, error]), [
      ...Array(3).fill([
        "cancelled",
        { name: "TimeoutError", message: "The run took longer than 300 ms" },
      ]),
    ]);
    assertMatch(ended.stderr, /3 inputs: 0 succeeded, 0 failed, 3 cancelled in /);
    assertEquals(ended.status, 1);
  });

  test(`cli, ${lane}: with --fail-first the first failure ends the run`, async () => {
    // More than are held at once, so that not all are read.
    const stdin = "1\n".repeat(500_000);
    const ended = await cli(["map", "tasks.ts#even", "--fail-first", "-w1", "--lane", lane], {
      stdin,
    });
    const lines = jsonLines(ended);
    assertEquals(lines.map(({ error }) => error?.message), [
      "1 is odd",
      ...Array(lines.length - 1).fill("Cancelled because an input failed"),
    ]);
    assert(lines.length < 500_000, `${lines.length}`);
    assertEquals(ended.status, 1);
  });
}

test("cli: an input that was read counts, though the run ended before its turn", async () => {
  const args = ["map", "tasks.ts#even", "--fail-first", "-w1", "--lane=async"];
  const inputs = ["1", "2", "{", "4"];
  const told = async (options: string[], stdin?: string) => {
    const ended = await cli([...args, ...options], { stdin });
    assertEquals(ended.status, 1);
    const { length } = jsonLines(ended);
    return { length, summary: /^.*(?= in )/.exec(ended.stderr)?.[0] };
  };
  const summary = "4 inputs: 0 succeeded, 1 failed, 3 cancelled";
  assertEquals(await told(inputs), { length: 4, summary });
  assertEquals(await told([], `${inputs.join("\n")}\n`), { length: 4, summary });
  // What isn't JSON fails whenever it is told of.
  assertEquals(await told(["--json", ...inputs]), {
    length: 4,
    summary: "4 inputs: 0 succeeded, 2 failed, 2 cancelled",
  });
});

test("cli: what isn't JSON fails in its turn: with --fail-first what comes before it is run on all lanes", async () => {
  for (const lane of ["async", "thread", "process"]) {
    const args = ["--json", "--fail-first", "-w1", "--lane", lane, "2", "4", "{", "6"];
    const lines = jsonLines(await cli(["map", "tasks.ts#even", ...args]));
    // The last one may have been under way.
    const before = lines.slice(0, 3).map(({ input, status }) => `${input} ${status}`);
    assertEquals(before, ["2 succeeded", "4 succeeded", "{ failed"]);
  }
  // Each gives the next one its turn.
  const stdin = "{\n".repeat(20_000);
  const args = ["map", "tasks.ts#even", "--json", "--lane=async", "--output=none"];
  const { stderr } = await cli(args, { stdin });
  assertMatch(stderr.slice(-100), /\n20,000 inputs: 0 succeeded, 20,000 failed in /);
});

test("cli: inputs are the lines of standard input, empty ones too", async () => {
  const stdin = Uint8Array.of(...new TextEncoder().encode("a\r\n\nb\xff"), 0xff);
  assertEquals(await values(["map", "tasks.ts#upper"], { stdin }), ["A", "", "BŸ\ufffd"]);
  assertEquals(await values(["map", "tasks.ts#upper", "--input=-"], { stdin: "a" }), ["A"]);
  const { status, stdout, stderr } = await cli(["map", "tasks.ts#upper"]);
  assertEquals([status, stdout], [0, ""]);
  assertMatch(stderr, /^0 inputs: 0 succeeded, 0 failed in /);
});

test("cli: inputs are the lines of a file", () =>
  withFolder(async (folder) => {
    const file = join(folder, "inputs");
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${"x".repeat(i % 90)}`);
    writeFileSync(file, lines.join("\n"));
    assertEquals(
      await values(["map", "tasks.ts#upper", "--input", file, "--lane=async"]),
      lines.map((line) => line.toUpperCase()),
    );
  }));

test("cli: what follows -- is no option, and of an option given twice the last counts", async () => {
  const args = ["map", "--output=none", "--output", "values", "tasks.ts#upper", "--", "-a", "--b"];
  const { stdout, status } = await cli(args);
  assertEquals([stdout, status], ["-A\n--B\n", 0]);
});

test("cli: with --json an array is a list of arguments, and what isn't JSON fails in its turn", async () => {
  const stdin = '[1,2]\n"three"\n{"four":[4]}\noops\n[]\nnull\n';
  for (const order of [[], ["--unordered"]]) {
    const ended = await cli(["map", "tasks.ts#seen", "--json", ...order], { stdin });
    const lines = jsonLines(ended);
    if (order.length > 0) lines.sort((a, b) => stdin.indexOf(text(a)) - stdin.indexOf(text(b)));
    assertEquals(lines.map(({ input, value }) => [input, value]), [
      [[1, 2], [1, 2]],
      ["three", ["three"]],
      [{ four: [4] }, [{ four: [4] }]],
      ["oops", undefined],
      [[], []],
      [null, [null]],
    ]);
    const { status, attempts, error } = lines[3];
    assertEquals([status, attempts, error?.name], ["failed", 0, "SyntaxError"]);
    assertMatch(error!.message, /^The input is not JSON: /);
    assertMatch(ended.stderr, /^6 inputs: 5 succeeded, 1 failed in /);
    assertEquals(ended.status, 1);
  }
  function text({ input, status }: { input: unknown; status: string }): string {
    return status === "failed" ? "oops" : JSON.stringify(input);
  }
});

test("cli: a value that JSON can't hold fails its line alone", async () => {
  const ended = await cli(["map", "tasks.ts#unencodable", "a", "bigint", "b"]);
  const lines = jsonLines(ended);
  assertEquals(lines.map(({ status, value }) => [status, value]), [
    ["succeeded", "a"],
    ["failed", undefined],
    ["succeeded", "b"],
  ]);
  assertMatch(lines[1].error!.message, /^The value cannot be written as JSON: .*BigInt/);
  assertMatch(ended.stderr, /^3 inputs: 2 succeeded, 1 failed in /);
  assertEquals(ended.status, 1);
});

test("cli: a function that returns nothing gives null", async () => {
  assertEquals(jsonLines(await cli(["map", "tasks.ts#nothing", "a"]))[0].value, null);
});

test("cli: with --output values failures are told on standard error, the first ten of them", async () => {
  const inputs = Array.from({ length: 30 }, (_, i) => `${i}`);
  const { stdout, stderr, status } = await cli(
    ["map", "tasks.ts#even", ...inputs, "--output", "values"],
  );
  assertEquals(stdout, inputs.filter((text) => Number(text) % 2 === 0).join("\n") + "\n");
  const lines = stderr.split("\n");
  assertEquals(
    lines.slice(0, 10),
    inputs.filter((text) => Number(text) % 2 === 1).slice(0, 10)
      .map((text) => `"${text}" failed: ${text} is odd`),
  );
  assertEquals(lines[10], "Further failures are only counted");
  assertMatch(lines[11], /^30 inputs: 15 succeeded, 15 failed in /);
  assertEquals(status, 1);
});

test("cli: with --output none nothing is printed but the summary", async () => {
  const { stdout, stderr, status } = await cli(["map", "tasks.ts#upper", "a", "--output=none"]);
  assertEquals([stdout, status], ["", 0]);
  assertMatch(stderr, /^1 input: 1 succeeded, 0 failed in /);
});

test("cli: results come in the order of the input", () =>
  withFolder(async (folder) => {
    const file = join(folder, "gate");
    const inputs = [JSON.stringify(["wait", file]), JSON.stringify(["open", file])];
    assertEquals(await values(["map", "tasks.ts#gate", ...inputs, "--json", "-w2"]), [
      "wait",
      "open",
    ]);
  }));

test("cli: with --unordered results come as they are there", () =>
  withFolder(async (folder) => {
    const file = join(folder, "gate");
    const inputs = [
      JSON.stringify(["wait", file]),
      JSON.stringify(["open", join(folder, "other")]),
    ];
    const run = new Cli(["map", "tasks.ts#gate", ...inputs, "--json", "-w2", "--unordered"]);
    await run.until("stdout", "\n");
    writeFileSync(file, "");
    assertEquals(jsonLines(await run.ended).map(({ input, value }) => [input, value]), [
      [["open", join(folder, "other")], "open"],
      [["wait", file], "wait"],
    ]);
  }));

test("cli: --rate and --burst limit the starts", async () => {
  const inputs = Array.from({ length: 6 }, (_, i) => `${i}`);
  const start = performance.now();
  await values(["map", "tasks.ts#upper", ...inputs, "--rate", "10", "--burst=2", "--lane=async"]);
  assert(performance.now() - start >= 390, "four had to wait for a tenth of a second each");
});

test("cli: --joblog appends a line for each task as it ends", () =>
  withFolder(async (folder) => {
    const log = join(folder, "log");
    const args = ["map", "tasks.ts#even", "--joblog", log, "--output=none", "-w1"];
    await cli([...args, "2", "3", "--retries=1"]);
    await cli([...args, "--json", "4", "oops"]);
    const lines = readFileSync(log, "utf8").split("\n").slice(0, -1).map((line) =>
      JSON.parse(line)
    );
    assertEquals(
      lines.map(({ input, status, attempts }) => [input, status, attempts]).sort(),
      [
        ["2", "succeeded", 1],
        ["3", "failed", 2],
        [4, "succeeded", 1],
        ["oops", "failed", 0],
      ].sort(),
    );
    for (const { finished, duration } of lines) {
      assertEquals(new Date(finished).toISOString(), finished);
      assert(duration >= 0);
    }
    const failed = lines.find(({ input }) => input === "3");
    assertEquals([failed.message, failed.workerId], ["3 is odd", 1]);
  }));

for (const lane of lanes) {
  test(`cli, ${lane}: --checkpoint skips what succeeded before, and prints its value`, () =>
    withFolder(async (folder) => {
      const file = join(folder, "checkpoint");
      const args = ["--checkpoint", file, "--lane", lane];
      await cli(["map", "tasks.ts#even", "2", "3", ...args]);
      const ended = await cli(["map", "./tasks.ts#even", "4", "3", "2", "2", ...args]);
      assertEquals(
        jsonLines(ended).map(({ status, attempts, value }) => [status, attempts, value]),
        [
          ["succeeded", 1, 4],
          ["failed", 1, undefined],
          ["succeeded", 0, 2],
          ["succeeded", 0, 2],
        ],
      );
      assertMatch(ended.stderr, /^4 inputs: 3 succeeded \(2 earlier\), 1 failed in /);
      // Another function knows nothing of it.
      assertEquals(jsonLines(await cli(["map", "tasks.ts#upper", "2", ...args]))[0].attempts, 1);
    }));
}

test("cli: --checkpoint keeps what had succeeded before an interrupt", () =>
  withFolder(async (folder) => {
    const args = ["map", "tasks.ts#stay", "tasks.ts", "gone", "--checkpoint", join(folder, "c")];
    const run = new Cli(args);
    await run.until("stdout", "succeeded");
    await run.until("stderr", "stays gone");
    run.kill("SIGINT");
    assertEquals((await run.ended).status, 130);
    const again = await cli([...args, "--run-timeout=1500"]);
    assertEquals(jsonLines(again).map(({ status, attempts }) => [status, attempts]), [
      ["succeeded", 0],
      ["cancelled", 1],
    ]);
  }));

test("cli: --trace and --report tell of all tasks", () =>
  withFolder(async (folder) => {
    const [trace, report] = [join(folder, "trace.json"), join(folder, "report.html")];
    const args = ["map", "tasks.ts#even", "2", "3", "4", "--trace", trace, "--report", report];
    assertEquals((await cli(args)).status, 1);
    const { traceEvents } = JSON.parse(readFileSync(trace, "utf8"));
    const attempts = traceEvents.filter((event: { ph: string; cat?: string }) => event.ph === "X");
    assertEquals(attempts.length, 3);
    const html = readFileSync(report, "utf8");
    assertMatch(html, /^<!doctype html>/i);
    assertStringIncludes(html, "3 is odd");
    // Of a run that was ended early, too.
    await cli([...args, "--fail-first", "-w1"]);
    assertStringIncludes(readFileSync(report, "utf8"), "Cancelled because an input failed");
  }));

test("cli: --progress shows how far it is, where there is no terminal too", async () => {
  const run = new Cli(["map", "tasks.ts#upper", "--progress", "--lane=async"], { stdin: "open" });
  run.child.stdin!.write("a\nb\n");
  await run.until("stderr", "/s");
  assertMatch(run.stderr, /^2, [\d.]+\/s, 0:0\d\n$/);
  run.child.stdin!.end();
  assertEquals((await run.ended).status, 0);
});

test("cli: --progress tells a log of a short run too, at its end", async () => {
  const { stderr } = await cli(["map", "tasks.ts#upper", "a", "b", "--progress", "--lane=async"]);
  assertMatch(stderr, /^100%, 2\/2, [\d.,]+\/s, ETA 0:00\n2 inputs: /);
});

if (runtime === "deno") {
  test("cli: asks for no more permissions than a lane needs", async () => {
    const lanes: [lane: string, permissions: string[]][] = [
      ["async", ["--allow-read"]],
      ["thread", ["--allow-read"]],
      ["process", ["--allow-read", "--allow-run"]],
    ];
    for (const [lane, permissions] of lanes) {
      const args = ["map", "tasks.ts#upper", "a", "--lane", lane];
      assertEquals(await values(args, { permissions }), ["A"], lane);
    }
  });
}
