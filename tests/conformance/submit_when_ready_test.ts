import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { type PlainHandle, QueueClosedError, type TaskHandle } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import {
  assertError,
  assertRejected,
  CountingController,
  pick,
  settle,
  Watch,
  withQueue,
} from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: submitWhenReady submits at once where there is room`, () =>
    withQueue(lane, { size: 1 }, async (queue) => {
      const handle = await queue.submitWhenReady(tasks.add, [1, 2], { name: "sum" });
      assertEquals([handle.name, handle.status], ["sum", "pending"]);
      assertEquals(queue.stats.pending, 1);
      await queue.start();
      assertEquals(await handle.value(), 3);
      const second = await queue.submitWhenReady(tasks.list, { name: "no arguments" });
      assertEquals([second.name, await second.value()], ["no arguments", []]);
    }));

  test(`${lane.name}: submitWhenReady resolves to the task's handle itself, without waiting for it`, () => {
    const seen: TaskHandle[] = [];
    const onStart = (handle: TaskHandle) => void seen.push(handle);
    return withQueue(lane, { size: 1, onStart }, async (queue) => {
      const plain = await queue.submitWhenReady(tasks.add, [1, 2]);
      assertEquals(plain.done, false);
      assert("then" in plain);
      await queue.start();
      const handle = plain as PlainHandle<number> as TaskHandle<number>;
      const result = await handle;
      assertStrictEquals(result, handle.result());
      assertEquals(await handle.value(), 3);
      assertStrictEquals(seen[0], plain);
    });
  });

  test(`${lane.name}: submitWhenReady waits for room; those who wait are served in turn`, () =>
    withQueue(lane, { size: 1, workers: 1 }, async (queue, desk) => {
      await queue.start();
      const gates = ["a", "b", "c"];
      const admitted: string[] = [];
      const admissions = gates.map((gate) =>
        queue.submitWhenReady(tasks.gate, [desk.file(gate), gate]).then((handle) => {
          admitted.push(gate);
          return { handle };
        })
      );
      const { handle: a } = await admissions[0];
      assertEquals(admitted, ["a"]);
      assertEquals(pick(queue, "pending", "active").pending + queue.activeCount, 1);
      desk.open("a");
      await a.wait();
      const { handle: b } = await admissions[1];
      assertEquals(admitted, ["a", "b"]);
      b.cancel();
      const { handle: c } = await admissions[2];
      desk.open("c");
      assertEquals(await c.value(), "c");
    }));

  test(`${lane.name}: who comes later does not overtake those who wait for room`, () =>
    withQueue(lane, { size: 1 }, async (queue) => {
      const first = queue.submit(tasks.echo, [0]);
      const order: number[] = [];
      const submit = (i: number) =>
        queue.submitWhenReady(tasks.echo, [i]).then((handle) => {
          order.push(i);
          handle.cancel();
        });
      const waiting = [submit(1), submit(2)];
      first.cancel();
      waiting.push(submit(3));
      await Promise.all(waiting);
      assertEquals(order, [1, 2, 3]);
    }));

  test(`${lane.name}: submitWhenReady rejects with QueueClosedError on a closed queue`, () =>
    withQueue(lane, { size: 1 }, async (queue) => {
      await queue.shutdown();
      const call = () => queue.submitWhenReady(tasks.nothing);
      await assertRejected(queue, call, QueueClosedError, "shut down");
    }));

  for (const force of [false, true]) {
    const how = force ? "forced" : "graceful";
    test(`${lane.name}: a ${how} shutdown turns away at once those who wait for room`, () => {
      const watch = new Watch();
      return withQueue(lane, { size: 1, ...watch.hooks }, async (queue, desk) => {
        await queue.start();
        const held = queue.submit(tasks.gate, [desk.file("gate"), "held"]);
        await watch.begun(held);
        const waiting = [1, 2].map((i) =>
          queue.submitWhenReady(tasks.echo, [i]).then(() => undefined, (error) => error)
        );
        await settle();
        const down = queue.shutdown({ force });
        for (const error of await Promise.all(waiting)) {
          assertError(error, QueueClosedError, "shut down");
        }
        assertEquals(held.status, force ? "cancelled" : "running");
        desk.open("gate");
        await down;
        assertEquals(held.status, force ? "cancelled" : "succeeded");
        assertEquals(queue.stats.completed, 1);
      });
    });
  }

  test(`${lane.name}: aborting the signal gives up waiting for room`, () =>
    withQueue(lane, { size: 1 }, async (queue) => {
      const held = queue.submit(tasks.echo, ["held"]);
      const controller = new CountingController();
      const { signal } = controller;
      const given = queue.submitWhenReady(tasks.echo, ["given up"], { signal });
      const next = queue.submitWhenReady(tasks.echo, ["next"]);
      const why = new Error("no patience");
      controller.abort(why);
      assertStrictEquals(await given.catch((error) => error), why);
      held.cancel();
      const handle = await next;
      await queue.run();
      assertEquals(await handle.value(), "next");
      assertEquals(queue.stats.completed, 2);
      assertEquals(controller.listeners, 0);
    }));

  test(`${lane.name}: a signal that has aborted already makes submitWhenReady reject`, () =>
    withQueue(lane, { size: 1 }, async (queue) => {
      const signal = AbortSignal.abort(new RangeError("too late"));
      const call = () => queue.submitWhenReady(tasks.nothing, { signal });
      await assertRejects(call, RangeError, "too late");
      assertEquals(queue.stats.completed, 0);
    }));

  test(`${lane.name}: the signal goes on to cancel the task that was admitted`, () =>
    withQueue(lane, { size: 1 }, async (queue) => {
      queue.pause();
      const held = queue.submit(tasks.echo, ["held"]);
      const controller = new CountingController();
      const { signal } = controller;
      const waiting = queue.submitWhenReady(tasks.echo, ["late"], { signal });
      held.cancel();
      const handle = await waiting;
      assertEquals(controller.listeners, 1);
      controller.abort("enough");
      assertEquals(handle.status, "cancelled");
    }));

  test(`${lane.name}: submitWhenReady rejects, and does not throw, what submit refuses`, () =>
    withQueue(lane, { size: 1 }, async (queue) => {
      const submit = queue.submitWhenReady.bind(queue) as (...args: unknown[]) => Promise<unknown>;
      await assertRejected(queue, () => submit(7), TypeError, "7");
      await assertRejected(queue, () => submit(Promise.resolve()), TypeError, "already started");
      await assertRejected(queue, () => submit(tasks.add, 7), TypeError, "array", "7");
      await assertRejected(
        queue,
        () => submit(tasks.add, [], { retry: 1 }),
        TypeError,
        "'retries'",
      );
      await assertRejected(queue, () => submit(tasks.add, [], { retries: -1 }), RangeError, "-1");
    }));

  test(`${lane.name}: wrong options are refused at the call, not when there is room`, () =>
    withQueue(lane, { size: 1 }, async (queue) => {
      queue.submit(tasks.nothing);
      const call = () => queue.submitWhenReady(tasks.nothing, { timeout: 0 });
      const error = await assertRejected(queue, call, RangeError, "timeout", "0");
      assertInstanceOf(error, RangeError);
    }));
}
