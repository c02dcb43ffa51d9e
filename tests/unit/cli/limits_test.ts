import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "../../harness.ts";
import { Cli, cli, jsonLines, values, withFolder } from "./support.ts";

test("cli: --memory-limit kills a child that takes more, and its input fails", async () => {
  const args = ["map", "tasks.ts#hoard", "--lane=process", "-w1"];
  const ended = await cli([...args, "--memory-limit", "300M", "10", "400", "20"]);
  const [small, big, last] = jsonLines(ended);
  assertEquals([small!.value, last!.value], [10, 20]);
  assertEquals(big!.error?.name, "WorkerCrashError");
  assertMatch(big!.error!.message, /ran out of memory \([\d.]+ MiB used, memoryLimit is 300 MiB\)/);
  assertEquals(ended.status, 1);
});

test("cli: --results keeps what functions in processes write, each input's apart", () =>
  withFolder(async (folder) => {
    const args = ["map", "tasks.ts#prints", "--lane=process", "-w2", "--results", folder];
    const { status, stderr } = await cli([...args, "--output=none", "a", "b"]);
    assertEquals(status, 0);
    for (const name of ["a", "b"]) {
      const read = (file: string) => readFileSync(join(folder, name, file), "utf8");
      assertEquals(read("stdout"), `logged ${name}\nwritten ${name}\n`);
      assertEquals(read("stderr"), "");
      assert(!stderr.includes(`logged ${name}`), stderr);
    }
  }));

test("cli: --results leaves alone what a module prints while it is looked for", () =>
  withFolder(async (folder) => {
    const module = join(folder, "prints.mjs");
    writeFileSync(module, 'console.log("loads"); export const same = (text) => text;');
    const args = ["map", `${module}#same`, "--lane=process", "-w1", "--results", folder];
    const { status, stderr } = await cli([...args, "--output=none", "a"]);
    assertEquals(status, 0);
    assertMatch(stderr, /^loads\n1 input/);
  }));

test("cli: --key-workers holds back what has the key of something that runs, and nothing else", () =>
  withFolder(async (folder) => {
    for (const name of ["a", "b"]) mkdirSync(join(folder, name));
    const files = ["a/1", "a/2", "b/1"].map((name) => join(folder, name));
    const [a1, a2, b1] = files as [string, string, string];
    const args = ["map", "tasks.ts#stay", ...files, "--key=dir", "--key-workers=1", "-w3"];
    const running = new Cli([...args, "--output=values"]);
    const start = (file: string) => `stays ${file},`;
    for (const file of [a1, b1]) await running.until("stderr", start(file));
    assert(!running.stderr.includes(start(a2)), running.stderr);
    writeFileSync(a1, "");
    await running.until("stderr", start(a2));
    for (const file of [a2, b1]) writeFileSync(file, "");
    const { status, stdout } = await running.ended;
    assertEquals([status, stdout], [0, files.map((file) => `${file}\n`).join("")]);
  }));

test("cli: --key may be a column or a field, and --key-rate spreads its starts alone", async () => {
  const rows = ["host,n", "a,1", "a,2", "a,3", "a,4", "b,1"].join("\n");
  const fields = ["a", "a", "a", "a", "b"].map((host) => JSON.stringify({ host })).join("\n");
  for (const [format, stdin] of [["--csv", rows], ["--json", fields]] as const) {
    const args = ["map", "tasks.ts#now", format, "--key=host", "--key-rate=4", "-w1"];
    const times = (await values(args, { stdin })).map(Number);
    // The first of a worker may be late: its module is loaded after its start.
    const [, second, , fourth, other] = times as [number, number, number, number, number];
    assert(fourth - second > 450, `${times}`);
    assert(other < fourth, `${times}`);
  }
});

test("cli: --dashboard serves a page of the run until its end, and tells where", () =>
  withFolder(async (folder) => {
    const file = join(folder, "go");
    const running = new Cli(["map", "tasks.ts#stay", "--dashboard", file]);
    await running.until("stderr", `stays ${file}`);
    const url = /^See (http:\/\/127\.0\.0\.1:\d+\/)$/m.exec(running.stderr)![1]!;
    const page = await fetch(url);
    assertEquals(page.status, 200);
    assertMatch(await page.text(), /trilane map tasks\.ts#stay/);
    writeFileSync(file, "");
    const { status, stdout } = await running.ended;
    assertEquals([status, stdout.includes('"succeeded"')], [0, true]);
    await assertRejects(() => fetch(url));
  }));

test("cli: --dashboard at a port that is taken is a usage error", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    for (const args of [["map", "tasks.ts#upper", "a"], ["exec", "true", ":::", "a"]]) {
      const [command, ...rest] = args as [string, ...string[]];
      const ended = await cli([command, `--dashboard=${port}`, ...rest]);
      assertEquals([ended.status, ended.stdout], [2, ""]);
      assertMatch(ended.stderr, new RegExp(`^--dashboard cannot listen at port ${port}: .*in use`));
    }
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
