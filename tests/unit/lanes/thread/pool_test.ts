import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { ThreadQueue } from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import { eventually, gate, open, reached, tasks, withThreads } from "./support.ts";

test("thread pool: it has no workers before there are tasks, and grows with the backlog up to the limit", async () => {
  await withThreads({ workers: 3 }, async (queue) => {
    assertEquals(queue.stats.workers, 0);
    assertEquals(await queue.submit(tasks.square, [2]).value(), 4);
    assertEquals(queue.stats.workers, 1);
    const door = gate();
    const first = queue.submit(tasks.block, [door]);
    await reached(door);
    assertEquals(queue.stats.workers, 1);
    const more = Array.from({ length: 6 }, () => queue.submit(tasks.block, [door]));
    await reached(door, 3);
    assertEquals([queue.stats.workers, queue.stats.active, queue.stats.pending], [3, 3, 4]);
    open(door);
    await Promise.all([first, ...more]);
    assertEquals(door[1], 7);
    assertEquals(queue.stats.workers, 3);
  });
});

test("thread pool: minWorkers are started at once and kept; the others go after idleTimeout", async () => {
  await withThreads({ workers: 3, minWorkers: 1, idleTimeout: 50 }, async (queue) => {
    await eventually(() => queue.stats.workers === 1, "one is warm");
    const door = gate();
    const handles = [1, 2, 3].map(() => queue.submit(tasks.tellAndBlock, [door]));
    await reached(door, 3);
    open(door);
    const three = await Promise.all(handles.map((handle) => handle.value()));
    await eventually(() => queue.stats.workers === 1, "two have been closed");
    const { worker } = await queue.submit(tasks.whoAmI).value();
    assert(three.includes(worker), "all have been closed, and a new one started");
    await delay(100);
    assertEquals(queue.stats.workers, 1);
    assertEquals((await queue.submit(tasks.whoAmI).value()).worker, worker);
  });
});

test("thread pool: a pool that has shrunk to nothing wakes again", async () => {
  await withThreads({ workers: 2, idleTimeout: 0 }, async (queue) => {
    const workers = new Set<string>();
    for (let i = 0; i < 4; i++) {
      workers.add((await queue.submit(tasks.whoAmI).value()).worker);
      await eventually(() => queue.stats.workers === 0, "all are closed");
    }
    assertEquals(workers.size, 4);
  });
});

test("thread pool: a worker runs no more than recycleAfter attempts, however short they are", async () => {
  for (const [recycleAfter, count] of [[1, 12], [5, 24], [150, 600]] as const) {
    // A worker that is used up is replaced, not left idle.
    await withThreads({ workers: 2, recycleAfter, idleTimeout: 60_000 }, async (queue) => {
      const handles = Array.from({ length: count }, () => queue.submit(tasks.whoAmI));
      const seen = await Promise.all(handles.map((handle) => handle.value()));
      const most = Math.max(...seen.map(({ call }) => call));
      assert(most <= recycleAfter, `${most} of ${recycleAfter}`);
      const workers = new Set(seen.map(({ worker }) => worker)).size;
      assert(workers <= Math.ceil(count / recycleAfter) + 1, `${workers} workers were used up`);
    });
  }
});

test("thread pool: the number of workers can be set while they work", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const door = gate();
    const handles = Array.from({ length: 8 }, () => queue.submit(tasks.block, [door]));
    await reached(door, 1);
    assertEquals(queue.stats.active, 1);
    queue.workers = 3;
    await reached(door, 3);
    assertEquals(queue.stats.active, 3);
    queue.workers = 2;
    open(door);
    await Promise.all(handles);
    await eventually(() => queue.stats.workers <= 2, "one has gone");
    const next = gate();
    const more = Array.from({ length: 6 }, () => queue.submit(tasks.block, [next]));
    await reached(next, 2);
    await delay(50);
    assertEquals([next[1], queue.stats.active], [2, 2]);
    open(next);
    await Promise.all(more);
  });
});

test("thread pool: ids are 1 to workers, while workers are replaced too", async () => {
  for (const recycleAfter of [1, 2]) {
    await withThreads({ workers: 2, recycleAfter }, async (queue) => {
      const handles = queue.map(tasks.square, Array.from({ length: 12 }, (_, i) => i));
      const ids = new Set((await Promise.all(handles)).map(({ workerId }) => workerId));
      assertEquals([...ids].sort(), [1, 2]);
    });
  }
});

test("thread pool: never more attempts run at once than there are workers", async () => {
  for (const workers of [1, 2, 3]) {
    let most = 0;
    let active = () => 0;
    await withThreads(
      { workers, onStart: () => most = Math.max(most, active()) },
      async (queue) => {
        active = () => queue.activeCount;
        const times = Array.from({ length: 400 }, (_, i) => i % 20 === 0 ? 1 : 0.02);
        await queue.group(tasks.work, times).values();
      },
    );
    assert(most >= 1 && most <= workers, `${most} of ${workers}`);
  }
});

test("thread pool: a queue can be reset after a shutdown and used again", async () => {
  const queue = new ThreadQueue({ workers: 2, minWorkers: 1 });
  for (let round = 0; round < 3; round++) {
    await queue.start();
    assertEquals(await queue.group(tasks.square, [1, 2, 3]).values(), [1, 4, 9]);
    await queue.shutdown();
    assertEquals(queue.stats.workers, 0);
    queue.reset();
  }
  await queue.shutdown();
});
