import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime, test } from "../../../harness.ts";
import { eventually, isAlive, isThere, Program, withFolder } from "./support.ts";

/** Starts a program with children and returns it with their ids. */
async function parent(
  how: string,
  { args = [], flags }: { args?: string[]; flags?: string[] } = {},
): Promise<{ program: Program; children: number[] }> {
  const program = new Program("parent", [how, ...args], flags);
  await eventually(() => program.text.includes("\n"), "it has children");
  return { program, children: JSON.parse(program.text) };
}

/** Waits until none of them is there. */
async function allGone(children: number[]): Promise<void> {
  await eventually(() => !children.some(isAlive), "all children are gone");
}

test("when a program is killed its children go with it, busy or idle", async () => {
  const { program, children } = await parent("waits");
  assertEquals(children.length, 3);
  assertEquals(children.map(isThere), [true, true, true]);
  program.kill("SIGKILL");
  assertEquals((await program.ended).signal, "SIGKILL");
  await allGone(children);
});

if (runtime === "deno") {
  for (const [what, commands] of [["the runtime", []], ["a shell", ["/bin/sh"]]] as const) {
    test(`children go with a program that may start no more than ${what}, busy or idle`, async () => {
      const run = [process.execPath, ...commands].join();
      const { program, children } = await parent("waits", {
        flags: [`--allow-run=${run}`, "--allow-read"],
      });
      assertEquals(children.map(isThere), [true, true, true]);
      program.kill("SIGKILL");
      await program.ended;
      await allGone(children);
    });
  }
}

test("when a program is told to end its children go with it", async () => {
  const { program, children } = await parent("waits");
  program.kill("SIGTERM");
  await program.ended;
  await allGone(children);
});

test("when a program exits its children go with it", async () => {
  const { program, children } = await parent("exits");
  assertEquals((await program.ended).code, 5);
  await allGone(children);
});

test("when a program fails its children go with it", async () => {
  const { program, children } = await parent("throws");
  assertEquals((await program.ended).code, 1);
  await allGone(children);
});

test("when a program is killed that has its queue in a worker its children go with it", async () => {
  const { program, children } = await parent("worker");
  assertEquals(children.map(isThere), [true, true, true]);
  program.kill("SIGKILL");
  await program.ended;
  await allGone(children);
});

const WITHOUT_SETPRIV = runtime === "bun"
  ? { args: ["setpriv"] }
  : { flags: [`--allow-run=${process.execPath},/bin/sh`, "--allow-read"] };

for (const [where, options] of [["", {}], [" without setpriv", WITHOUT_SETPRIV]] as const) {
  test(`when a worker that has a queue is terminated its children go with it, busy or idle${where}`, async () => {
    const { program, children } = await parent("terminates", options);
    assertEquals(children.map(isThere), [true, true, true]);
    process.kill(program.pid, "SIGINT");
    await allGone(children);
    assert(isAlive(program.pid));
    program.kill("SIGKILL");
    await program.ended;
  });
}

if (runtime === "bun") {
  test("when a program is killed without setpriv its children go with it, busy or idle", async () => {
    const { program, children } = await parent("waits", WITHOUT_SETPRIV);
    assertEquals(children.map(isThere), [true, true, true]);
    program.kill("SIGKILL");
    await program.ended;
    await allGone(children);
  });
}

test("a program that forgets its queue exits by itself at once, its children too", async () => {
  const { program, children } = await parent("forgets");
  assertEquals((await program.ended).code, 0);
  await allGone(children);
});

test("an interrupt from the terminal ends no child before the program decides", async () => {
  await withFolder(async (folder) => {
    const gate = join(folder, "gate");
    const file = fileURLToPath(new URL("./programs/signalled.ts", import.meta.url));
    const words = "Deno" in globalThis ? ["run", "--allow-all", "--quiet", file] : [file];
    // A group of its own, as a terminal's foreground job is.
    const program = spawn(process.execPath, [...words, gate], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    program.stdout.on("data", (data) => text += data);
    const ended = new Promise((resolve) => program.on("close", resolve));
    await eventually(() => text.includes("ready succeeded"), "it is ready");
    process.kill(-program.pid!, "SIGINT");
    await eventually(() => text.includes("interrupted"), "it was interrupted");
    writeFileSync(gate, "");
    assertEquals(await ended, 0);
    assert(text.endsWith("waited 3\n"), text);
  });
});

test("a child whose input ends exits by itself", async () => {
  const entry = fileURLToPath(new URL("../../../../src/lanes/process/entry.ts", import.meta.url));
  const words = "Deno" in globalThis ? ["run", "--quiet", "--no-check", entry] : [entry];
  const child = spawn(process.execPath, words, { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin!.end();
  assertEquals(await new Promise((resolve) => child.on("close", resolve)), 0);
});
