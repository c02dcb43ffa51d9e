import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { asCompleted, type TaskHandle, type TaskQueue } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { pick, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a new queue runs nothing before someone waits, submission and onDone included`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue, desk) => {
      const handle = queue.submit(tasks.note, [desk.file("log"), "ran"]);
      handle.onDone(() => {});
      await clock.advance(1000);
      assertEquals([handle.status, desk.lines("log")], ["pending", []]);
      await queue.start();
      await handle;
      assertEquals(desk.lines("log"), ["ran"]);
    });
  });

  const waits: Record<string, (queue: TaskQueue, task: TaskHandle<number>) => Promise<unknown>> = {
    "await handle": async (_queue, handle) => (await handle).status,
    "wait()": async (_queue, handle) => (await handle.wait()).status,
    "value()": (_queue, handle) => handle.value(),
    "group.wait()": async (queue) => (await queue.group(tasks.echo, [1]).wait()).succeeded,
    "group.values()": (queue) => queue.group(tasks.echo, [1]).values(),
    "group.asCompleted()": (queue) => Array.fromAsync(queue.group(tasks.echo, [1]).asCompleted()),
    "asCompleted()": (_queue, handle) => Array.fromAsync(asCompleted([handle])),
    "join()": (queue) => queue.join(),
    "a submitWhenReady that has to wait": async (queue) =>
      await (await queue.submitWhenReady(tasks.echo, [1])).value(),
  };
  for (const [name, wait] of Object.entries(waits)) {
    test(`${lane.name}: ${name} starts a queue that was never started, not within the call`, () =>
      withQueue(lane, { size: 2 }, async (queue) => {
        let started = false;
        using _watch = queue.observe({ onStart: () => started = true });
        const handle = queue.submit(tasks.echo, [1]);
        if (name.startsWith("a submitWhenReady")) queue.submit(tasks.echo, [2]);
        const waited = wait(queue, handle);
        assertFalse(started);
        await waited;
        assert(started);
      }));
  }

  test(`${lane.name}: waiting leaves a paused queue paused`, () =>
    withQueue(lane, {}, async (queue) => {
      queue.pause();
      const handle = queue.submit(tasks.echo, [1]);
      const value = handle.value();
      await queue.start();
      assertEquals([handle.status, queue.paused], ["pending", true]);
      queue.resume();
      assertEquals(await value, 1);
    }));

  test(`${lane.name}: start resolves to the queue; more than once is as good as once`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.echo, [1]);
      const [a, b] = await Promise.all([queue.start(), queue.start()]);
      assertStrictEquals(a, queue);
      assertStrictEquals(b, queue);
      assertStrictEquals(await queue.start(), queue);
      assertEquals(await handle.value(), 1);
      assertEquals(handle.attempts, 1);
    }));

  test(`${lane.name}: join waits until nothing is outstanding, in both modes, and starts the queue`, async () => {
    for (const mode of ["finite", "infinite"] as const) {
      const clock = new VirtualClock();
      const watch = new Watch();
      await withQueue(lane, { clock, mode, ...watch.hooks }, async (queue) => {
        await queue.join();
        const handles = [
          queue.submit(tasks.nothing),
          queue.submit(tasks.failUntil, [2], { retries: 1, retryDelay: 50 }),
          queue.submit(tasks.nothing, { delay: 100 }),
        ];
        const joins = [queue.join(), queue.join()].map(async (join) => {
          assertEquals(await join, undefined);
          return handles.map(({ status }) => status);
        });
        await watch.until(() => watch.retried.length === 1);
        await clock.advance(100);
        for (const statuses of await Promise.all(joins)) {
          assertEquals(statuses, ["succeeded", "succeeded", "succeeded"]);
        }
        assertEquals(pick(queue, "completed", "closed"), { completed: 3, closed: false });
      });
    }
  });

  test(`${lane.name}: join settles after a shutdown, and while one goes on`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      const handle = queue.submit(tasks.gate, [desk.file("gate"), "done"]);
      const shutdown = queue.shutdown();
      const join = queue.join();
      desk.open("gate");
      await Promise.all([join, shutdown]);
      assertEquals(handle.status, "succeeded");
      await queue.join();
    });
  });
}
