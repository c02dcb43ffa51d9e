/**
 * The jobs that people use GNU parallel for, done with both. Where it isn't installed there is nothing to compare with.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "../../harness.ts";
import { cli, withFolder } from "./support.ts";

/** What a program has printed, and its exit status. */
interface Result {
  readonly stdout: string;
  readonly status: number | null;
}

function parallel(args: readonly string[], stdin = ""): Promise<Result> {
  const child = spawn("parallel", ["--will-cite", "-k", ...args]);
  let stdout = "";
  child.stdout.on("data", (bytes) => stdout += bytes);
  child.stderr.resume();
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  return new Promise((resolve) => child.on("close", (status) => resolve({ stdout, status })));
}

async function exec(args: readonly string[], stdin = ""): Promise<Result> {
  const { stdout, status } = await cli(["exec", "--output=values", ...args], { stdin });
  return { stdout, status };
}

const isInstalled = spawnSync("parallel", ["--version"]).status === 0;

/** Registers a test of one of its features. */
function compare(feature: string, fn: (folder: string) => Promise<void>): void {
  if (isInstalled) test(`cli and GNU parallel: ${feature}`, () => withFolder(fn));
}

compare("replacement strings", async () => {
  const words = ["echo", "{}", "{.}", "{/}", "{//}", "{/.}", "{#}", "x{}y"];
  const inputs = [":::", "a/b.c", "d.e/f", "g", "h i.j", "*"];
  assertEquals(await exec([...words, ...inputs]), await parallel(["-q", ...words, ...inputs]));
});

compare("a shell gets each input as one word", async () => {
  const inputs = [":::", "a b", "it's", "$HOME", "*", ";ls", '"', "\\", "`id`"];
  assertEquals(
    await exec(["--shell", "echo {} {.} | tr a-z A-Z", ...inputs]),
    await parallel(["echo {} {.} | tr a-z A-Z", ...inputs]),
  );
});

compare("combinations (:::) and links (:::+)", async () => {
  const sources = [":::", "a", "b", ":::", "c", "d", ":::+", "e", "f"];
  const words = ["echo", "{3}-{1}-{2}"];
  assertEquals(await exec([...words, ...sources]), await parallel([...words, ...sources]));
  assertEquals(await exec(["echo", ...sources]), await parallel(["echo", ...sources]));
});

compare("-0", async () => {
  const stdin = "a\nb\0c d\0";
  assertEquals(
    await exec(["-0", "printf", "<%s>"], stdin),
    await parallel(["-0", "-q", "printf", "<%s>"], stdin),
  );
});

compare("--colsep is --csv and --tsv, which have a header", async () => {
  const rows = "1,a\n2,b c\n";
  assertEquals(
    await exec(["--csv", "echo", "{2}", "{1}"], `number,letter\n${rows}`),
    await parallel(["--colsep", ",", "echo", "{2}", "{1}"], rows),
  );
  const header = "number\tletter\n1\ta\n";
  assertEquals(
    await exec(["--tsv", "echo", "{letter}", "{number}"], header),
    await parallel(["--colsep", "\t", "--header", ":", "echo", "{letter}", "{number}"], header),
  );
});

compare("--tag", async () => {
  const script = "echo one {}; echo two";
  const inputs = [":::", "a", "b c"];
  assertEquals(
    await exec(["--tag", "--shell", script, ...inputs]),
    await parallel(["--tag", script, ...inputs]),
  );
});

compare("--dry-run", async () => {
  const args = ["--dry-run", "echo", "{}", "{#}", ":::", "a", "b"];
  assertEquals(await exec(args), await parallel(args));
});

