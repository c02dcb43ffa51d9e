import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runtime, test } from "../../harness.ts";
import { Cli, cli, jsonLines, lanes, values, withFolder } from "./support.ts";

test("cli: without an export the default one is run", async () => {
  assertEquals(await values(["map", "tasks.ts", "a"]), ["default a"]);
});

test("cli: --csv and --tsv give objects by the names in the header", async () => {
  const csv = 'name,"file, path"\r\na,"x ""y"""\r\n"two\nlines",\r\n';
  const objects = [{ name: "a", "file, path": 'x "y"' }, { name: "two\nlines", "file, path": "" }];
  const ended = await cli(["map", "tasks.ts#seen", "--csv"], { stdin: csv });
  assertEquals(jsonLines(ended).map(({ input, value }) => [input, value]), [
    [objects[0], [objects[0]]],
    [objects[1], [objects[1]]],
  ]);
  const tsv = await cli(["map", "tasks.ts#seen", "--tsv"], { stdin: 'a\tb\n1\t"2\n' });
  assertEquals(jsonLines(tsv).map(({ input }) => input), [{ a: "1", b: '"2' }]);
  // As arguments, each is a row.
  const given = await cli(["map", "tasks.ts#seen", "--csv", "a,b", "1,2", "3"]);
  assertEquals(jsonLines(given).map(({ input, status }) => [input, status]), [
    [{ a: "1", b: "2" }, "succeeded"],
    ["3", "failed"],
  ]);
  assertMatch(given.stderr, /^2 inputs: 1 succeeded, 1 failed in /);
});

test("cli: a column may have any name", async () => {
  const ended = await cli(["map", "tasks.ts#seen", "--csv"], {
    stdin: "__proto__,constructor\n1,2\n",
  });
  assertStringIncludes(ended.stdout, '{"input":{"__proto__":"1","constructor":"2"},');
});

test("cli: with -0 inputs end in NUL, and may hold line ends", async () => {
  const ended = await cli(["map", "tasks.ts#upper", "-0"], { stdin: "a\nb\0\0c\r" });
  assertEquals(jsonLines(ended).map(({ value }) => value), ["A\nB", "", "C\r"]);
});

for (const lane of lanes) {
  test(`cli, ${lane}: --batch gives the function arrays, and each input its result`, async () => {
    const args = ["map", "tasks.ts#lengths", "--batch=3", "--lane", lane];
    const ended = await cli([...args, "a", "bb", "ccc", "dddd", ""]);
    assertEquals(jsonLines(ended).map(({ input, value }) => [input, value]), [
      ["a", "1 of 3"],
      ["bb", "2 of 3"],
      ["ccc", "3 of 3"],
      ["dddd", "4 of 2"],
      ["", "0 of 2"],
    ]);
    assertMatch(ended.stderr, /^5 inputs: 5 succeeded, 0 failed in /);
  });
}

test("cli: a batch fails as a whole, and so does one with too few results", async () => {
  const args = ["map", "tasks.ts#lengths", "--batch=2", "--lane=async"];
  const ended = await cli([...args, "a", "fail", "b", "short", "c", "nothing", "d"]);
  assertEquals(jsonLines(ended).map(({ status, error }) => [status, error?.message]), [
    ["failed", "fail"],
    ["failed", "fail"],
    ["failed", "The function must return 2 results for as many inputs, or undefined: got 1"],
    ["failed", "The function must return 2 results for as many inputs, or undefined: got 1"],
    ["succeeded", undefined],
    ["succeeded", undefined],
    ["succeeded", undefined],
  ]);
  assertEquals(jsonLines(ended)[4].value, null);
});

test("cli: --batch takes JSON as it is, and leaves out what can't be read", async () => {
  const ended = await cli(["map", "tasks.ts#seen", "--json", "--batch=2"], {
    stdin: '[1,2]\noops\n{"a":3}\n',
  });
  assertEquals(jsonLines(ended).map(({ input, status }) => [input, status]), [
    [[1, 2], "failed"],
    ["oops", "failed"],
    [{ a: 3 }, "failed"],
  ]);
  // `seen` returns its arguments: one, the array.
  assertMatch(jsonLines(ended)[0].error!.message, /2 results for as many inputs.*got 1$/);
});

test("cli: --batch and --checkpoint go together: only inputs that are new are run", () =>
  withFolder(async (folder) => {
    const args = ["map", "tasks.ts#lengths", "--batch=2", "--checkpoint", join(folder, "c")];
    await cli([...args, "a", "bb", "ccc"]);
    const ended = await cli([...args, "x", "bb", "yy", "a", "ccc", "z"]);
    assertEquals(jsonLines(ended).map(({ value, attempts }) => [value, attempts]), [
      ["1 of 2", 1],
      ["2 of 2", 0],
      ["2 of 2", 1],
      ["1 of 2", 0],
      ["3 of 1", 0],
      ["1 of 1", 1],
    ]);
  }));

