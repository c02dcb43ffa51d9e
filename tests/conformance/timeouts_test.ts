import { assert, assertEquals } from "@std/assert";
import { type QueueOptions, type TaskQueue, TaskTimeoutError } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import {
  assertError,
  type Desk,
  eventually,
  HOUR,
  inTime,
  pick,
  Watch,
  withQueue,
} from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  /** Runs a body with a started queue of one worker on a virtual clock. */
  const timed = (
    options: QueueOptions,
    body: (queue: TaskQueue, desk: Desk, clock: VirtualClock, watch: Watch) => Promise<void>,
  ) => {
    const clock = new VirtualClock();
    const watch = new Watch(clock);
    return withQueue(
      lane,
      { clock, workers: 1, ...options, ...watch.hooks },
      async (queue, desk) => {
        await queue.start();
        await body(queue, desk, clock, watch);
      },
    );
  };

  test(`${lane.name}: an attempt that runs longer than its timeout fails, not before`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const handle = queue.submit(tasks.gate, [desk.file("gate"), 0], {
        ...{ name: "slow", timeout: 100 },
      });
      await watch.begun(handle);
      await clock.advance(99);
      assertEquals(handle.status, "running");
      await clock.advance(1);
      assertEquals(handle.status, "failed");
      assertError(handle.error(), TaskTimeoutError, "'slow'", "attempt 1", "100 ms");
      assertEquals((handle.error() as Error).name, "TimeoutError");
      assertEquals((await handle).duration, 100);
    }));

  test(`${lane.name}: the timeout counts from the attempt's start, not from submission`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const first = queue.submit(tasks.gate, [desk.file("first"), "first"]);
      const second = queue.submit(tasks.gate, [desk.file("second"), "second"], { timeout: HOUR });
      const delayed = queue.submit(tasks.echo, ["delayed"], { timeout: 100, delay: 500 });
      await watch.begun(first);
      await clock.advance(2 * HOUR);
      desk.open("first");
      await watch.begun(second);
      await clock.advance(HOUR - 1);
      desk.open("second");
      assertEquals(await second.value(), "second");
      assertEquals(await delayed.value(), "delayed");
    }));

  test(`${lane.name}: a timeout aborts the task's signal with the error`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const handle = queue.submit(tasks.noteAbort, [desk.file("log")], { timeout: 100 });
      await watch.begun(handle);
      await clock.advance(100);
      await desk.noted("log", [(handle.error() as Error).message]);
    }));

  test(`${lane.name}: a task that ends in time is left alone by its timeout`, () =>
    timed({}, async (queue, _, clock) => {
      const handle = queue.submit(tasks.echo, ["quick"], { timeout: HOUR });
      assertEquals(await handle.value(), "quick");
      await clock.advance(2 * HOUR);
      assertEquals(handle.status, "succeeded");
      assertEquals(pick(queue, "succeeded", "failed"), { succeeded: 1, failed: 0 });
    }));

  test(`${lane.name}: the next task runs after one has timed out`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const stubborn = queue.submit(tasks.stubborn, [desk.file("never"), desk.file("log")], {
        timeout: 100,
      });
      const next = queue.submit(tasks.echo, ["next"]);
      await watch.begun(stubborn);
      await clock.advance(100);
      assertEquals(await next.value(), "next");
    }));

  test(`${lane.name}: what comes of an attempt after its timeout changes nothing`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const handle = queue.submit(tasks.stubborn, [desk.file("gate"), desk.file("log")], {
        timeout: 100,
      });
      await watch.begun(handle);
      await clock.advance(100);
      const result = handle.result();
      desk.open("gate");
      await eventually(() => queue.stats.abandoned === 0, "nothing is abandoned");
      assertEquals([handle.result(), watch.completed], [result, [result]]);
      assertEquals(pick(queue, "succeeded", "failed"), { succeeded: 0, failed: 1 });
    }));

  test(`${lane.name}: each attempt has the whole timeout`, () =>
    inTime(100, (timeout) =>
      timed({}, async (queue, desk, clock, watch) => {
        const handle = queue.submit(tasks.gate, [desk.file("gate"), "done"], {
          ...{ timeout, retries: 2 },
        });
        await watch.begun(handle, 1);
        await clock.advance(timeout);
        await watch.begun(handle, 2);
        await clock.advance(timeout - 1);
        assertEquals([handle.status, handle.attempts], ["running", 2]);
        await clock.advance(1);
        await watch.begun(handle, 3);
        await clock.advance(timeout - 1);
        desk.open("gate");
        assertEquals(await handle.value(), "done");
        assertEquals(watch.startTimes, [0, timeout, 2 * timeout]);
        for (const { error } of watch.retried) assertError(error, TaskTimeoutError);
      })));

  test(`${lane.name}: the last attempt's timeout is the task's error`, () =>
    inTime(10, (timeout) =>
      timed({}, async (queue, desk, clock, watch) => {
        const handle = queue.submit(tasks.gate, [desk.file("never"), 0], { timeout, retries: 1 });
        await watch.begun(handle, 1);
        await clock.advance(timeout);
        await watch.begun(handle, 2);
        await clock.advance(timeout);
        const result = await handle;
        assert(result.status === "failed");
        assertError(result.error, TaskTimeoutError, "attempt 2");
        assertEquals(result.attempts, 2);
      })));

  test(`${lane.name}: a timed-out attempt that never looks at its signal is retried without waiting`, () =>
    inTime(100, (timeout) =>
      timed({}, async (queue, desk, clock, watch) => {
        const handle = queue.submit(tasks.stubborn, [desk.file("gate"), desk.file("log")], {
          ...{ timeout, retries: 1, grace: Infinity },
        });
        await watch.begun(handle, 1);
        await clock.advance(timeout);
        await watch.begun(handle, 2);
        desk.open("gate");
        assertEquals(await handle.value(), "stubborn");
        assertEquals(watch.startTimes, [0, timeout]);
      })));

  test(`${lane.name}: a retry after a timeout waits until an attempt that looks at its signal has stopped`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const handle = queue.submit(tasks.cleanUp, [desk.file("cleaned"), desk.file("log"), 2], {
        ...{ timeout: 100, retries: 1, grace: 10_000 },
      });
      await watch.begun(handle);
      await clock.advance(100);
      await desk.noted("log", ["begin 1", "abort 1"]);
      assertEquals([handle.status, handle.attempts], ["retrying", 1]);
      assertEquals(pick(queue, "scheduled", "active"), { scheduled: 1, active: 0 });
      await clock.advance(500);
      desk.open("cleaned");
      assertEquals(await handle.value(), 2);
      assertEquals(desk.lines("log"), ["begin 1", "abort 1", "clean 1", "begin 2"]);
      assertEquals(watch.startTimes, [0, 600]);
    }));

  test(`${lane.name}: a retry waits for its delay as well as for the earlier attempt to stop`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const handle = queue.submit(tasks.cleanUp, [desk.file("cleaned"), desk.file("log"), 2], {
        ...{ timeout: 100, retries: 1, retryDelay: 700, grace: 10_000 },
      });
      await watch.begun(handle);
      await clock.advance(100);
      desk.open("cleaned");
      await desk.noted("log", ["begin 1", "abort 1", "clean 1"]);
      await eventually(() => queue.stats.abandoned === 0, "the first attempt has stopped");
      await clock.advance(699);
      assertEquals(handle.status, "retrying");
      await clock.advance(1);
      assertEquals(await handle.value(), 2);
      assertEquals(watch.startTimes, [0, 800]);
    }));

  test(`${lane.name}: an attempt that does not stop within its grace holds the retry up no longer`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const handle = queue.submit(tasks.cleanUp, [desk.file("never"), desk.file("log"), 2], {
        ...{ timeout: 100, retries: 1, grace: 300 },
      });
      await watch.begun(handle);
      await clock.advance(100);
      await desk.noted("log", ["begin 1", "abort 1"]);
      await clock.advance(299);
      assertEquals(handle.status, "retrying");
      await clock.advance(1);
      assertEquals(await handle.value(), 2);
      assertEquals(desk.lines("log"), ["begin 1", "abort 1", "begin 2"]);
      assertEquals(watch.startTimes, [0, 400]);
    }));

  test(`${lane.name}: the grace is a second unless the task says otherwise`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const handle = queue.submit(tasks.cleanUp, [desk.file("never"), desk.file("log"), 2], {
        ...{ timeout: 100, retries: 1 },
      });
      await watch.begun(handle);
      await clock.advance(100);
      await desk.noted("log", ["begin 1", "abort 1"]);
      await clock.advance(999);
      assertEquals(handle.status, "retrying");
      await clock.advance(1);
      assertEquals(await handle.value(), 2);
    }));

  test(`${lane.name}: a task cancelled while its timed-out attempt cleans up is not retried`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const handle = queue.submit(tasks.cleanUp, [desk.file("cleaned"), desk.file("log"), 2], {
        ...{ timeout: 100, retries: 1, grace: HOUR },
      });
      await watch.begun(handle);
      await clock.advance(100);
      await desk.noted("log", ["begin 1", "abort 1"]);
      assert(handle.cancel());
      assertEquals(pick(queue, "scheduled", "cancelled"), { scheduled: 0, cancelled: 1 });
      desk.open("cleaned");
      await eventually(() => queue.stats.abandoned === 0, "nothing is abandoned");
      await clock.advance(2 * HOUR);
      await queue.join();
      assertEquals(watch.started.length, 1);
    }));

  test(`${lane.name}: others run while a timed-out attempt cleans up`, () =>
    timed({}, async (queue, desk, clock, watch) => {
      const handle = queue.submit(tasks.cleanUp, [desk.file("cleaned"), desk.file("log"), 2], {
        ...{ timeout: 100, retries: 1, grace: Infinity },
      });
      const others = queue.map(tasks.echo, [1, 2]);
      await watch.begun(handle);
      await clock.advance(100);
      if (!lane.differences.stopsStubbornWork) await Promise.all(others);
      desk.open("cleaned");
      assertEquals(await handle.value(), 2);
      assertEquals((await Promise.all(others)).map((result) => result.status), [
        ...["succeeded", "succeeded"],
      ]);
    }));
}

for (const lane of lanes.filter((lane) => lane.differences.runsClosures)) {
  test(`${lane.name}: a task that is cancelled in reaction to its timeout is not retried`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      for (const grace of [0, 100]) {
        const { currentTask } = await import("../../mod.ts");
        const handle = queue.submit(() => {
          currentTask().signal.addEventListener("abort", () => handle.cancel("with it"));
          return tasks.gate(desk.file("never"), 0);
        }, { timeout: 10, retries: 5, grace });
        const { tasks } = lane;
        await watch.until(() => handle.attempts === 1);
        await clock.advance(10);
        assertEquals(handle.status, "cancelled");
        await clock.advance(1000);
        await queue.join();
        assertEquals([handle.status, handle.attempts], ["cancelled", 1]);
      }
      assertEquals(pick(queue, "scheduled", "pending", "cancelled"), {
        ...{ scheduled: 0, pending: 0, cancelled: 2 },
      });
    });
  });
}