compare("--halt", async () => {
  const inputs = [":::", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
  const script = "echo {}; test {} -gt 3";
  const halts: [halt: string, ok: boolean][] = [
    ["soon,fail=1", false],
    ["soon,fail=2", false],
    ["soon,fail=30%", false],
    ["now,fail=1", false],
    ["soon,success=1", true],
    ["now,success=2", true],
  ];
  for (const [halt, ok] of halts) {
    const ours = await exec(["-j1", "--halt", halt, "--shell", script, ...inputs]);
    const theirs = await parallel(["-j1", "--halt", halt, script, ...inputs]);
    assertEquals(ours.stdout, theirs.stdout, halt);
    assertEquals([ours.status === 0, theirs.status === 0], [ok, ok], halt);
  }
});

compare("--results", async (folder) => {
  const [ours, theirs] = [join(folder, "ours"), join(folder, "theirs")];
  const script = "echo out {}; echo err {} >&2";
  const inputs = [":::", "a", "b c"];
  await exec(["--results", ours, "--shell", script, ...inputs]);
  await parallel(["--results", theirs, script, ...inputs]);
  const read = (root: string, input: string, name: string) =>
    readFileSync(join(root, input, name), "utf8");
  assertEquals(readdirSync(ours).sort(), readdirSync(join(theirs, "1")).sort());
  for (const input of ["a", "b c"]) {
    for (const name of ["stdout", "stderr"]) {
      assertEquals(read(ours, input, name), read(join(theirs, "1"), input, name));
    }
  }
});

compare("--retries, which counts all attempts there and further ones here", async (folder) => {
  const file = join(folder, "attempts");
  const script = `echo x >> ${file}; test $(wc -l < ${file}) -ge 3 && echo {}`;
  const lines = () => readFileSync(file, "utf8").length / 2;
  const ours = await exec(["--retries=2", "--shell", script, ":::", "a"]);
  assertEquals(lines(), 3);
  rmSync(file);
  assertEquals(ours, await parallel(["--retries", "3", script, ":::", "a"]));
  assertEquals(lines(), 3);
});

compare(
  "--resume-failed is --checkpoint: what failed runs again, and what is new",
  async (folder) => {
    const run = async (name: string, args: string[], tool: typeof exec) => {
      const log = join(folder, `${name} ran`);
      const script = `echo {} >> '${log}'; test {} != bad`;
      const shell = tool === exec ? ["--shell"] : [];
      await tool(["-j1", ...args, ...shell, script, ":::", "a", "bad", "b"]);
      rmSync(log);
      await tool(["-j1", ...args, ...shell, script, ":::", "a", "bad", "b", "c"]);
      return readFileSync(log, "utf8");
    };
    const ours = await run("ours", ["--checkpoint", join(folder, "checkpoint")], exec);
    const theirs = await run(
      "theirs",
      ["--resume-failed", "--joblog", join(folder, "log")],
      parallel,
    );
    assertEquals(ours, "bad\nc\n");
    assertEquals(theirs, ours);
  },
);

compare("--delay is --rate", async () => {
  const timed = async (run: Promise<Result>) => {
    const start = performance.now();
    return { ...await run, took: performance.now() - start };
  };
  const inputs = ["echo", "{}", ":::", "a", "b", "c"];
  const ours = await timed(exec(["-j4", "--rate=3", ...inputs]));
  const theirs = await timed(parallel(["-j4", "--delay", "0.33", ...inputs]));
  assertEquals(ours.stdout, theirs.stdout);
  // The third starts two delays after the first.
  for (const { took } of [ours, theirs]) assert(took > 650, `${took}`);
});

compare("--eta is --progress: results are the same, the rest is told elsewhere", async () => {
  const inputs = ["echo", ":::", "a", "b"];
  assertEquals(await exec(["--progress", ...inputs]), await parallel(["--eta", ...inputs]));
});

compare("--pipe -N is --batch of a function", async () => {
  const stdin = Array.from({ length: 10 }, (_, n) => `${n}\n`).join("");
  const theirs = await parallel(["--pipe", "-N3", "cat | wc -l"], stdin);
  const ours = await cli(["map", "tasks.ts#lengths", "--batch=3", "--output=values"], { stdin });
  const sizes = ours.stdout.trim().split("\n").map((text) => text.split(" of ")[1]);
  // Here each input has its own result.
  assertEquals(sizes.join(""), "3333333331");
  assertEquals(theirs.stdout.replace(/\s+/g, " ").trim(), "3 3 3 1");
});

compare("--memfree and --load start nothing on a machine that is too busy", async (folder) => {
  const started = join(folder, "started");
  for (const limit of [["--memfree", "1000T"], ["--load", "0.0001"]]) {
    const { stdout } = await exec([...limit, "--run-timeout=2s", "touch", started, ":::", "a"]);
    assertEquals(stdout, "");
    assert(!existsSync(started), limit.join(" "));
  }
  // The other one's load is the number of processes that run just now, which no test can be sure of.
  const short = ["--memfree", "1000T", "touch", started, ":::", "a"];
  assertEquals(spawnSync("timeout", ["3", "parallel", ...short]).status, 124);
  assert(!existsSync(started));
  const free = ["--memfree", "1M", "--load", "10000", "echo", "{}", ":::", "a"];
  assertEquals(await exec(free), await parallel(free));
});

compare("--timeout", async () => {
  const args = ["sleep {}; echo {}", ":::", "0", "30"];
  const ours = await exec(["--timeout=1s", "--shell", ...args]);
  const theirs = await parallel(["--timeout", "1", ...args]);
  assertEquals(ours.stdout, theirs.stdout);
  assertEquals([ours.status, theirs.status === 0], [1, false]);
});

compare("output of many at once, in the order of the input", async (folder) => {
  const file = join(folder, "inputs");
  writeFileSync(file, Array.from({ length: 200 }, (_, n) => `${n}\n`).join(""));
  const script = "seq {} 300";
  const ours = await exec(["-j8", "--input", file, "--shell", script]);
  const theirs = await parallel(["-j8", "-a", file, script]);
  assert(ours.stdout === theirs.stdout);
  assertMatch(ours.stdout, /^0\n1\n2\n/);
});
