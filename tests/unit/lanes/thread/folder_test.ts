import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { test } from "../../../harness.ts";
import { makeFolder, removeFolder } from "../../../temporary_folder.ts";
import { eventually, tasks, withThreads } from "./support.ts";

test("thread: a test's folder can be removed while a task writes to it", () =>
  withThreads({ workers: 1 }, async (queue) => {
    for (let round = 0; round < 20; round++) {
      const folder = makeFolder();
      const writer = queue.submit(tasks.writeUntilRefused, [folder]);
      await eventually(() => existsSync(`${folder}/z`), "there are files");
      removeFolder(folder);
      assertEquals(await writer.value(), "ENOENT");
      assertEquals([existsSync(folder), existsSync(`${folder}-removed`)], [false, false]);
    }
  }));
