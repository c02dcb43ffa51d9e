import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { QueueOptions, TaskHandle, TaskOptions, TaskQueue } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { pick, reported, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  /** Runs a body with a started queue of one worker on a virtual clock. */
  const timed = (
    body: (queue: TaskQueue, clock: VirtualClock, watch: Watch) => Promise<void>,
    options: QueueOptions = {},
  ) => {
    const clock = new VirtualClock();
    const watch = new Watch(clock);
    return withQueue(lane, { clock, workers: 1, ...options, ...watch.hooks }, async (queue) => {
      await queue.start();
      await body(queue, clock, watch);
    });
  };

  /** Lets a task that fails each time have all its attempts; returns the delays before its retries. */
  const delays = async (
    queue: TaskQueue,
    clock: VirtualClock,
    watch: Watch,
    options: TaskOptions,
    fail: () => TaskHandle = () => queue.submit(tasks.fail, [], options),
  ): Promise<number[]> => {
    const from = watch.startTimes.length;
    const handle = fail();
    for (let attempt = 1; !handle.done; attempt++) {
      await watch.until(() => watch.retried.at(-1)?.handle === handle || handle.done);
      watch.retried.length = 0;
      while (handle.status === "retrying") await clock.advance(1);
      await watch.until(() => handle.attempts > attempt || handle.done);
    }
    const times = watch.startTimes.slice(from);
    return times.slice(1).map((time, i) => time - times[i]);
  };

  test(`${lane.name}: a task is not retried unless it asks for it`, () =>
    timed(async (queue, _, watch) => {
      const { status, attempts } = await queue.submit(tasks.fail);
      assertEquals([status, attempts, watch.started.length], ["failed", 1, 1]);
      assertEquals(pick(queue, "failed", "retried"), { failed: 1, retried: 0 });
    }));

  test(`${lane.name}: retries are further attempts after the first`, () =>
    timed(async (queue, _, watch) => {
      const result = await queue.submit(tasks.failUntil, [9], { retries: 2 });
      assert(result.status === "failed");
      assertEquals([result.attempts, (result.error as Error).message], [3, "attempt 3"]);
      assertEquals(watch.started.length, 3);
      assertEquals(pick(queue, "failed", "retried"), { failed: 1, retried: 2 });
    }));

  test(`${lane.name}: a task that succeeds at a later attempt has succeeded`, () =>
    timed(async (queue, _, watch) => {
      const result = await queue.submit(tasks.failUntil, [3], { retries: 9 });
      assert(result.status === "succeeded");
      assertEquals([result.value, result.attempts], [3, 3]);
      assertEquals([result.message, watch.started.length], [undefined, 3]);
      assertEquals(pick(queue, "succeeded", "failed", "retried"), {
        ...{ succeeded: 1, failed: 0, retried: 2 },
      });
    }));

  test(`${lane.name}: endless retries end with the first success`, () =>
    timed(async (queue) => {
      assertEquals(await queue.submit(tasks.failUntil, [50], { retries: Infinity }).value(), 50);
    }));

  test(`${lane.name}: asynchronous failures are retried as well`, () =>
    timed(async (queue) => {
      assertEquals((await queue.submit(tasks.failLater, [], { retries: 2 })).attempts, 3);
    }));

  test(`${lane.name}: retries follow each other at once, unless there is a delay`, () =>
    timed(async (queue, clock, watch) => {
      assertEquals(await delays(queue, clock, watch, { retries: 3 }), [0, 0, 0]);
      assertEquals(await delays(queue, clock, watch, { retries: 3, retryDelay: 100 }), [
        ...[100, 100, 100],
      ]);
    }));

  test(`${lane.name}: backoff multiplies the delay after each retry, up to maxRetryDelay`, () =>
    timed(async (queue, clock, watch) => {
      const options = { retries: 5, retryDelay: 100, backoff: 2 };
      assertEquals(await delays(queue, clock, watch, options), [100, 200, 400, 800, 1600]);
      assertEquals(await delays(queue, clock, watch, { ...options, maxRetryDelay: 500 }), [
        ...[100, 200, 400, 500, 500],
      ]);
      assertEquals(await delays(queue, clock, watch, { ...options, maxRetryDelay: 50 }), [
        ...[50, 50, 50, 50, 50],
      ]);
      assertEquals(await delays(queue, clock, watch, { ...options, backoff: 0.5, retries: 3 }), [
        ...[100, 50, 25],
      ]);
    }));

  for (const jitter of [0, 0.5, 1]) {
    test(`${lane.name}: jitter ${jitter} leaves that share of the delay to chance`, () =>
      timed(async (queue, clock, watch) => {
        const handles = queue.map(tasks.fail, Array(200).fill("broken"), {
          ...{ retries: 1, retryDelay: 1000, jitter },
        });
        await watch.until(() => watch.retried.length === 200);
        while (queue.stats.scheduled > 0) {
          await clock.advance(1);
          await watch.until(() => watch.completed.length + queue.stats.scheduled === 200);
        }
        await Promise.all(handles);
        const times = watch.startTimes.slice(200);
        assertEquals(times.length, 200);
        const [least, most] = [Math.min(...times), Math.max(...times)];
        assert(least >= 1000 * (1 - jitter) && most <= 1001, `from ${least} to ${most}`);
        // The odds that 200 random delays all miss a fifth of their range are below 1e-19.
        assert(least <= 1000 * (1 - 0.8 * jitter) + 1, `from ${least} to ${most}`);
        assert(most >= 1000 * (1 - 0.2 * jitter), `from ${least} to ${most}`);
      }));
  }

  test(`${lane.name}: retryIf decides by the error and the number of the attempt`, () =>
    timed(async (queue) => {
      const asked: [string, number][] = [];
      const result = await queue.submit(tasks.failUntil, [9], {
        retries: 8,
        retryIf: (error, attempt) => {
          asked.push([(error as Error).message, attempt]);
          return attempt < 3;
        },
      });
      assert(result.status === "failed");
      assertEquals([result.attempts, (result.error as Error).message], [3, "attempt 3"]);
      assertEquals(asked, [["attempt 1", 1], ["attempt 2", 2], ["attempt 3", 3]]);
      assertEquals(pick(queue, "retried", "failed", "scheduled"), {
        ...{ retried: 2, failed: 1, scheduled: 0 },
      });
    }));

  test(`${lane.name}: retryIf is not asked when there is no retry left or none is needed`, () =>
    timed(async (queue) => {
      let asked = 0;
      const retryIf = () => ++asked > 0;
      await queue.submit(tasks.fail, [], { retryIf });
      await queue.submit(tasks.nothing, { retries: 3, retryIf });
      await queue.submit(tasks.fail, [], { retries: 1, retryIf });
      assertEquals(asked, 1);
    }));

  test(`${lane.name}: a retryIf that throws is reported and ends the task with its own error`, () =>
    timed(async (queue) => {
      const wrong = new Error("retryIf is broken");
      const errors = await reported(async () => {
        const result = await queue.submit(tasks.fail, ["the task's"], {
          retries: 3,
          retryIf: () => {
            throw wrong;
          },
        });
        assert(result.status === "failed");
        assertEquals([result.attempts, (result.error as Error).message], [1, "the task's"]);
      });
      assertEquals(errors.length, 1);
      assertStrictEquals(errors[0], wrong);
    }));

  test(`${lane.name}: a retryIf that cancels its task is obeyed`, () =>
    timed(async (queue, _, watch) => {
      const controller = new AbortController();
      const retryIf = () => {
        controller.abort("hopeless");
        return true;
      };
      const { signal } = controller;
      const [first, second] = queue.map(tasks.fail, ["a", "b"], { retries: 5, retryIf, signal });
      await Promise.all([first, second]);
      assertEquals([first.status, second.status], ["cancelled", "cancelled"]);
      assertEquals([first.attempts, second.attempts, watch.started.length], [1, 0, 1]);
      assertEquals(await queue.submit(tasks.echo, ["next"]).value(), "next");
      assertEquals(pick(queue, "active", "pending", "scheduled", "cancelled", "retried"), {
        ...{ active: 0, pending: 0, scheduled: 0, cancelled: 2, retried: 0 },
      });
    }));

  test(`${lane.name}: a numeric retryAfter of the error overrides the delay, longer or shorter`, () =>
    timed(async (queue, clock, watch) => {
      const options = { retries: 2, retryDelay: 100, backoff: 3, maxRetryDelay: 250, jitter: 1 };
      const after = (retryAfter: unknown, own: TaskOptions = options) =>
        delays(
          queue,
          clock,
          watch,
          own,
          () => queue.submit(tasks.failRetryAfter, [retryAfter], own),
        );
      assertEquals(await after(5000), [5000, 5000]);
      assertEquals(await after(7), [7, 7]);
      assertEquals(await after(0), [0, 0]);
      assertEquals(await after(7, { retries: 2 }), [7, 7]);
      const plain = { ...options, jitter: 0 };
      for (const notANumber of ["5000", null, -1, NaN, {}]) {
        assertEquals(await after(notANumber, plain), [100, 250], `${notANumber}`);
      }
    }));

  test(`${lane.name}: a task that waits for its retry holds no slot and is scheduled`, () =>
    timed(async (queue, clock, watch) => {
      const seen: unknown[] = [];
      queue.observe({
        onRetry({ status, attempts, done }) {
          seen.push(status, attempts, done, queue.pendingCount);
          seen.push(pick(queue, "active", "pending", "scheduled", "retried"));
        },
      });
      const handle = queue.submit(tasks.failUntil, [2], { retries: 1, retryDelay: 100 });
      await watch.until(() => watch.retried.length === 1);
      assertEquals(seen, [
        ...["retrying", 1, false, 1],
        { active: 0, pending: 0, scheduled: 1, retried: 1 },
      ]);
      assertEquals(await queue.submit(tasks.echo, ["meanwhile"]).value(), "meanwhile");
      await clock.advance(100);
      assertEquals(await handle.value(), 2);
    }));

  test(`${lane.name}: a retry takes its turn by priority and order of submission`, () =>
    timed(async (queue, _, watch) => {
      queue.submit(tasks.failUntil, [2], { retries: 1, name: "second" });
      queue.submit(tasks.nothing, { name: "third" });
      queue.submit(tasks.nothing, { name: "first", priority: 1 });
      queue.submit(tasks.failUntil, [2], { retries: 1, priority: 9, name: "last" });
      await queue.join();
      assertEquals(watch.startedNames, ["first", "second", "second", "third", "last", "last"]);
    }));

  test(`${lane.name}: the duration of a retried task includes its waits`, () =>
    timed(async (queue, clock, watch) => {
      const handle = queue.submit(tasks.failUntil, [2], { retries: 1, retryDelay: 100 });
      await watch.until(() => watch.retried.length === 1);
      await clock.advance(100);
      const { startedAt, finishedAt, duration } = await handle;
      assertEquals([startedAt, finishedAt, duration], [0, 100, 100]);
    }));

  test(`${lane.name}: a paused queue retries when it is resumed`, () =>
    timed(async (queue, clock, watch) => {
      const handle = queue.submit(tasks.failUntil, [2], { retries: 1, retryDelay: 100 });
      await watch.until(() => watch.retried.length === 1);
      queue.pause();
      await clock.advance(500);
      assertEquals([handle.status, handle.attempts], ["pending", 1]);
      queue.resume();
      assertEquals(await handle.value(), 2);
      assertEquals(watch.startTimes, [0, 500]);
    }));
}
