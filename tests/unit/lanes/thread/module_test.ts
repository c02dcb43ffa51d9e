import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ProcessQueue, ThreadQueue, TrilaneError } from "../../../../mod.ts";
import { runtime, test } from "../../../harness.ts";
import { eventually, tasks, withThreads } from "./support.ts";

const entry = new URL("../../../../src/lanes/thread/entry.ts", import.meta.url);

test("worker module: an option says where it is, by URL or text", async () => {
  for (const workerUrl of [entry, entry.href]) {
    await withThreads({ workers: 1, workerUrl }, async (queue) => {
      assertEquals(await queue.submit(tasks.square, [3]).value(), 9);
    });
  }
});

test("worker module: what is no absolute URL is refused", () => {
  for (const workerUrl of ["./entry.js", "", 7, null]) {
    for (const Queue of [ThreadQueue, ProcessQueue]) {
      assertThrows(
        () => new Queue({ workerUrl: workerUrl as never }),
        TypeError,
        "workerUrl must be an absolute URL: got ",
      );
    }
  }
});

test("worker module: one that isn't there fails the tasks, and what a bundle needs is said", async () => {
  // Deno ends a thread without a file so soon that it may lose the port which is just being handed over: neither end is closed then.
  const folder = runtime === "deno" ? "http://127.0.0.1:1/" : import.meta.url;
  const workerUrl = new URL("./no_such_entry.js", folder);
  await withThreads({ workers: 1, workerUrl }, async (queue) => {
    const result = await queue.submit(tasks.square, [3]);
    assert(result.status === "failed" && result.error instanceof TrilaneError, result.status);
    assertStringIncludes(result.error.message, "no_such_entry.js could not be loaded");
    assertStringIncludes(result.error.message, "@trilane/trilane/thread/worker");
    assertStringIncludes(result.error.message, '"workerUrl"');
  });
});

if (runtime === "deno") {
  test("worker module: the graph of the package has all modules that workers run, so that they work offline", async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-lock", new URL("../../../../mod.ts", import.meta.url).href],
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout));
    const specifiers = modules.map(({ specifier }: { specifier: string }) => specifier);
    for (const lane of ["thread", "process"]) {
      const { href } = new URL(`../../../../src/lanes/${lane}/entry.ts`, import.meta.url);
      assert(specifiers.includes(href), href);
    }
  });
}

/** Runs a body where threads share no memory, as in a page that isn't cross-origin isolated. */
async function withoutSharedMemory(body: () => Promise<void>): Promise<void> {
  const scope = globalThis as unknown as { SharedArrayBuffer?: unknown };
  const { SharedArrayBuffer } = scope;
  delete scope.SharedArrayBuffer;
  try {
    await body();
  } finally {
    scope.SharedArrayBuffer = SharedArrayBuffer;
  }
}

test("no shared memory: tasks run, fail, are retried, time out and are cancelled all the same", () =>
  withoutSharedMemory(() =>
    withThreads({ workers: 2 }, async (queue) => {
      assertEquals(await queue.group(tasks.square, [1, 2, 3, 4]).values(), [1, 4, 9, 16]);
      const dying = await queue.submit(tasks.die, ["throw"], { retries: 1 });
      assertEquals([dying.status, dying.attempts], ["failed", 2]);
      const stuck = await queue.submit(tasks.tellAndWait, { timeout: 50 });
      assertEquals([stuck.status, stuck.attempts], ["failed", 1]);
      const running = queue.submit(tasks.tellAndWait);
      await eventually(() => running.progress !== undefined, "it runs");
      running.cancel();
      assertEquals((await running).status, "cancelled");
      assertEquals(await queue.submit(tasks.square, [5]).value(), 25);
    })
  ));
