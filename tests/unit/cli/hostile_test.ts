import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Checkpoint } from "../../../src/checkpoint/mod.ts";
import { test } from "../../harness.ts";
import { Cli, cli, jsonLines, lanes, withFolder } from "./support.ts";

/** What could do something to a terminal: all control characters but line ends and tabs. */
const CONTROL = /(?![\n\t])\p{Cc}/u;

/** A text that clears the screen, sets the title and colours, and overwrites its line. */
const NASTY = "\x1b[2J\x1b]0;title\x07\u009b31m\r\x7f";

for (const lane of lanes) {
  for (const format of ["jsonl", "values", "none"]) {
    test(`cli, ${lane}: with --output ${format} nothing from tasks or inputs reaches the terminal raw`, async () => {
      const inputs = [`fail ${NASTY}\nline`, `value ${NASTY}\nline`, `odd name ${NASTY}`];
      const args = [
        "map",
        "tasks.ts#nasty",
        ...inputs,
        "--lane",
        lane,
        "--output",
        format,
        "--tag",
      ];
      const { stdout, stderr, status } = await cli(args);
      assertEquals(CONTROL.exec(stdout), null);
      assertEquals(CONTROL.exec(stderr), null);
      assertEquals(status, 1);
      if (format === "jsonl") {
        const lines = jsonLines({ stdout });
        assertEquals(lines.map(({ input }) => input), inputs);
        assertEquals(lines[1].value, inputs[1]);
        assertEquals(lines[0].error?.message, inputs[0]);
      } // Each failure is told on one line.
      else assertMatch(stderr, /^"fail .* failed: fail .*\n"odd .*\n3 inputs: .*\n$/);
    });
  }
}

for (const lane of lanes) {
  test(`cli, ${lane}: what tasks print can do nothing to the terminal, whichever way they print it`, async () => {
    const { stdout, stderr, status } = await cli(
      ["map", "tasks.ts#printsRaw", NASTY, "--lane", lane, "--output=none"],
    );
    assertEquals([stdout, status], ["", 0]);
    assertEquals(CONTROL.exec(stderr), null);
    for (const way of ["log", "error", "stdout", "stderr", "bytes é", "split é"]) {
      assertMatch(stderr, new RegExp(`^${way}.*`, "m"));
    }
  });
}

test("cli: a value keeps its line ends and tabs, and nothing else that a terminal would obey", async () => {
  const { stdout } = await cli(
    ["map", "tasks.ts#same", "a\tb\nc\r\nd\re\x1b[0m", "--output=values", "--lane=async"],
  );
  assertEquals(stdout, "a\tb\nc\r\nd\\re\\x1b[0m\n");
});

test("cli: the job log holds nothing that a terminal would obey", () =>
  withFolder(async (folder) => {
    const log = join(folder, "log");
    await cli(["map", "tasks.ts#nasty", `fail ${NASTY}`, "--joblog", log, "--lane=async"]);
    const text = readFileSync(log, "utf8");
    assertEquals(CONTROL.exec(text), null);
    assertEquals(JSON.parse(text).message, `fail ${NASTY}`);
  }));

for (const lane of lanes) {
  test(`cli, ${lane}: JSON nested very deep fails its line alone`, () =>
    withFolder(async (folder) => {
      const file = join(folder, "inputs");
      const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);
      const lines = [deep("[", "]"), '{"a":'.repeat(100_000), `"${"[".repeat(5_000)}"`, "[[1]]"];
      writeFileSync(file, `${lines.join("\n")}\n`);
      const args = ["map", "tasks.ts#seen", "--json", "--input", file, "--lane", lane];
      const ended = await cli([...args, "--checkpoint", join(folder, "c")]);
      const told = jsonLines(ended);
      assertEquals(told.map(({ status }) => status), [
        "failed",
        "failed",
        "succeeded",
        "succeeded",
      ]);
      assertEquals(told[0].error?.message, "The input is nested deeper than 1000 levels");
      assertEquals(ended.status, 1);
    }));
}

test("cli: a value nested very deep is no matter for the others", async () => {
  const ended = await cli(["map", "tasks.ts#deep", "100000", "1", "--lane=async"]);
  const [first, second] = jsonLines(ended);
  // V8 writes it, JavaScriptCore doesn't.
  if (first.status === "failed") {
    assertMatch(first.error!.message, /^The value cannot be written as JSON: /);
  }
  assertEquals(second.status, "succeeded");
});

test("cli: an input comes back exactly as it was given", async () => {
  const inputs = [
    '{"id":9007199254740993}',
    "[9007199254740993,18446744073709551615]",
    '{"a": 1.0, "b": 1e3,\t"a": 2}',
    '"\\u0041\\/"',
    "-0",
  ];
  for (const lane of lanes) {
    const args = ["map", "tasks.ts#nothing", "--json", "--lane", lane];
    const { stdout } = await cli(args, { stdin: `${inputs.join("\n")}\n` });
    const told = stdout.split("\n").slice(0, -1);
    assertEquals(
      told.map((line) => line.slice('{"input":'.length, line.indexOf(',"status"'))),
      inputs.map((text) => text.replace("\t", " ")),
    );
  }
});

