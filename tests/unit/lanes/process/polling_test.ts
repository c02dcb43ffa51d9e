import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { test } from "../../../harness.ts";
import { childOf, lines, tasks, withFolder, withQueue } from "./support.ts";

test("a task that never yields sees by polling that it is to stop, and its child lives on", async () => {
  await withFolder((folder) =>
    withQueue({ workers: 1 }, async (queue) => {
      const file = join(folder, "seen");
      const handle = queue.submit(tasks.pollUntilCancelled, [file], { grace: 30_000 });
      const child = await childOf(handle);
      handle.cancel();
      assertEquals(await queue.submit(tasks.pid).value(), child);
      assertEquals(lines(file), ["cancelled"]);
    })
  );
});
