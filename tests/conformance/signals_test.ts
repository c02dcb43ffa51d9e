import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { CountingController, HOUR, pick, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: aborting the signal cancels a task in every state, with the signal's reason`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const controller = new AbortController();
      const { signal } = controller;
      const retrying = queue.submit(tasks.failUntil, [9], { signal, retries: 9, retryDelay: HOUR });
      await watch.until(() => watch.retried.length === 1);
      const running = queue.submit(tasks.noteAbort, [desk.file("log")], { signal });
      await watch.begun(running);
      const queued = queue.submit(tasks.note, [desk.file("log"), "ran"], { signal });
      const scheduled = queue.submit(tasks.note, [desk.file("log"), "ran"], {
        signal,
        delay: HOUR,
      });
      const handles = [retrying, running, queued, scheduled];
      assertEquals(handles.map((handle) => handle.status), [
        ...["retrying", "running", "pending", "scheduled"],
      ]);
      const why = new Error("the user has left");
      controller.abort(why);
      for (const handle of handles) {
        const result = handle.result();
        assert(result.status === "cancelled");
        assertStrictEquals(result.reason, why);
      }
      await desk.noted("log", ["the user has left"]);
      await clock.advance(2 * HOUR);
      assertEquals(watch.started.length, 2);
      assertEquals(desk.lines("log").length, 1);
    });
  });

  test(`${lane.name}: a signal that has aborted already cancels the task at submission`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      await queue.start();
      const signal = AbortSignal.abort("too late");
      const handle = queue.submit(tasks.note, [desk.file("log"), "ran"], { signal });
      const result = handle.result();
      assertEquals(result.status === "cancelled" && result.reason, "too late");
      const group = queue.group(tasks.echo, [1, 2], { signal });
      assertEquals(group.handles.map((handle) => handle.status), ["cancelled", "cancelled"]);
      await queue.join();
      assertEquals(desk.lines("log"), []);
      assertEquals(watch.completed.length, 3);
      assertEquals(pick(queue, "cancelled", "pending"), { cancelled: 3, pending: 0 });
    });
  });

  test(`${lane.name}: of two tasks on one signal, cancelling one leaves the other to the signal`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const controller = new CountingController();
      const { signal } = controller;
      const running = queue.submit(tasks.gate, [desk.file("gate"), 1], { signal });
      await watch.begun(running);
      const [a, b] = queue.map(tasks.echo, ["a", "b"], { signal });
      a.cancel("only me");
      assertEquals([a.status, b.status, running.status], ["cancelled", "pending", "running"]);
      assertEquals(controller.listeners, 1);
      controller.abort("all others");
      const reasons = [running, a, b].map((handle) => {
        const result = handle.result();
        return result.status === "cancelled" && result.reason;
      });
      assertEquals(reasons, ["all others", "only me", "all others"]);
    });
  });

  test(`${lane.name}: many tasks on one signal take one listener, gone when the last has ended`, () =>
    withQueue(lane, {}, async (queue) => {
      const controller = new CountingController();
      const { signal } = controller;
      const handles = queue.map(tasks.echo, Array.from({ length: lane.many }, (_, i) => i), {
        signal,
      });
      assertEquals([controller.listeners, controller.added], [1, 1]);
      assertEquals((await queue.run()).succeeded, lane.many);
      assertEquals([controller.listeners, controller.added], [0, 1]);
      controller.abort();
      assertEquals(handles[0].status, "succeeded");
    }));

  test(`${lane.name}: aborting the one signal of many tasks cancels them all at once`, () =>
    withQueue(lane, {}, async (queue) => {
      const controller = new CountingController();
      const { signal } = controller;
      const handles = queue.map(tasks.echo, Array.from({ length: lane.many }, (_, i) => i), {
        signal,
      });
      controller.abort("enough");
      assertEquals(pick(queue, "cancelled", "pending"), { cancelled: lane.many, pending: 0 });
      assert(handles.every((handle) => handle.cancelled));
      assertEquals((await queue.run()).cancelled, lane.many);
      assertEquals(controller.listeners, 0);
    }));

  test(`${lane.name}: one signal serves tasks of several queues and waits with one listener`, () =>
    withQueue(lane, { size: 1 }, async (queue) => {
      const other = lane.create();
      queue.pause();
      other.pause();
      const controller = new CountingController();
      const { signal } = controller;
      const a = queue.submit(tasks.echo, ["a"], { signal });
      const b = other.submit(tasks.echo, ["b"], { signal });
      const c = other.submit(tasks.echo, ["c"]);
      const waits = [
        c.wait({ signal }),
        queue.submitWhenReady(tasks.nothing, { signal }),
      ].map((wait) => wait.then(() => undefined, (error) => error));
      assertEquals(controller.listeners, 1);
      controller.abort("enough");
      assertEquals(await Promise.all(waits), ["enough", "enough"]);
      assertEquals([a.status, b.status, c.status], ["cancelled", "cancelled", "pending"]);
      await other.cancel();
    }));

  test(`${lane.name}: a signal outlives its tasks without a trace of them`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const controller = new CountingController();
      const { signal } = controller;
      const options = { signal };
      await queue.submit(tasks.nothing, options);
      await queue.submit(tasks.fail, options);
      await queue.submit(tasks.failUntil, [2], { ...options, retries: 1 });
      queue.submit(tasks.nothing, { ...options, delay: 1e9 }).cancel();
      queue.submit(tasks.nothing, options).cancel();
      assertEquals(controller.listeners, 0);
      assertEquals(controller.added, 5);
      controller.abort();
      assertEquals(pick(queue, "succeeded", "failed", "cancelled"), {
        ...{ succeeded: 2, failed: 1, cancelled: 2 },
      });
    }));

  test(`${lane.name}: one aborted while the queue starts never runs`, () =>
    withQueue(lane, {}, async (queue, desk) => {
      const controller = new AbortController();
      const { signal } = controller;
      const handles = queue.map(tasks.note, [[desk.file("log"), "a"], [desk.file("log"), "b"]], {
        signal,
      });
      const starting = queue.start();
      controller.abort("changed my mind");
      assertEquals(handles.map((handle) => handle.status), ["cancelled", "cancelled"]);
      await starting;
      await queue.join();
      assertEquals(desk.lines("log"), []);
    }));

  test(`${lane.name}: aborting within the reaction to an abort is harmless`, () => {
    const controller = new AbortController();
    const { signal } = controller;
    const watch = new Watch();
    const onComplete = () => controller.abort("again");
    return withQueue(lane, { workers: 1, ...watch.hooks, onComplete }, async (queue) => {
      const handles = queue.map(tasks.echo, [1, 2, 3], { signal });
      await queue.run();
      assertEquals(handles.map((handle) => handle.status), [
        ...["succeeded", "cancelled", "cancelled"],
      ]);
    });
  });
}