test("cli: a batch is not waited for when what is told waits for it", () =>
  withFolder(async (folder) => {
    // The first is new and the others are known: more than are ever in flight.
    const known = Array.from({ length: 30_000 }, (_, n) => `${n}`);
    const args = ["map", "tasks.ts#lengths", "--lane=async", "--checkpoint", join(folder, "c")];
    const options = ["--batch=1000", "--output=none", "-w1"];
    await cli([...args, ...options], { stdin: `${known.join("\n")}\n` });
    const ended = await cli([...args, ...options], { stdin: `new\n${known.join("\n")}\n` });
    assertMatch(ended.stderr, /^30,001 inputs: 30,001 succeeded \(30,000 earlier\), 0 failed/);
  }));

for (const lane of lanes) {
  test(`cli, ${lane}: --halt stops the starting after so many failures, and lets end what runs`, async () => {
    const inputs = ["2", "1", "4", "3", "6", "5", "8"];
    const ended = await cli([
      "map",
      "tasks.ts#even",
      ...inputs,
      "-w1",
      "--halt=fail=2",
      "--lane",
      lane,
    ]);
    assertEquals(jsonLines(ended).map(({ status }) => status), [
      ...["succeeded", "failed", "succeeded", "failed"],
      ...Array(3).fill("cancelled"),
    ]);
    assertEquals(jsonLines(ended)[4].error?.message, "Cancelled because 2 inputs failed");
    assertEquals(ended.status, 1);
  });

  test(`cli, ${lane}: --halt success=1 ends well once one has succeeded`, async () => {
    const ended = await cli(
      [
        "map",
        "tasks.ts#even",
        "1",
        "3",
        "2",
        "5",
        "4",
        "-w1",
        "--halt=now,success=1",
        "--lane",
        lane,
      ],
    );
    assertEquals(jsonLines(ended).map(({ status }) => status), [
      ...["failed", "failed", "succeeded", "cancelled", "cancelled"],
    ]);
    assertEquals(ended.status, 0);
  });

  test(`cli, ${lane}: --halt with now cancels what runs, and without waits for it`, () =>
    withFolder(async (folder) => {
      for (const now of [true, false]) {
        const gate = join(folder, `gate ${now}`);
        const halt = now ? "now,fail=1" : "fail=1";
        const args = [
          "map",
          "tasks.ts#gateOrFail",
          "--json",
          "-w2",
          "--lane",
          lane,
          "--halt",
          halt,
        ];
        const run = new Cli([...args, JSON.stringify(["wait", gate]), '["fail"]', '["never"]']);
        if (!now) {
          await run.until("stderr", "Waiting for 1 running task\n");
          writeFileSync(gate, "");
        }
        const ended = await run.ended;
        assertEquals(jsonLines(ended).map(({ status }) => status), [
          now ? "cancelled" : "succeeded",
          "failed",
          "cancelled",
        ]);
        assertEquals(ended.status, 1);
      }
    }));
}

test("cli: --halt may be given a share of the inputs", async () => {
  const inputs = ["1", "3", "2", "5", "4", "6", "8", "10", "12", "14"];
  const args = ["map", "tasks.ts#even", "-w1", "--lane=async", "--halt=fail=30%"];
  const given = await cli([...args, ...inputs]);
  assertMatch(given.stderr, /10 inputs: 1 succeeded, 3 failed, 6 cancelled/);
  // Of a pipe nobody knows how many come: there it is the share of those that have ended.
  const piped = await cli(args, { stdin: "2\n1\n4\n3\n" });
  assertMatch(piped.stderr, /4 inputs: 2 succeeded, 1 failed, 1 cancelled/);
});

test("cli: --tag has the input before each line", async () => {
  const args = ["map", "tasks.ts#same", "--tag", "--lane=async"];
  const ended = await cli([...args, "a", "b\nc\n\nd", "\x1b[m"]);
  assertEquals(
    ended.stdout,
    "a\ta\nb\\nc\\n\\nd\tb\nb\\nc\\n\\nd\tc\nb\\nc\\n\\nd\t\nb\\nc\\n\\nd\td\n\\x1b[m\t\\x1b[m\n",
  );
});

test("cli: --results has a folder for each input, with its value or its error", () =>
  withFolder(async (folder) => {
    const results = join(folder, "results");
    await cli(["map", "tasks.ts#even", "2", "3", "--results", results, "--output=none"]);
    assertEquals(readdirSync(results).sort(), ["2", "3"]);
    assertEquals(readFileSync(join(results, "2/value.json"), "utf8"), "2\n");
    assertEquals(
      JSON.parse(readFileSync(join(results, "3/error.json"), "utf8")).message,
      "3 is odd",
    );
  }));

