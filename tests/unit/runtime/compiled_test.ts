import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { TrilaneError } from "../../../mod.ts";
import { childCommand } from "../../../src/runtime/bun/command.ts";
import { runtime, test } from "../../harness.ts";
import { withFolder } from "../../temporary_folder.ts";

const LIBRARY = JSON.stringify(new URL("../../../mod.ts", import.meta.url).pathname);

const TASKS = `
import { currentTask } from ${LIBRARY};
export const nameOf = (text: string) => text + currentTask()?.name;
`;

const MAIN = `
import { defineTasks, importTasks, inlineTask, LANE } from ${LIBRARY};
console.log("main");
const { own } = defineTasks(import.meta.url, { own: () => 1 });
const { nameOf } = importTasks<typeof import("./tasks.ts")>(new URL("./tasks.js", import.meta.url));
const square = inlineTask((n: number) => n * n);
const queue = new LANE({ workers: 2 });
console.log(await Promise.all(queue.map(square, [1, 2, 3]).map((handle) => handle.value())));
console.log(await queue.submit(nameOf, ["task "]).value());
const result = await queue.submit(own);
console.log(result.status, result.error.message);
await queue.shutdown();
console.log(process.argv.slice(2));
`;

const OPTIONS = [[], ["--minify", "--bytecode", "--format=esm"]];

/** Bun alone compiles programs whose workers are the program again. */
const CASES = runtime !== "bun"
  ? []
  : ["ProcessQueue", "ThreadQueue"].flatMap((lane) =>
    OPTIONS.map((options) => ({ lane, options }))
  );

for (const { lane, options } of CASES) {
  const title = [`a ${lane} of a program compiled`, ...options].join(" ");

  test(`${title} runs tasks, and the main module is evaluated once`, async () => {
    await withFolder((folder) => {
      const [main, tasks, program] = ["main.ts", "tasks.ts", "program"].map((name) =>
        join(folder, name)
      ) as [string, string, string];
      writeFileSync(main, MAIN.replaceAll("LANE", lane));
      writeFileSync(tasks, TASKS);
      const build = ["build", "--compile", ...options, main, tasks, "--outfile", program];
      execFileSync(process.execPath, build, { stdio: "ignore" });
      const lines = execFileSync(program, ["an argument"], { encoding: "utf8" }).split("\n");
      const [first, squares, name, own, argv, ...rest] = lines;
      assertEquals([first, squares, name], ["main", "[ 1, 4, 9 ]", "task nameOf"]);
      assertStringIncludes(own!, "failed The main module of a compiled program");
      assertStringIncludes(own!, "give their module to the build as a further entry point");
      assertEquals([argv, ...rest], ['[ "an argument" ]', ""]);
      return Promise.resolve();
    });
  });
}

test("a compiled program starts no other program, and none with options, as a child", () => {
  for (const context of [{ command: "bun" }, { args: ["--smol"] }]) {
    assertThrows(
      () =>
        childCommand("file:///$bunfs/root/entry.ts", {
          ...context,
          permissions: "inherit",
          modules: new Set(),
        }),
      TrilaneError,
      "Leave out 'command' and 'args' of the option 'context'",
    );
  }
});
