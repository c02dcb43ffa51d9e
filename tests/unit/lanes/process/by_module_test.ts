import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { importTasks, inlineTask, type ProcessOptions } from "../../../../mod.ts";
import { runtime, test } from "../../../harness.ts";
import { pairs, tasks, withQueue } from "./support.ts";

/** The function `answer` of a module. */
const answerOf = (module: string) => importTasks<{ answer(): number }>(urlOf(module)).answer;

const urlOf = (module: string) => new URL(`./modules/${module}.ts`, import.meta.url);

const { shout } = importTasks<typeof import("./modules/shouts.ts")>(urlOf("shouts"));

const PERMISSIONS: ProcessOptions["permissions"][] = ["none", { env: true }, {
  read: true,
  write: true,
}];

/** Permissions are known to Deno alone. */
for (const permissions of runtime === "deno" ? PERMISSIONS : []) {
  const title = `with permissions ${JSON.stringify(permissions)}`;

  test(`${title} what a module changes as it is loaded changes nothing for tasks of others`, async () => {
    await withQueue({ workers: 1, permissions }, async (queue) => {
      const answer = answerOf("changes_globals");
      assertEquals(await queue.submit(answer).value(), 42);
      assertEquals(await queue.submit(shout, ["abc"]).value(), "ABC");
      assertEquals(await queue.submit(answer).value(), 42);
      assertEquals(await queue.submit(shout, ["def"]).value(), "DEF");
    });
  });

  test(`${title} tasks of one module share children, those of others and inline ones have their own`, async () => {
    const inline = inlineTask(() => "abc".toUpperCase());
    const pidOf = tasks.pid;
    await withQueue({ workers: 3, permissions, idleTimeout: Infinity }, async (queue) => {
      const first = await queue.submit(pidOf).value();
      await queue.submit(answerOf("changes_globals")).value();
      assertEquals(await queue.submit(inline).value(), "ABC");
      assertEquals(await queue.submit(pidOf).value(), first);
      assertEquals(queue.stats.workers, 3);
    });
  });

  test(`${title} a module that throws at load, or never ends, fails its own tasks alone`, async () => {
    await withQueue({ workers: 2, permissions }, async (queue) => {
      const throws = queue.submit(answerOf("throws"));
      const loops = queue.submit(answerOf("never_loads"), [], { timeout: 1_000 });
      const sums = queue.map(tasks.add, pairs(20, 1));
      assertEquals((await throws).status, "failed");
      assertStringIncludes((throws.error() as Error).message, "can't be loaded");
      assertEquals((await loops).status, "failed");
      assertEquals((loops.error() as Error).name, "TimeoutError");
      assertEquals(await Promise.all(sums.map((sum) => sum.value())), sums.map((_, i) => i + 1));
      assert(sums.every((sum) => sum.attempts === 1));
    });
  });
}

test("without permissions to be held to, tasks of different modules share a child", async () => {
  await withQueue({ workers: 1, idleTimeout: Infinity }, async (queue) => {
    const first = await queue.submit(tasks.pid).value();
    assertEquals(await queue.submit(shout, ["abc"]).value(), "ABC");
    assertEquals(await queue.submit(tasks.pid).value(), first);
  });
});