test("cli: --dry-run prints the calls, and makes none", () =>
  withFolder(async (folder) => {
    const file = join(folder, "checkpoint");
    const args = ["map", "tasks.ts#even", "--checkpoint", file, "--lane=async"];
    const json = await cli([...args, "--dry-run", "--json", '[1,"a\\u001b"]', "oops"]);
    assertEquals([json.stdout, json.status], ['tasks.ts#even(1, "a\\u001b")\n', 1]);
    assertMatch(json.stderr, /^"oops" failed: The input is not JSON/);
    assert(!existsSync(file));
    await cli([...args, "2", "3"]);
    const again = await cli([...args, "--dry-run", "2", "3"]);
    assertEquals([again.stdout, again.status], ['tasks.ts#even("3")\n', 0]);
    const batch = await cli(["map", "tasks.ts#even", "--dry-run", "--batch=2", "1", "2", "3"]);
    assertEquals(batch.stdout, 'tasks.ts#even(["1","2"])\ntasks.ts#even(["3"])\n');
  }));

test("cli: while the machine is too busy nothing starts", async () => {
  const never = ["map", "tasks.ts#upper", "a", "--run-timeout=1s"];
  for (const limit of ["--load=0.0001", "--memfree=1000T"]) {
    const ended = await cli([...never, limit]);
    assertEquals(jsonLines(ended).map(({ status, attempts }) => [status, attempts]), [
      ["cancelled", 0],
    ], limit);
  }
  assertEquals(await values(["map", "tasks.ts#upper", "a", "--load=100000", "--memfree=1M"]), [
    "A",
  ]);
});

test("cli: times may have units", async () => {
  const ended = await cli(["map", "tasks.ts#stay", "no such file", "--timeout", "1.2s"]);
  assertEquals(jsonLines(ended)[0].error?.name, "TimeoutError");
});

test("cli: a job log that can't be written ends the run", async () => {
  if (!existsSync("/dev/full")) return;
  const ended = await cli(["map", "tasks.ts#stay", "tasks.ts", "no", "such", "--joblog=/dev/full"]);
  assertEquals(ended.status, 1);
  assertMatch(ended.stderr, /no space left/i);
});

test("cli: the report and the trace name tasks by their inputs, and say how they were run", () =>
  withFolder(async (folder) => {
    const [trace, report] = [join(folder, "trace.json"), join(folder, "report.html")];
    const args = ["map", "tasks.ts#even", "10", "3", "--trace", trace, "--report", report];
    await cli([...args, "--timeout=5s"]);
    const { traceEvents } = JSON.parse(readFileSync(trace, "utf8"));
    const names = traceEvents.filter(({ ph }: { ph: string }) => ph === "X")
      .map(({ name }: { name: string }) => name);
    assertEquals(names.sort(), ["10", "3"]);
    const html = readFileSync(report, "utf8");
    for (const part of ["trilane map tasks.ts#even", "<dt>--timeout</dt><dd>5s</dd>"]) {
      assertStringIncludes(html, part);
    }
  }));

test("cli: the report and the trace tell of each attempt", () =>
  withFolder(async (folder) => {
    const [trace, report] = [join(folder, "trace.json"), join(folder, "report.html")];
    const files = ["--trace", trace, "--report", report];
    await cli(["map", "tasks.ts#attempt", "--lane=async", "1", "3", "--retries=2", ...files]);
    const { traceEvents } = JSON.parse(readFileSync(trace, "utf8"));
    const attempts = traceEvents.filter(({ ph }: { ph: string }) => ph === "X");
    assertEquals(attempts.length, 4);
    assertStringIncludes(readFileSync(report, "utf8"), "Too early");
  }));

test("cli: permissions are those of the process lane", async () => {
  const args = ["map", "tasks.ts#upper", "a", "--lane=process", "--permissions"];
  assertEquals(await values([...args, "inherit"]), ["A"]);
  const none = await cli([...args, "none"]);
  if (runtime === "deno") assertEquals(jsonLines(none)[0].value, "A");
  else assertMatch(none.stderr, /^permissions must be 'inherit' where the runtime has none/);
});

test("cli: --progress counts inputs, whatever tasks they are in, and those known before", () =>
  withFolder(async (folder) => {
    const args = ["map", "tasks.ts#lengths", "--batch=2", "--checkpoint", join(folder, "c")];
    const inputs = ["a", "b", "c", "fail", "d"];
    await cli([...args, ...inputs]);
    const { stderr } = await cli([...args, ...inputs, "--progress", "--output=none"]);
    assertMatch(stderr, /^100%, 5\/5, .* 2 failed$/m);
    assertMatch(stderr, /^5 inputs: 3 succeeded \(3 earlier\), 2 failed/m);
  }));
