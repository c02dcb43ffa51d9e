import { assert, assertEquals, assertMatch } from "@std/assert";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { eventually } from "../../conformance/support.ts";
import { test } from "../../harness.ts";
import { Cli, cli, isAlive, jsonLines, withFolder } from "./support.ts";

test("cli exec: runs a command for each input, and its output is the value", async () => {
  const ended = await cli(["exec", "echo", "hi", ":::", "a", "b c", "", "$HOME"]);
  assertEquals(jsonLines(ended).map(({ input, status, value }) => [input, status, value]), [
    ["a", "succeeded", "hi a\n"],
    ["b c", "succeeded", "hi b c\n"],
    ["", "succeeded", "hi \n"],
    ["$HOME", "succeeded", "hi $HOME\n"],
  ]);
  assertMatch(ended.stderr, /^4 inputs: 4 succeeded, 0 failed in /);
  assertEquals(ended.status, 0);
});

test("cli exec: takes inputs from lines, rows and JSON, too", async () => {
  const values = async (args: string[], stdin: string) =>
    (await cli(["exec", "--output=values", ...args], { stdin })).stdout;
  assertEquals(await values(["echo", "{}"], "a b\nc\n"), "a b\nc\n");
  assertEquals(await values(["--csv", "echo", "{n}", "{1/}"], "n,p\nx/y,2\n"), "x/y y\n");
  assertEquals(await values(["--tsv", "echo", "{b}-{1}"], 'a\tb\n"1\t2 3\n'), '2 3-"1\n');
  assertEquals(await values(["--json", "echo", "{2}", "{1}"], '["a",1]\n'), "1 a\n");
  assertEquals(await values(["-0", "printf", "<%s>"], "a\nb\0c\0"), "<a\nb><c>");
});

test("cli exec: output is printed apart and whole, as it was written", async () => {
  // Each writes a long text in pieces while the other does.
  const script =
    "for i in 1 2 3 4 5; do printf '%s%s ' {} $i; sleep 0.02; done; echo; echo e{} >&2";
  const args = ["exec", "-j2", "--output=values", "--shell", script, ":::", "a", "b"];
  const { stdout, stderr } = await cli(args);
  assertEquals(stdout, "a1 a2 a3 a4 a5 \nb1 b2 b3 b4 b5 \n");
  assertMatch(stderr, /^ea\neb\n2 inputs/);
  const big = await cli(["exec", "--output=values", "--shell", "seq {}", ":::", "200000"]);
  assertEquals(big.stdout, Array.from({ length: 200_000 }, (_, n) => `${n + 1}\n`).join(""));
});

test("cli exec: a command that fails says how, and its output is told all the same", async () => {
  const script = "echo out; echo err >&2; exit {}";
  const ended = await cli(["exec", "--shell", script, ":::", "0", "3"]);
  const [first, second] = jsonLines(ended);
  assertEquals([first.status, first.value], ["succeeded", "out\n"]);
  assertEquals([second.status, second.error as unknown], ["failed", {
    name: "CommandError",
    message: "Exited with status 3",
    exitCode: 3,
    stdout: "out\n",
    stderr: "err\n",
  }]);
  assertEquals(ended.status, 1);
  const values = await cli(["exec", "--output=values", "--shell", script, ":::", "3"]);
  assertEquals(values.stdout, "out\n");
  assertMatch(values.stderr, /^err\n"3" failed: Exited with status 3\n1 input: /);
  const killed = await cli(["exec", "--shell", "kill -KILL $$ {#}", ":::", "a"]);
  assertMatch(jsonLines(killed)[0].error!.message, /^Killed by SIGKILL$/);
  const missing = await cli(["exec", "no-such-command", ":::", "a"]);
  assertEquals(
    jsonLines(missing)[0].error!.message,
    "Cannot run 'no-such-command': there is no such command",
  );
});

test("cli exec: a command has no input to wait for", async () => {
  const ended = await cli(["exec", "--output=values", "cat", "-", ":::", "/dev/null"], {
    stdin: "open",
  });
  assertEquals([ended.stdout, ended.status], ["", 0]);
});

test("cli exec: a command that leaves something running ends all the same", async () => {
  const script = "sleep 60 & echo {} $!";
  const ended = await cli(["exec", "--output=values", "--shell", script, ":::", "a"]);
  assertMatch(ended.stdout, /^a \d+\n$/);
  assertEquals(ended.status, 0);
  const pid = Number(ended.stdout.split(" ")[1]);
  assert(isAlive(pid));
  process.kill(pid);
});

test("cli exec: retries, and tells of the last attempt", () =>
  withFolder(async (folder) => {
    const file = join(folder, "count");
    const script = `echo x >> {}; n=$(wc -l < {}); echo attempt $n; test $n -ge 3`;
    const ended = await cli(["exec", "--retries=3", "--shell", script, ":::", file]);
    const [line] = jsonLines(ended);
    assertEquals([line.status, line.attempts], ["succeeded", 3]);
    assertMatch(line.value as string, /^attempt +3\n$/);
    assertMatch(ended.stderr, /1 succeeded, 0 failed, 2 retried/);
  }));

/** A script that starts a child, tells its own and the child's number, and waits, deaf to SIGTERM. */
const DEAF = "trap '' TERM; sleep 60 & echo process $$ process $! >&2; " +
  'echo "$$ $!" > {}; while :; do sleep 1; done';

