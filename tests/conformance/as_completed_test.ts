import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { asCompleted, type PlainHandle, type TaskHandle, TaskTimeoutError } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, CountingController, settle, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: asCompleted is also a static of the class`, () => {
    assertStrictEquals(lane.asCompleted, asCompleted);
  });

  test(`${lane.name}: asCompleted yields each handle once, those that have ended first`, () =>
    withQueue(lane, { workers: 3 }, async (queue, desk) => {
      await queue.start();
      const early: TaskHandle[] = [];
      for (const name of ["early 1", "early 2"]) {
        early.push(queue.submit(tasks.echo, [name]));
        await early.at(-1);
      }
      const failed = queue.submit(tasks.gateThenFail, [desk.file("failed")]);
      const late = queue.submit(tasks.gate, [desk.file("late"), "late"]);
      const cancelled = queue.submit(tasks.nothing, { delay: 1e9 });
      const handles: TaskHandle[] = [late, failed, cancelled, early[1], early[0]];
      const seen: PlainHandle[] = [];
      for await (const handle of asCompleted(handles)) {
        assert(handle.done);
        seen.push(handle);
        if (seen.length === 2) cancelled.cancel();
        if (seen.length === 3) desk.open("failed");
        if (seen.length === 4) desk.open("late");
      }
      const expected: PlainHandle[] = [early[0], early[1], cancelled, failed, late];
      assertEquals(seen.map(({ id }) => id), expected.map(({ id }) => id));
      seen.forEach((handle, i) => assertStrictEquals(handle, expected[i]));
      assert("then" in seen[0]);
    }));

  test(`${lane.name}: asCompleted takes handles of several queues, from any iterable`, () =>
    withQueue(lane, {}, async (queue) => {
      const other = lane.create();
      const [a, b] = [queue.submit(tasks.echo, ["a"]), other.submit(tasks.echo, ["b"])];
      queue.pause();
      const handles = asCompleted(new Set([a, b]));
      await other.run();
      assertStrictEquals((await handles.next()).value, b);
      queue.resume();
      await queue.run();
      assertStrictEquals((await handles.next()).value, a);
      assertEquals((await handles.next()).done, true);
      await other.shutdown();
    }));

  test(`${lane.name}: asCompleted gives each task once, however often its handle is given`, () =>
    withQueue(lane, {}, async (queue) => {
      const [a, b] = queue.map(tasks.echo, [1, 2], { retries: 0 });
      const values = await Array.fromAsync(asCompleted([a, b, a]), (handle) => handle.value());
      assertEquals(values.sort(), [1, 2]);
    }));

  test(`${lane.name}: asCompleted of nothing is over`, async () => {
    assertEquals(await Array.fromAsync(asCompleted([])), []);
  });

  test(`${lane.name}: what ends between two pulls is kept for the next ones, in order`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const handles = queue.map(tasks.echo, [1, 2, 3], { priority: 1 });
      const urgent = queue.submit(tasks.echo, [0], { priority: 0 });
      const completions = asCompleted([...handles, urgent]);
      await queue.run();
      const values = await Array.fromAsync(completions, (handle) => handle.value());
      assertEquals(values, [0, 1, 2, 3]);
    }));

  test(`${lane.name}: several pulls at once are answered in turn, each by a handle`, () =>
    withQueue(lane, {}, async (queue) => {
      queue.pause();
      const handles = queue.map(tasks.echo, [1, 2, 3]);
      const completions = asCompleted(handles);
      const answers: unknown[] = [];
      const pulls = [1, 2, 3, 4].map(async () => {
        const { value } = await completions.next();
        answers.push(value?.id);
      });
      for (const handle of [handles[1], handles[2], handles[0]]) {
        handle.cancel();
        await settle();
      }
      await Promise.all(pulls);
      assertEquals(answers, [handles[1].id, handles[2].id, handles[0].id, undefined]);
    }));

  test(`${lane.name}: leaving the loop early leaves the tasks alone`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      await queue.start();
      const handles = queue.map(tasks.echo, [1, 2, 3]);
      for await (const handle of asCompleted(handles)) {
        assertEquals(await handle.value(), 1);
        break;
      }
      await queue.join();
      assertEquals(queue.stats.succeeded, 3);
    }));

  test(`${lane.name}: asCompleted with a timeout rejects when it passes, from its call on`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const [soon, later] = [
        queue.submit(tasks.echo, ["soon"], { delay: 60 }),
        queue.submit(tasks.echo, ["later"], { delay: 110 }),
      ];
      const completions = asCompleted([soon, later], { timeout: 100 });
      const first = completions.next();
      await clock.advance(60);
      assertStrictEquals((await first).value, soon);
      const second = completions.next().catch((error) => error);
      await clock.advance(39);
      assertFalse(later.done);
      await clock.advance(1);
      assertError(await second, TaskTimeoutError, "2 tasks", "100 ms");
      assertEquals(await completions.next(), { done: true, value: undefined });
      await clock.advance(10);
      assertEquals(await later.value(), "later");
    });
  });

  test(`${lane.name}: asCompleted with a signal rejects with its reason when it aborts`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const controller = new CountingController();
      const { signal } = controller;
      const handles = [queue.submit(tasks.nothing, { delay: 1e9 })];
      const pull = asCompleted(handles, { signal }).next().catch((error) => error);
      assertEquals(controller.listeners, 1);
      controller.abort("enough");
      assertEquals([await pull, handles[0].status], ["enough", "scheduled"]);
    }));

  test(`${lane.name}: however it is left, asCompleted leaves no timer and no listener`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const controller = new CountingController();
      const { signal } = controller;
      const options = { timeout: 1e6, signal };
      const never = queue.submit(tasks.nothing, { delay: Infinity });
      const left = asCompleted([never], options);
      const pull = left.next();
      await left.return!();
      assertEquals([(await pull).done, controller.listeners], [true, 0]);
      const handles = queue.map(tasks.echo, [1, 2]);
      assertEquals((await Array.fromAsync(asCompleted(handles, options))).length, 2);
      assertEquals(controller.listeners, 0);
      await queue.cancel();
      await clock.drain();
      assertEquals(clock.pendingTimers, 0);
    });
  });
}
