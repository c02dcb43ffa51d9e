import { assertEquals, assertStringIncludes } from "@std/assert";
import { spawnSync } from "node:child_process";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { completionScript } from "../../../src/cli/options/completions.ts";
import { test } from "../../harness.ts";
import { cli } from "./support.ts";

/** Whether a shell is there, and takes scripts. */
const isThere = (shell: string) => spawnSync(shell, ["-c", "true"]).status === 0;

function run(shell: string, script: string): string[] {
  const { stdout, stderr, status } = spawnSync(shell, ["-c", script], { encoding: "utf8" });
  assertEquals([status, stderr], [0, ""], script);
  return stdout.split("\n").slice(0, -1);
}

test("cli completions: are printed for each shell", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout, stderr, status } = await cli(["completions", shell]);
    assertEquals([stderr, status], ["", 0]);
    assertEquals(stdout, `${completionScript(shell, COMMANDS)}\n`);
    for (const option of ["fail-first", "checkpoint", "shell"]) {
      assertStringIncludes(stdout, option);
    }
  }
});

if (isThere("bash")) {
  const bash = (...words: string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    return run(
      "bash",
      `${completionScript("bash", COMMANDS)}
COMP_WORDS=(${quoted}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _trilane
for word in "\${COMPREPLY[@]}"; do echo "$word"; done`,
    );
  };

  test("cli completions: bash completes commands, options and their values", () => {
    assertEquals(bash("trilane", "m"), ["map"]);
    assertEquals(bash("trilane", ""), [
      "map",
      "exec",
      "serve",
      "completions",
      "--help",
      "--version",
    ]);
    assertEquals(bash("trilane", "map", "m#f", "--re"), [
      ...["--retries", "--retry-delay", "--results", "--report"],
    ]);
    assertEquals(bash("trilane", "exec", "--sh"), ["--shell"]);
    assertEquals(bash("trilane", "map", "--sh"), []);
    assertEquals(bash("trilane", "map", "--lane", "p"), ["process"]);
    assertEquals(bash("trilane", "map", "--lane", "=", "t"), ["thread"]);
    assertEquals(bash("trilane", "map", "--lane", "="), ["async", "thread", "process"]);
    assertEquals(bash("trilane", "map", "-w", "x"), []);
    assertEquals(bash("trilane", "map", "--input", "deno.js"), ["deno.json"]);
    assertEquals(bash("trilane", "completions", "f"), ["fish"]);
  });
}

if (isThere("fish")) {
  test("cli completions: fish completes commands, options and their values", () => {
    const fish = (line: string) =>
      run("fish", `${completionScript("fish", COMMANDS)}\ncomplete -C ${JSON.stringify(line)}`)
        .map((line) => line.split("\t")[0]);
    assertEquals(fish("trilane m"), ["map"]);
    assertEquals(fish("trilane map m#f --re").sort(), [
      ...["--report", "--results", "--retries", "--retry-delay"],
    ]);
    assertEquals(fish("trilane map --lane p"), ["process"]);
    assertEquals(fish("trilane completions z"), ["zsh"]);
    assertEquals(fish("trilane exec --sh"), ["--shell"]);
  });
}

if (isThere("zsh")) {
  test("cli completions: zsh takes the script, and every option of it", () => {
    // What is said to _arguments is what a terminal would show; it can't be asked without one.
    const script = `_arguments() { print -rl -- "$@" }
_describe() { print -rl -- "\${(@P)2}" }
compdef() { }
${completionScript("zsh", COMMANDS)}
words=(trilane m); CURRENT=2; _trilane
words=(trilane map x); CURRENT=3; _trilane`;
    const lines = run("zsh", script);
    assertEquals(lines[0], "map:Run an exported function over many inputs");
    const names = lines.flatMap((line) => /(--[a-z-]+)=?-?\[/.exec(line)?.slice(1) ?? []);
    assertEquals(names, COMMANDS.map.names.map((name) => `--${name}`));
  });
}
