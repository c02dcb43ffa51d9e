import { assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "../harness.ts";
import { RUN_FLAGS } from "../run_flags.ts";
import { lanes } from "./support.ts";

const file = fileURLToPath(new URL("programs/stdin.ts", import.meta.url));
for (const { name } of lanes.filter(({ name }) => name !== "AsyncQueue")) {
  test(`${name}: a task finds standard input empty, and takes nothing of the program's`, async () => {
    const program = spawn(process.execPath, [...RUN_FLAGS, file, name], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    // It stays open until the tasks have ended.
    program.stdin.write("a line");
    let text = "";
    program.stderr.on("data", (data) => {
      text += data;
      if (text.includes("\n")) program.stdin.end();
    });
    await new Promise((resolve) => program.on("close", resolve));
    assertEquals(text, `${JSON.stringify(Array(8).fill(""))}\nown: a line\n`);
  });
}
