import { assert, assertEquals } from "@std/assert";
import type { TaskQueue } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { pick, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks, many } = lane;
  const numbers = () => Array.from({ length: many }, (_, i) => i);
  const sum = many * (many - 1) / 2;

  for (const kind of ["synchronous", "asynchronous"]) {
    test(`${lane.name}: ${many} ${kind} tasks run to their end, in order`, () =>
      withQueue(lane, { workers: 1, retain: "none" }, async (queue) => {
        const fn: (a: number, b: number) => number | Promise<number> = kind === "synchronous"
          ? tasks.add
          : tasks.addLater;
        let done = 0;
        let disorder = 0;
        const handles = queue.map(fn, numbers().map((n) => [n, 0] as const));
        handles.forEach((handle, i) => handle.onDone(() => disorder += done++ === i ? 0 : 1));
        assertEquals((await queue.run()).succeeded, many);
        assertEquals([done, disorder], [many, 0]);
        const values = await Promise.all(handles.map((handle) => handle.value()));
        assertEquals(values.reduce((a, b) => a + b), sum);
      }));
  }

  test(`${lane.name}: a chain of ${many} tasks, each submitted at the end of the one before`, () => {
    let queue: TaskQueue | undefined;
    let left = many;
    const onComplete = () => void (--left > 0 && queue!.submit(tasks.nothing));
    return withQueue(lane, { retain: "none", onComplete }, async (made) => {
      queue = made;
      queue.submit(tasks.nothing);
      assertEquals((await queue.run()).succeeded, many);
    });
  });

  test(`${lane.name}: ${many} tasks that fail are each retried`, () =>
    withQueue(lane, { retain: "none" }, async (queue) => {
      queue.map(tasks.failUntil, Array<number>(many).fill(2), { retries: 1 });
      const { succeeded, failed } = await queue.run();
      assertEquals([succeeded, failed, queue.stats.retried], [many, 0, many]);
    }));

  test(`${lane.name}: ${many} queued and delayed tasks are cancelled at once, by handle, group and queue`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      const each = Math.floor(many / 4);
      const list = numbers().slice(0, each);
      const handles = queue.map(tasks.echo, list);
      const delayed = queue.map(tasks.echo, list, { delay: 1000 });
      const group = queue.group(tasks.echo, list, { delay: 500 });
      queue.map(tasks.echo, list);
      assertEquals(pick(queue, "pending", "scheduled"), { pending: 2 * each, scheduled: 2 * each });
      // From the end and from the front: neither may take a search.
      for (const handle of handles.toReversed()) handle.cancel();
      for (const handle of delayed) handle.cancel();
      assertEquals(group.cancel(), each);
      const down = queue.cancel();
      assertEquals(pick(queue, "pending", "scheduled", "cancelled"), {
        ...{ pending: 0, scheduled: 0, cancelled: 4 * each },
      });
      await down;
    });
  });

  test(`${lane.name}: ${many} tasks with a timeout each end in time`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock, retain: "none" }, async (queue) => {
      queue.map(tasks.echo, numbers(), { timeout: 60_000 });
      assertEquals((await queue.run()).succeeded, many);
    });
  });

  test(`${lane.name}: ${many} tasks of many priorities start in order`, () =>
    withQueue(lane, { workers: 1, retain: "none" }, async (queue) => {
      let last = -Infinity;
      let disorder = 0;
      for (const n of numbers()) {
        const priority = (n * 7919) % 1000;
        queue.submit(tasks.nothing, { priority }).onDone(() => {
          if (priority < last) disorder++;
          last = priority;
        });
      }
      await queue.run();
      assertEquals(disorder, 0);
    }));

  test(`${lane.name}: ${many} waits for one task end with it`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.echo, [1]);
      const waits = numbers().map(() => handle.wait({ timeout: 60_000 }));
      await queue.run();
      assert((await Promise.all(waits)).every((result) => result.status === "succeeded"));
    }));
}