/** The processes that such a script has told of, once it has. */
async function pidsIn(file: string): Promise<number[]> {
  await eventually(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"), file);
  return readFileSync(file, "utf8").trim().split(" ").map(Number);
}

test("cli exec: a command that takes too long is killed with its process group", () =>
  withFolder(async (folder) => {
    const file = join(folder, "pids");
    const ended = await cli(["exec", "--timeout=1s", "--shell", DEAF, ":::", file]);
    assertEquals(jsonLines(ended)[0].error!.name, "TimeoutError");
    assertEquals(ended.status, 1);
    for (const pid of await pidsIn(file)) await eventually(() => !isAlive(pid), `${pid} is gone`);
  }));

for (const interrupts of [1, 2]) {
  test(`cli exec: after ${interrupts} SIGINT no process is left`, () =>
    withFolder(async (folder) => {
      const files = ["a", "b"].map((name) => join(folder, name));
      const run = new Cli(["exec", "-j2", "--shell", DEAF, ":::", ...files, join(folder, "c")]);
      const pids = (await Promise.all(files.map(pidsIn))).flat();
      run.kill("SIGINT");
      if (interrupts === 2) {
        await run.until("stderr", "Interrupt again");
        run.kill("SIGINT");
      }
      const { status, stdout } = await run.ended;
      assertEquals(status, 130);
      if (interrupts === 1) {
        assertEquals(jsonLines({ stdout }).map(({ status }) => status), Array(3).fill("cancelled"));
      }
      for (const pid of pids) await eventually(() => !isAlive(pid), `process ${pid} is gone`);
      assert(!existsSync(join(folder, "c")));
    }));
}

test("cli exec: --must-complete waits for the commands that run", () =>
  withFolder(async (folder) => {
    const [file, gate] = [join(folder, "started"), join(folder, "gate")];
    const script = `echo x > ${file}; until test -e {}; do sleep 0.02; done; echo done`;
    const run = new Cli([
      "exec",
      "-j1",
      "--must-complete",
      "--shell",
      script,
      ":::",
      gate,
      "never",
    ]);
    await eventually(() => existsSync(file), "it has started");
    run.kill("SIGINT");
    await run.until("stderr", "Waiting for 1 running task");
    writeFileSync(gate, "");
    const ended = await run.ended;
    assertEquals(jsonLines(ended).map(({ status, value }) => [status, value]), [
      ["succeeded", "done\n"],
      ["cancelled", undefined],
    ]);
    assertEquals(ended.status, 130);
  }));

test("cli exec: --checkpoint skips what succeeded, and prints its output again", () =>
  withFolder(async (folder) => {
    const args = ["exec", "-j1", "--checkpoint", join(folder, "c"), "--output=values", "--shell"];
    const script = `echo ran {} >> ${folder}/log; echo out {}; test {} != bad`;
    await cli([...args, script, ":::", "a", "bad"]);
    const { stdout, stderr } = await cli([...args, script, ":::", "a", "bad", "b"]);
    assertEquals(stdout, "out a\nout bad\nout b\n");
    assertMatch(stderr, /3 inputs: 2 succeeded \(1 earlier\), 1 failed/);
    assertEquals(readFileSync(join(folder, "log"), "utf8"), "ran a\nran bad\nran bad\nran b\n");
  }));

test("cli exec: --results keeps the output byte for byte", () =>
  withFolder(async (folder) => {
    const script = "printf '\\001\\377\\033[2J'; echo err >&2; test {} != b";
    const results = join(folder, "new", "results");
    const args = ["exec", "--results", results, "--output=none", "--shell", script];
    await cli([...args, ":::", "a", "b", "c/../d", "..", "x".repeat(300)]);
    const bytes = (name: string) => Array.from(readFileSync(join(results, name, "stdout")));
    for (const name of ["a", "b", "c%2F..%2Fd", "%2E%2E"]) {
      assertEquals(bytes(name), [1, 255, 27, 91, 50, 74], name);
      assertEquals(readFileSync(join(results, name, "stderr"), "utf8"), "err\n");
    }
    assert(existsSync(join(results, "a/value.json")) && !existsSync(join(results, "a/error.json")));
    assertEquals(JSON.parse(readFileSync(join(results, "b/error.json"), "utf8")).exitCode, 1);
    assert(!existsSync(join(results, "b/value.json")));
  }));

test("cli exec: --dry-run prints commands that a shell would take, and runs none", () =>
  withFolder(async (folder) => {
    const file = join(folder, "made");
    const inputs = [":::", "a", "it's b", ""];
    const plain = await cli(["exec", "--dry-run", "touch", file, ...inputs]);
    assertEquals([plain.stdout, plain.stderr, plain.status], [
      `touch ${file} a\ntouch ${file} 'it'\\''s b'\ntouch ${file} ''\n`,
      "",
      0,
    ]);
    const shell = await cli(["exec", "--dry-run", "--shell", `touch {} > ${file}`, ...inputs]);
    assertEquals(
      shell.stdout,
      ["a", "'it'\\''s b'", "''"].map((word) => `touch ${word} > ${file}\n`).join(""),
    );
    assert(!existsSync(file));
  }));
