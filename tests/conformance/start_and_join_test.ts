import { assertEquals, assertStrictEquals } from "@std/assert";
import { test } from "../harness.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { lanes } from "./lanes.ts";
import { pick, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a new queue runs nothing, and awaiting a handle does not start it`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue, desk) => {
      const handle = queue.submit(tasks.note, [desk.file("log"), "ran"]);
      const waits = [handle.wait(), handle.value(), handle];
      await clock.advance(1000);
      assertEquals([handle.status, desk.lines("log")], ["pending", []]);
      await queue.start();
      await Promise.all(waits);
      assertEquals(desk.lines("log"), ["ran"]);
    });
  });

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
        let joined = 0;
        const joins = [queue.join(), queue.join()];
        joins.forEach((join) => join.then((nothing) => joined += nothing === undefined ? 1 : 9));
        await watch.until(() => watch.retried.length === 1);
        await clock.advance(99);
        assertEquals(joined, 0);
        await clock.advance(1);
        await Promise.all(joins);
        assertEquals([joined, ...handles.map((handle) => handle.status)], [
          ...[2, "succeeded", "succeeded", "succeeded"],
        ]);
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
