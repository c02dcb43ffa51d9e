import { assert, assertEquals, assertMatch } from "@std/assert";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "../../harness.ts";
import { Cli, cli, command, withFolder } from "./support.ts";

/** A write that takes so long waits for a reader. Where one is only slow, less is written. */
const STALL_MS = 500;

/** The memory that a process has in use, in megabytes. */
function memoryOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * 4096 / 1e6;
}

if (process.platform === "linux") {
  test("cli: memory does not grow with the input", async () => {
    const run = new Cli(["map", "tasks.ts#upper", "--lane=async"], { stdin: "open" });
    const stdin = run.child.stdin!;
    const line = `${"x".repeat(499)}\n`;
    /** Sends so many lines and waits until their results are there. */
    const send = async (from: number, to: number) => {
      for (let at = from; at < to; at += 1_000) {
        run.stdout = "";
        await new Promise((resolve) => stdin.write(line.repeat(999), resolve));
        stdin.write(`end ${at}\n`);
        await run.until("stdout", `"END ${at}"`);
      }
    };
    await send(0, 100_000);
    const before = memoryOf(run.child.pid!);
    await send(100_000, 500_000);
    const grown = memoryOf(run.child.pid!) - before;
    stdin.end();
    assertEquals((await run.ended).status, 0);
    // What went through it since is 200 MB of input and twice that of output. A heap that is collected seldom swings.
    assert(grown < 150, `${grown} MB`);
  });
}

if (existsSync("/dev/full")) {
  test("cli: results that can't be written end it with an error", () => {
    const module = fileURLToPath(new URL("tasks.ts", import.meta.url));
    const words = [...command(), "map", `${module}#upper`, "a", "--lane=async"];
    const { status, stderr } = spawnSync("sh", ["-c", '"$@" > /dev/full', "sh", ...words], {
      encoding: "utf8",
    });
    assertMatch(stderr, /^.*no space left on device.*\n1 input: 1 succeeded, 0 failed in .*\n$/i);
    assertEquals(status, 1);
  });
}

test("cli: a reader that is slow slows the reading down", () =>
  withFolder(async (folder) => {
    const log = join(folder, "log");
    const run = new Cli(["map", "tasks.ts#upper", "--lane=async", "--joblog", log], {
      stdin: "open",
    });
    run.child.stdout!.pause();
    let written = 0;
    const stdin = run.child.stdin!;
    const line = `${"x".repeat(9_999)}\n`;
    // What pipes and buffers hold is far less.
    while (written < 100_000_000 && await taken(line.repeat(100))) written += 1_000_000;
    assert(written < 50_000_000, `${written} bytes were taken`);
    run.child.stdout!.resume();
    stdin.end();
    assertEquals((await run.ended).status, 0);

    /** Whether a piece was taken, within a while. */
    async function taken(piece: string): Promise<boolean> {
      let timer: ReturnType<typeof setTimeout>;
      const patience = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), STALL_MS);
      });
      const written = new Promise<boolean>((resolve) => stdin.write(piece, () => resolve(true)));
      const result = await Promise.race([written, patience]);
      clearTimeout(timer!);
      return result;
    }
  }));

test("cli: a file of many lines, all of them told once and in order", () =>
  withFolder(async (folder) => {
    const file = join(folder, "inputs");
    const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i}`);
    writeFileSync(file, `${lines.join("\n")}\n`);
    for (const lane of ["thread", "process"]) {
      const { stdout, status } = await cli(
        ["map", "tasks.ts#upper", "--input", file, "--output=values", "--lane", lane],
      );
      assertEquals(status, 0);
      assert(stdout === `${lines.join("\n").toUpperCase()}\n`);
    }
  }));
