import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { test } from "../../../harness.ts";
import { eventually, isThere, lines, tasks, withFolder, withQueue } from "./support.ts";

test("what a task left running goes on while its child is idle", async () => {
  await withFolder((folder) =>
    withQueue({ workers: 1, minWorkers: 1 }, async (queue) => {
      const file = join(folder, "file");
      await queue.submit(tasks.writeLater, [file, 20]).value();
      await eventually(() => lines(file).length > 0, "the idle child writes");
      assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
    })
  );
});

test("what a task left running goes on while its child has one short task after the other", async () => {
  await withFolder((folder) =>
    withQueue({ workers: 1 }, async (queue) => {
      const file = join(folder, "file");
      await queue.submit(tasks.writeLater, [file, 20]).value();
      // A child that always has a task is never told to rest.
      const end = performance.now() + 20_000;
      while (lines(file).length === 0) {
        assert(performance.now() < end, "the busy child doesn't write");
        for (let i = 0; i < 100; i++) await queue.submit(tasks.add, [i, 1]).value();
      }
    })
  );
});

test("what a task left running comes to its end when the queue is shut down", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "file");
    await withQueue({ workers: 1, killDelay: 30_000 }, async (queue) => {
      await queue.submit(tasks.writeLater, [file, 20]).value();
      await queue.shutdown();
      assertEquals(lines(file), ["written"]);
    });
  });
});

test("what never comes to its end holds up a shutdown for killDelay, and no child", async () => {
  await withQueue({ workers: 1, killDelay: 50 }, async (queue) => {
    const child = await queue.submit(tasks.leaveInterval).value();
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
    await queue.shutdown();
    assertEquals(isThere(child), false);
  });
});
