import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { TaskResult } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { inTime, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a result of a task that succeeded`, () => {
    const clock = new VirtualClock(100);
    const watch = new Watch();
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
      const metadata = { order: 7 };
      const handle = queue.submit(tasks.gate, [desk.file("gate"), "value"], {
        ...{ metadata, priority: 1, groupId: "g", delay: 50, name: "n" },
      });
      await queue.start();
      await clock.advance(50);
      await watch.begun(handle);
      await clock.advance(30);
      desk.open("gate");
      const { id } = handle;
      const result = await handle;
      const { workerId, ...rest } = result;
      assertEquals<unknown>(rest, {
        ...{ id, name: "n", priority: 1, groupId: "g", mustComplete: false, detached: false },
        ...{ metadata, attempts: 1, createdAt: 100, startedAt: 150, finishedAt: 180 },
        ...{ duration: 30, scheduledFor: 150, status: "succeeded", value: "value" },
      });
      assert(Number.isInteger(workerId));
    });
  });

  test(`${lane.name}: a result of a task that failed`, () => {
    const clock = new VirtualClock(100);
    return withQueue(lane, { clock }, async (queue) => {
      const handle = queue.submit(tasks.fail, ["no disk"], { retries: 1 });
      await queue.start();
      const result = await handle;
      assert(result.status === "failed");
      const { workerId, error, ...rest } = result;
      assertEquals((error as Error).message, "no disk");
      assertEquals<unknown>(rest, {
        ...{ id: handle.id, name: "fail", priority: 3, mustComplete: false, detached: false },
        ...{ metadata: undefined, attempts: 2, createdAt: 100, startedAt: 100 },
        ...{ finishedAt: 100, duration: 0, message: "no disk", status: "failed" },
      });
      assert(Number.isInteger(workerId));
    });
  });

  test(`${lane.name}: a result as JSON tells its error, and its times as dates`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.fail, ["no disk"]);
      const result = await handle;
      const json = JSON.parse(JSON.stringify(result));
      assertEquals([json.status, json.error.name, json.error.message], [
        ...["failed", "Error", "no disk"],
      ]);
      for (const key of ["createdAt", "startedAt", "finishedAt"] as const) {
        const time = performance.timeOrigin + result[key]!;
        assertEquals(json[key], new Date(time).toISOString());
      }
    }));

  test(`${lane.name}: a result of a task that was cancelled before it started`, () => {
    const clock = new VirtualClock(100);
    return withQueue(lane, { clock }, async (queue) => {
      const handle = queue.submit(tasks.nothing, { mustComplete: true, detached: true });
      await clock.advance(20);
      handle.cancel("no need");
      assertEquals<unknown>(handle.result(), {
        ...{ id: handle.id, name: "nothing", priority: 3, mustComplete: true, detached: true },
        ...{ metadata: undefined, attempts: 0, createdAt: 100, finishedAt: 120, duration: 0 },
        ...{ message: "'no need'", status: "cancelled", reason: "no need" },
      });
    });
  });

  test(`${lane.name}: a result of a task that was cancelled while it ran`, () => {
    const clock = new VirtualClock(100);
    const watch = new Watch();
    return withQueue(lane, { clock, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const handle = queue.submit(tasks.gate, [desk.file("never"), 0]);
      await watch.begun(handle);
      await clock.advance(20);
      handle.cancel(new Error("no need"));
      const { attempts, startedAt, finishedAt, duration, message } = handle.result();
      assertEquals([attempts, startedAt, finishedAt, duration, message], [
        ...[1, 100, 120, 20, "no need"],
      ]);
    });
  });

  test(`${lane.name}: results can't be changed, and are one object however often asked for`, () =>
    withQueue(lane, {}, async (queue) => {
      const handles = queue.map(tasks.positive, [1, -1]);
      const cancelled = queue.submit(tasks.nothing);
      cancelled.cancel();
      await queue.run();
      for (const handle of [...handles, cancelled]) {
        const result = handle.result() as { attempts: number };
        assert(Object.isFrozen(result));
        assertThrows(() => result.attempts = 9, TypeError);
        assert(handle.result() === result);
        assert(queue.results.includes(result as TaskResult));
      }
    }));

  test(`${lane.name}: the system's times are on the line of performance.now()`, () =>
    inTime(5, (ms) =>
      withQueue(lane, {}, async (queue) => {
        const before = performance.now();
        await queue.start();
        const { createdAt, startedAt, finishedAt, duration } = await queue.submit(tasks.sleep, [
          ms,
        ]);
        const after = performance.now();
        // Times are kept in whole microseconds.
        const times = [before - 0.001, createdAt, startedAt!, finishedAt, after + 0.001];
        assertEquals(times, times.toSorted((a, b) => a - b));
        assertAlmostEquals(duration, finishedAt - startedAt!, 0.001);
        // A server's clock is known the better, the sooner it answers.
        assert(duration >= 0.8 * ms, `${duration} for ${ms}`);
      })));

  test(`${lane.name}: the message of a result tells in a line what was thrown`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const message = async (value: unknown) =>
        (await queue.submit(tasks.throwValue, [value])).message;
      assertEquals(await message("text"), "'text'");
      assertEquals(await message(undefined), "undefined");
      assertEquals(await message({ a: 1 }), "an object");
      assertEquals(await message(new TypeError("typed")), "typed");
      assertEquals((await queue.submit(tasks.nothing)).message, undefined);
    }));

  test(`${lane.name}: results are in order of completion, and detached tasks are not among them`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 2, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const first = queue.submit(tasks.gate, [desk.file("first"), 1], { name: "first" });
      const second = queue.submit(tasks.gate, [desk.file("second"), 2], { name: "second" });
      queue.submit(tasks.nothing, { name: "third", delay: 1e9 }).cancel();
      queue.submit(tasks.nothing, { name: "detached", detached: true }).cancel();
      await Promise.all([watch.begun(first), watch.begun(second)]);
      desk.open("second");
      await second;
      desk.open("first");
      await first;
      assertEquals(queue.results.map(({ name }) => name), ["third", "second", "first"]);
    });
  });

  for (const retain of ["all", 3, 1, 0, "none"] as const) {
    test(`${lane.name}: retain ${retain} keeps so many results, the last ones, and all counts`, () =>
      withQueue(lane, { retain, workers: 1 }, async (queue) => {
        const kept = retain === "all" ? 300 : retain === "none" ? 0 : retain;
        const handles = queue.map(tasks.positive, Array.from({ length: 300 }, (_, i) => i - 1));
        const summary = await queue.run();
        assertEquals([summary.total, summary.succeeded, summary.failed], [300, 299, 1]);
        const expected = handles.map(({ id }) => id).slice(300 - kept);
        assertEquals(queue.results.map(({ id }) => id), expected);
        assertEquals(summary.results.map(({ id }) => id), expected);
        assertEquals(await handles[7].value(), 6);

        const more = queue.map(tasks.echo, [1, 2]);
        const second = await queue.run();
        assertEquals([second.total, second.results.length], [2, Math.min(2, kept)]);
        const all = [...handles, ...more].map(({ id }) => id);
        assertEquals(
          queue.results.map(({ id }) => id),
          retain === "all" ? all : all.slice(302 - kept),
        );
        assertEquals(summary.results.length, kept);
      }));
  }

  test(`${lane.name}: all results are kept by default`, () =>
    withQueue(lane, {}, async (queue) => {
      queue.map(tasks.echo, Array.from({ length: 1000 }, (_, i) => i));
      await queue.run();
      assertEquals(queue.results.length, 1000);
    }));
}
