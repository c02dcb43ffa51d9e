import { assert, assertEquals } from "@std/assert";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { importTasks } from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import { tasks, withFolder, withQueue } from "./support.ts";

test("a child has the environment of the program", async () => {
  process.env.TRILANE_SECRET = "secret";
  try {
    await withQueue({ workers: 1 }, async (queue) => {
      assertEquals((await queue.submit(tasks.environment).value()).TRILANE_SECRET, "secret");
    });
  } finally {
    delete process.env.TRILANE_SECRET;
  }
});

test("a child has no environment but the one that it is given", async () => {
  process.env.TRILANE_SECRET = "secret";
  try {
    const env = { GREETING: "hello, you" };
    await withQueue({ workers: 1, context: { env } }, async (queue) => {
      const seen = await queue.submit(tasks.environment).value();
      assertEquals(seen.GREETING, "hello, you");
      assertEquals(Object.values(seen).includes("secret"), false);
      // Deno adds a folder of its own.
      assert(!seen.PATH?.includes(process.env.PATH!));
    });
  } finally {
    delete process.env.TRILANE_SECRET;
  }
});

test("a child can have no environment at all", async () => {
  await withQueue({ workers: 1, context: { env: {} } }, async (queue) => {
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});

test("a child has the current folder that it is given, by path or URL", async () => {
  await withFolder(async (folder) => {
    const spaced = join(realpathSync(folder), "with space");
    mkdirSync(spaced);
    for (const cwd of [spaced, pathToFileURL(spaced)]) {
      await withQueue({ workers: 1, context: { cwd } }, async (queue) => {
        assertEquals(await queue.submit(tasks.folder).value(), spaced);
      });
    }
  });
});

test("modules under a configuration of their own use its import map", async () => {
  await withFolder(async (folder) => {
    const config = { imports: { "#words": "./words.ts" } };
    writeFileSync(join(folder, "deno.json"), JSON.stringify(config));
    writeFileSync(join(folder, "package.json"), JSON.stringify(config));
    writeFileSync(join(folder, "words.ts"), "export const word: string = 'mapped';");
    writeFileSync(
      join(folder, "task.ts"),
      "import { word } from '#words'; export function say() { return word; }",
    );
    const { say } = importTasks<{ say(): string }>(pathToFileURL(join(folder, "task.ts")));
    await withQueue({ workers: 1 }, async (queue) => {
      assertEquals(await queue.submit(say).value(), "mapped");
    });
  });
});

test("the command can be another program that starts the runtime", async () => {
  await withFolder(async (folder) => {
    const command = join(folder, "start");
    const mark = join(folder, "started");
    writeFileSync(
      command,
      `#!/bin/sh\necho started >> '${mark}'\nexec '${process.execPath}' "$@"\n`,
      {
        mode: 0o755,
      },
    );
    await withQueue({ workers: 1, context: { command } }, async (queue) => {
      assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
      assert((await queue.submit(tasks.read, [mark]).value()).includes("started"));
    });
  });
});
