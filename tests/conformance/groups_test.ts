import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { ExecutionError, RunSummary, TaskCancelledError, TaskTimeoutError } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, CountingController, HOUR, pick, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a group holds its handles in input order and iterates over them`, () =>
    withQueue(lane, {}, async (queue) => {
      const group = queue.group(tasks.echo, ["a", "b", "c"]);
      assertEquals([group.length, group.handles.length], [3, 3]);
      assertEquals([...group], [...group.handles]);
      assertStrictEquals([...group][1], group.handles[1]);
      await queue.run();
      assertEquals(await Promise.all([...group].map((handle) => handle.value())), ["a", "b", "c"]);
    }));

  test(`${lane.name}: values of a group come in input order`, () =>
    withQueue(lane, { workers: 3 }, async (queue, desk) => {
      await queue.start();
      const names = ["a", "b", "c"];
      const group = queue.group(tasks.gate, names.map((name) => [desk.file(name), name] as const));
      const values = group.values();
      for (const i of [2, 0, 1]) {
        desk.open(names[i]);
        await group.handles[i];
      }
      assertEquals(await values, names);
      assertEquals(await group.values(), names);
    }));

  test(`${lane.name}: values rejects with ExecutionError once all have ended, if any did not succeed`, () =>
    withQueue(lane, { workers: 2 }, async (queue, desk) => {
      await queue.start();
      const group = queue.group(
        [
          [tasks.gate, desk.file("gate"), "slow"],
          [tasks.fail, "first"],
          [tasks.nothing],
          [tasks.fail, "second"],
        ] as const,
      );
      group.handles[2].cancel("no need");
      let over = false;
      const values = group.values().catch((error) => error);
      values.then(() => over = true);
      await Promise.all(group.handles.slice(1));
      assertFalse(over);
      desk.open("gate");
      const error = await values;
      assert(error instanceof ExecutionError);
      const [, first, cancelled, second] = group.handles;
      assertEquals(error.results, [cancelled, first, second].map((handle) => handle.result()));
      assertError(error.errors[0], TaskCancelledError, "no need");
      assertStrictEquals(error.errors[1], first.error());
      assertStrictEquals(error.errors[2], second.error());
      assert(error.message.includes("3 of 4"), error.message);
    }));

  test(`${lane.name}: a group of no tasks is done`, () =>
    withQueue(lane, {}, async (queue) => {
      const group = queue.group(tasks.echo, []);
      assertEquals([group.length, await group.values(), group.cancel()], [0, [], 0]);
      const { total, ok, duration, results } = await group.wait();
      assertEquals([total, ok, duration, results], [0, true, 0, []]);
      assertEquals(await Array.fromAsync(group.asCompleted()), []);
    }));

  test(`${lane.name}: waiting for a group resolves to a summary of its tasks alone`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, workers: 3, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      queue.submit(tasks.nothing);
      await clock.advance(10);
      const group = queue.group(
        [
          [tasks.gate, desk.file("a"), "a"],
          [tasks.gate, desk.file("b"), "b"],
          [tasks.gateThenFail, desk.file("c")],
        ] as const,
      );
      await Promise.all(group.handles.map((handle) => watch.begun(handle)));
      queue.submit(tasks.nothing);
      let over = false;
      const wait = group.wait();
      wait.then(() => over = true);
      for (const [i, name] of [[2, "c"], [1, "b"], [0, "a"]] as const) {
        assertFalse(over);
        desk.open(name);
        await group.handles[i];
        await clock.advance(5);
      }
      const summary = await wait;
      assert(summary instanceof RunSummary);
      const { total, succeeded, failed, cancelled, timedOut, startedAt, duration } = summary;
      assertEquals([total, succeeded, failed, cancelled, timedOut, startedAt, duration], [
        ...[3, 2, 1, 0, false, 10, 10],
      ]);
      assertEquals(
        summary.results.map(({ id }) => id),
        group.handles.map(({ id }) => id).reverse(),
      );
      assertEquals(summary.values, ["b", "a"]);
    });
  });

  test(`${lane.name}: a group's results are in order of completion even within one tick of the clock`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      const group = queue.group(tasks.echo, ["a", "b", "c"]);
      for (const i of [1, 2, 0]) group.handles[i].cancel();
      const [a, b, c] = group.handles.map(({ id }) => id);
      assertEquals((await group.wait()).results.map(({ id }) => id), [b, c, a]);
      const completed = await Array.fromAsync(group.asCompleted(), ({ id }) => id);
      assertEquals(completed, [b, c, a]);
    });
  });

  test(`${lane.name}: waiting for a group with a timeout or a signal gives up the wait alone`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const controller = new CountingController();
      const { signal } = controller;
      queue.pause();
      const group = queue.group(tasks.echo, [1, 2], { groupId: "g" });
      const timed = group.wait({ timeout: 100 }).catch((error) => error);
      const signalled = group.wait({ signal }).catch((error) => error);
      await clock.advance(100);
      assertError(await timed, TaskTimeoutError, "2 tasks", "'g'", "100 ms");
      controller.abort("enough");
      assertEquals([await signalled, controller.listeners], ["enough", 0]);
      assertEquals(pick(queue, "pending", "cancelled"), { pending: 2, cancelled: 0 });
      const well = group.wait({ timeout: 1e6 });
      queue.resume();
      assertEquals((await well).succeeded, 2);
    });
  });

  test(`${lane.name}: cancelling a group cancels those that have not ended and counts them`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const log = desk.file("log");
      const group = queue.group(
        [
          [tasks.nothing],
          [tasks.noteAbort, log],
          [tasks.note, log, "ran"],
        ] as const,
        { grace: HOUR },
      );
      const outside = queue.submit(tasks.echo, ["outside"]);
      await watch.begun(group.handles[1]);
      assertEquals(group.cancel(), 2);
      assertEquals(group.cancel(), 0);
      assertEquals(group.handles.map((handle) => handle.status), [
        ...["succeeded", "cancelled", "cancelled"],
      ]);
      const { succeeded, cancelled } = await group.wait();
      assertEquals([succeeded, cancelled, await outside.value()], [1, 2, "outside"]);
      await desk.noted("log", [(group.handles[1].result().message)!]);
    });
  });

  test(`${lane.name}: asCompleted of a group yields its handles as they end`, () =>
    withQueue(lane, { workers: 3 }, async (queue, desk) => {
      await queue.start();
      const names = ["a", "b", "c"];
      const group = queue.group(tasks.gate, names.map((name) => [desk.file(name), name] as const));
      const seen: unknown[] = [];
      desk.open("b");
      for await (const handle of group.asCompleted()) {
        const value = await handle.value();
        seen.push(value);
        assert(group.handles.some((member) => member === handle));
        desk.open(value === "b" ? "c" : "a");
      }
      assertEquals(seen, ["b", "c", "a"]);
    }));
}
