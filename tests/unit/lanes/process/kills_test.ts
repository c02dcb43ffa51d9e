import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { join } from "node:path";
import process from "node:process";
import { TaskTimeoutError } from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import {
  childOf,
  eventually,
  isThere,
  lines,
  pairs,
  tasks,
  withFolder,
  withQueue,
} from "./support.ts";

test("cancelling a task that loops for ever ends its child, and the next task runs", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const handle = queue.submit(tasks.spin);
    const child = await childOf(handle);
    const from = performance.now();
    assert(handle.cancel());
    assertEquals(handle.status, "cancelled");
    await eventually(() => !isThere(child), "the child is gone");
    assert(performance.now() - from < 15_000);
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
    assertEquals(queue.stats.abandoned, 0);
  });
});

test("a task that times out in a loop fails, and its retry starts when its child is gone", async () => {
  await withFolder((folder) =>
    withQueue({ workers: 2 }, async (queue) => {
      const file = join(folder, "attempts");
      const states: boolean[] = [];
      const handle = queue.submit(tasks.attempts, [file], { timeout: 1_000, retries: 1 });
      handle.onDone(() => {});
      const seen = setInterval(() => {
        const [first, second] = lines(file);
        if (second !== undefined) states.push(isThere(Number(first.split(" ")[1])));
      }, 1);
      assertEquals((await handle).status, "succeeded");
      clearInterval(seen);
      assertEquals(states.includes(true), false);
      const pids = lines(file).map((line) => line.split(" ")[1]);
      assertEquals(pids.length, 2);
      assert(pids[0] !== pids[1]);
    })
  );
});

test("a task that times out without a retry fails with TaskTimeoutError", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const handle = queue.submit(tasks.spin, [], { timeout: 200 });
    const result = await handle;
    assert(result.status === "failed");
    assertInstanceOf(result.error, TaskTimeoutError);
  });
});

test("a child that is stopped is killed for good", async () => {
  await withQueue({ workers: 1, killDelay: 50 }, async (queue) => {
    const handle = queue.submit(tasks.hang, [false]);
    const child = await childOf(handle);
    process.kill(child, "SIGSTOP");
    handle.cancel();
    await eventually(() => !isThere(child), "the child is gone");
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});

test("a child that ignores SIGTERM gets SIGKILL after killDelay, not before", async () => {
  await withFolder((folder) =>
    withQueue({ workers: 1, killDelay: 400 }, async (queue) => {
      const file = join(folder, "signals");
      const handle = queue.submit(tasks.ignoreTerm, [file]);
      const child = await childOf(handle);
      const from = performance.now();
      handle.cancel();
      await eventually(() => lines(file).length > 0, "it got SIGTERM");
      await eventually(() => !isThere(child), "the child is gone");
      assert(performance.now() - from >= 390);
      assertEquals(lines(file), ["SIGTERM"]);
    })
  );
});

test("a task that listens to its signal may clean up, and its child lives on", async () => {
  await withFolder((folder) =>
    withQueue({ workers: 1 }, async (queue) => {
      const file = join(folder, "reasons");
      const handle = queue.submit(tasks.cleanUp, [file], { grace: 30_000 });
      const child = await childOf(handle);
      // It has asked for its signal before it reported its progress.
      handle.cancel();
      assertEquals(handle.status, "cancelled");
      assertEquals(await queue.submit(tasks.pid).value(), child);
      assertEquals(lines(file), ["AbortError"]);
    })
  );
});

test("a task that listens to its signal but does not end is killed after grace", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const handle = queue.submit(tasks.hang, [true], { grace: 300 });
    const child = await childOf(handle);
    const from = performance.now();
    handle.cancel();
    await eventually(() => !isThere(child), "the child is gone");
    assert(performance.now() - from >= 290);
  });
});

test("a forced shutdown ends all children, whatever they do, and leaves no zombie", async () => {
  await withFolder((folder) =>
    withQueue({ workers: 4, killDelay: 100 }, async (queue) => {
      const handles = [
        queue.submit(tasks.spin),
        queue.submit(tasks.hang, [false]),
        queue.submit(tasks.hang, [true], { grace: 100 }),
        queue.submit(tasks.ignoreTerm, [join(folder, "signals")]),
      ];
      const children = await Promise.all(handles.map(childOf));
      process.kill(children[1], "SIGSTOP");
      await queue.shutdown({ force: true });
      assertEquals(children.map(isThere), [false, false, false, false]);
      assertEquals(queue.stats.workers, 0);
    })
  );
});

test("shutdown waits for the end of all children", async () => {
  await withQueue({ workers: 2, minWorkers: 2 }, async (queue) => {
    const pids = await queue.map(tasks.pid, new Array(20).fill([])).reduce(
      async (all, handle) => (await all).add(await handle.value()),
      Promise.resolve(new Set<number>()),
    );
    await queue.shutdown();
    assertEquals([...pids].filter(isThere), []);
  });
});

test("a shutdown while children start ends them", async () => {
  await withQueue({ workers: 2, minWorkers: 2 }, async (queue) => {
    await queue.shutdown();
    assertEquals(queue.stats.workers, 0);
  });
});

test("an idle child is closed after idleTimeout", async () => {
  await withQueue({ workers: 1, idleTimeout: 30 }, async (queue) => {
    const child = await queue.submit(tasks.pid).value();
    await eventually(() => !isThere(child), "the child is gone");
    assertEquals(queue.stats.workers, 0);
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});

test("a task cancelled before it started never runs", async () => {
  await withFolder((folder) =>
    withQueue({ workers: 1 }, async (queue) => {
      const file = join(folder, "names");
      // Short tasks are sent ahead where they can be taken back.
      for (let round = 0; round < 30; round++) {
        const before = queue.map(tasks.add, pairs(200, 1));
        const name = `round ${round}`;
        const handle = queue.submit(tasks.note, [file], { name });
        const after = queue.map(tasks.add, pairs(20, 1));
        await before[(round * 7) % 200];
        handle.cancel();
        await Promise.all(after);
        // It may have begun and its queue not have heard of it yet.
        const { attempts } = await handle;
        if (attempts === 0) assertEquals(lines(file).includes(name), false, name);
      }
    })
  );
});