test("cli: ids that JavaScript can't tell apart are told apart by a checkpoint", () =>
  withFolder(async (folder) => {
    const args = ["map", "tasks.ts#nothing", "--json", "--checkpoint", join(folder, "c")];
    await cli([...args, '{"id":9007199254740992}']);
    const ended = await cli([...args, '{"id":9007199254740993}', '{ "id": 9007199254740992 }']);
    assertEquals(jsonLines(ended).map(({ attempts }) => attempts), [1, 0]);
  }));

test("cli: a project that was moved goes on with its checkpoint", () =>
  withFolder(async (folder) => {
    const tasks = fileURLToPath(new URL("moved.ts", import.meta.url));
    const [before, after] = [join(folder, "before"), join(folder, "after")];
    mkdirSync(join(before, "src"), { recursive: true });
    cpSync(tasks, join(before, "src/moved.ts"));
    const args = (root: string) => {
      const module = join(root, "src/moved.ts");
      return ["map", `${module}#double`, "1", "2", "--checkpoint", join(root, "c.sqlite")];
    };
    for (const lane of lanes) {
      rmSync(join(before, "c.sqlite"), { force: true });
      await cli([...args(before), "--lane", lane]);
      renameSync(before, after);
      const ended = await cli([...args(after), "--lane", lane]);
      assertEquals(jsonLines(ended).map(({ attempts, value }) => [attempts, value]), [
        [0, "11"],
        [0, "22"],
      ]);
      // From its own folder it is the same project.
      const inside = ["map", "src/moved.ts#double", "2", "--checkpoint", "c.sqlite"];
      const run = new Cli([...inside, "--lane", lane], { cwd: after });
      assertEquals(jsonLines(await run.ended).map(({ attempts }) => attempts), [0]);
      renameSync(after, before);
    }
  }));

test("cli: a checkpoint of before namespaces were paths goes on, wherever its project was", () =>
  withFolder(async (folder) => {
    const file = join(folder, "c.sqlite");
    {
      using checkpoint = new Checkpoint(file);
      checkpoint.record("file:///somewhere/else/tasks.ts#upper", '"a"', "A");
      checkpoint.record("file:///somewhere/else/tasks.ts#other", '"b"', "B");
    }
    const args = ["map", "tasks.ts#upper", "a", "b", "--checkpoint", file, "--lane=async"];
    assertEquals(jsonLines(await cli(args)).map(({ attempts }) => attempts), [0, 1]);
    {
      using checkpoint = new Checkpoint(file);
      checkpoint.record("file:///a/third/place/tasks.ts#upper", '"c"', "C");
    }
    // There are two now, and no telling which it was.
    assertEquals(jsonLines(await cli([...args, "c"])).map(({ attempts }) => attempts), [1, 0, 1]);
  }));

test("cli: functions of one name in different modules are told apart by a checkpoint", () =>
  withFolder(async (folder) => {
    const args = ["--checkpoint", join(folder, "c"), "--lane=async", "--output=values"];
    assertEquals((await cli(["map", "tasks.ts", "1", ...args])).stdout, "default 1\n");
    assertEquals((await cli(["map", "moved.ts", "1", ...args])).stdout, "11\n");
  }));

test("cli: a task that ends the thread of its run ends the run", async () => {
  const { status } = await cli(["map", "tasks.ts#exits", "a", "--lane=async"]);
  assert(status !== 0 && status !== null, `${status}`);
});

test("cli: a very long line, and a great many columns", async () => {
  const long = "x".repeat(5_000_000);
  const ended = await cli(["map", "tasks.ts#size", "--lane=async"], { stdin: `${long}\nshort\n` });
  assertEquals(jsonLines(ended).map(({ value }) => value), [5_000_000, 5]);
  const header = Array.from({ length: 5_000 }, (_, n) => `c${n}`).join();
  const csv = await cli(["map", "tasks.ts#columns", "--csv", "--lane=async"], {
    stdin: `${header}\n${header}\n`,
  });
  assertEquals(jsonLines(csv).map(({ value }) => value), [5_000]);
});

test("cli: a quote that is never closed fails one row, and memory for it is bounded", async () => {
  const rows = Array.from({ length: 60_000 }, (_, n) => `${n},${"x".repeat(40)}`).join("\n");
  const ended = await cli(["map", "tasks.ts#columns", "--csv", "--lane=async"], {
    stdin: `a,b\n1,"open\n${rows}\n`,
  });
  const [first, second] = jsonLines(ended);
  assertEquals([first.status, first.error?.message], [
    "failed",
    "The input is not CSV: A quoted field has no end",
  ]);
  assertEquals([second.status, second.value], ["succeeded", 2]);
  assertStringIncludes(ended.stderr, " 1 failed");
});
