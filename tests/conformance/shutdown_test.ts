import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import {
  QueueClosedError,
  QueueStateError,
  TaskCancelledError,
  type TaskHandle,
  type TaskQueue,
} from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, assertRefused, HOUR, pick, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a graceful shutdown refuses new work at once and runs what is outstanding`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const handles = [
        queue.submit(tasks.failUntil, [2], { retries: 1, retryDelay: 100 }),
        queue.submit(tasks.gate, [desk.file("gate"), 0]),
        queue.submit(tasks.nothing),
        queue.submit(tasks.nothing, { delay: 200 }),
      ];
      await watch.begun(handles[1]);
      const shutdown = queue.shutdown();
      const outstanding = shutdown.then(() => handles.filter(({ done }) => !done));
      assertEquals([queue.closed, queue.stats.closed], [true, true]);
      assertRefused(queue, () => queue.submit(tasks.nothing), QueueClosedError);
      desk.open("gate");
      await handles[2];
      await clock.advance(100);
      await handles[0];
      await clock.advance(100);
      assertEquals(await outstanding, []);
      assertEquals(handles.map((handle) => handle.status), Array(4).fill("succeeded"));
      assertEquals(clock.pendingTimers, 0);
    });
  });

  test(`${lane.name}: a queue that was never started runs its tasks at a graceful shutdown`, () =>
    withQueue(lane, {}, async (queue) => {
      const handles = queue.map(tasks.echo, [1, 2, 3]);
      await queue.shutdown();
      assertEquals(handles.map((handle) => handle.status), Array(3).fill("succeeded"));
    }));

  test(`${lane.name}: a paused queue is resumed for a graceful shutdown`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.nothing);
      queue.pause();
      await queue.start();
      await queue.shutdown();
      assertEquals(handle.status, "succeeded");
    }));

  test(`${lane.name}: a graceful shutdown can't be paused`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.nothing);
      const over = queue.shutdown();
      queue.pause();
      assertFalse(queue.paused);
      await over;
      assertEquals(handle.status, "succeeded");
    }));

  test(`${lane.name}: shutting down an idle queue, started or not, closes it`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.shutdown();
      assert(queue.closed);
      const other = lane.create();
      await other.start();
      await other.shutdown();
      assert(other.closed);
    }));

  test(`${lane.name}: shutting down again waits for the same end`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      await queue.start();
      const handle = queue.submit(tasks.gate, [desk.file("gate"), 0]);
      await watch.begun(handle);
      let over = 0;
      const shutdowns = [queue.shutdown(), queue.shutdown(), queue[Symbol.asyncDispose]()];
      shutdowns.forEach((shutdown) => shutdown.then(() => over++));
      await Promise.resolve();
      assertEquals(over, 0);
      desk.open("gate");
      await Promise.all(shutdowns);
      await queue.shutdown();
      assertEquals([over, handle.status], [3, "succeeded"]);
    });
  });

  for (const name of ["shutdown({ force: true })", "cancel()"]) {
    test(`${lane.name}: ${name} cancels everything, with a reason that says so`, () => {
      const clock = new VirtualClock();
      const watch = new Watch();
      return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
        await queue.start();
        const mustComplete = { mustComplete: true };
        const retrying = queue.submit(tasks.fail, [], { retries: 1, retryDelay: HOUR });
        await watch.until(() => watch.retried.length === 1);
        const running = queue.submit(tasks.noteAbort, [desk.file("log")], mustComplete);
        await watch.begun(running);
        const pending = queue.submit(tasks.note, [desk.file("log"), "ran"], mustComplete);
        const scheduled = queue.submit(tasks.nothing, { ...mustComplete, delay: HOUR });
        const down = name === "cancel()" ? queue.cancel() : queue.shutdown({ force: true });
        const handles = [retrying, running, pending, scheduled];
        assertEquals(handles.map((handle) => handle.status), Array(4).fill("cancelled"));
        assert(queue.closed);
        for (const handle of handles) {
          const result = handle.result();
          assert(result.status === "cancelled");
          assertError(result.reason, TaskCancelledError, "shut down");
        }
        await down;
        await desk.noted("log", ["Cancelled because the queue was shut down"]);
      });
    });
  }

  test(`${lane.name}: a forced shutdown ends a graceful one that is under way`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      await queue.start();
      const running = queue.submit(tasks.gate, [desk.file("never"), 0]);
      await watch.begun(running);
      const delayed = queue.submit(tasks.nothing, { delay: 1e9, mustComplete: true });
      const graceful = queue.shutdown();
      assertEquals([running.status, delayed.status], ["running", "scheduled"]);
      await queue.shutdown({ force: true });
      await graceful;
      assertEquals([running.status, delayed.status], ["cancelled", "cancelled"]);
    });
  });

  test(`${lane.name}: a shutdown while the queue starts lets both settle, and the tasks run`, () =>
    withQueue(lane, {}, async (queue) => {
      const handles = queue.map(tasks.echo, [1, 2, 3]);
      const starting = queue.start();
      const stopping = queue.shutdown();
      await Promise.allSettled([starting, stopping]);
      await stopping;
      assertEquals(handles.map((handle) => handle.status), Array(3).fill("succeeded"));
      assert(queue.closed);
    }));

  test(`${lane.name}: a forced shutdown while the queue starts lets both settle, and nothing runs`, () =>
    withQueue(lane, {}, async (queue, desk) => {
      const handles = queue.map(tasks.note, [[desk.file("log"), "a"], [desk.file("log"), "b"]]);
      const starting = queue.start();
      const stopping = queue.cancel();
      await Promise.allSettled([starting, stopping]);
      await stopping;
      assertEquals(handles.map((handle) => handle.status), ["cancelled", "cancelled"]);
      assertEquals(desk.lines("log"), []);
    }));

  test(`${lane.name}: a shutdown at the very start of a run lets it run`, () =>
    withQueue(lane, { mode: "infinite" }, async (queue) => {
      queue.map(tasks.echo, [1, 2, 3]);
      const run = queue.run();
      const stopping = queue.shutdown();
      const [summary] = await Promise.all([run, stopping]);
      assertEquals([summary.total, summary.succeeded], [3, 3]);
    }));

  test(`${lane.name}: a shutdown during a finite run ends it with its summary`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      const handle = queue.submit(tasks.gate, [desk.file("never"), 0]);
      queue.submit(tasks.nothing);
      const run = queue.run();
      await watch.begun(handle);
      await queue.cancel();
      const { total, cancelled, timedOut } = await run;
      assertEquals([total, cancelled, timedOut], [2, 2, false]);
    });
  });

  test(`${lane.name}: leaving an \`await using\` block shuts down gracefully`, async () => {
    let handle;
    {
      await using queue = lane.create();
      handle = queue.submit(tasks.addLater, [1, 2]);
      assertFalse(queue.closed);
    }
    assertEquals(await handle.value(), 3);
    assertEquals(handle.status, "succeeded");
  });

  test(`${lane.name}: use starts a queue, runs the body, drains the queue and returns the value`, async () => {
    let seen: TaskQueue | undefined;
    const value = await lane.use({ workers: 1 }, async (queue) => {
      seen = queue;
      assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
      queue.submit(tasks.nothing);
      return "the body's";
    });
    assertEquals(value, "the body's");
    assertEquals(pick(seen!, "closed", "succeeded", "pending"), {
      ...{ closed: true, succeeded: 2, pending: 0 },
    });
    assertEquals(seen!.workers, 1);
  });

  for (const how of ["throws", "rejects"]) {
    test(`${lane.name}: when the body of use ${how}, all is cancelled and the error is rethrown`, async () => {
      const why = new Error("no more");
      let seen: TaskQueue | undefined;
      let handle: TaskHandle | undefined;
      const used = lane.use({}, (queue) => {
        seen = queue;
        handle = queue.submit(tasks.nothing, { delay: 1e9, mustComplete: true });
        if (how === "throws") throw why;
        return Promise.reject(why);
      });
      assertStrictEquals(await used.catch((error) => error), why);
      assertEquals([seen!.closed, handle!.status], [true, "cancelled"]);
    });
  }

  test(`${lane.name}: after a shutdown there are no workers, until the queue is started again`, () =>
    withQueue(lane, { workers: 2 }, async (queue) => {
      await queue.submit(tasks.nothing);
      assert(queue.stats.workers > 0);
      await queue.shutdown();
      assertEquals([queue.stats.workers, queue.workers], [0, 2]);
      await queue.reset();
      assertEquals(queue.stats.workers, 0);
      await queue.submit(tasks.nothing);
      assert(queue.stats.workers > 0);
    }));

  test(`${lane.name}: use rejects wrong options and does not call the body`, async () => {
    const used = lane.use({ workers: 0 }, () => assert(false, "the body was called"));
    assertError(await used.catch((error) => error), RangeError, "workers must be > 0: got 0");
  });

  test(`${lane.name}: a queue that shuts down can't be reset`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      await queue.start();
      const handle = queue.submit(tasks.gate, [desk.file("gate"), 0]);
      await watch.begun(handle);
      const shutdown = queue.shutdown();
      assertRefused(queue, () => queue.reset(), QueueStateError, "shutting down");
      desk.open("gate");
      await shutdown;
      assertEquals(handle.status, "succeeded");
      queue.reset();
    });
  });

  test(`${lane.name}: no timer of a queue outlives its shutdown`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    const options = { clock, rate: 1, timeout: 1e6, ...watch.hooks };
    return withQueue(lane, options, async (queue, desk) => {
      const run = queue.run();
      const handles = [
        queue.submit(tasks.gate, [desk.file("never"), 0], { timeout: 1e6 }),
        queue.submit(tasks.nothing, { delay: 1e6 }),
        queue.submit(tasks.nothing, { runAt: clock.wallNow() + 1e6 }),
        queue.submit(tasks.nothing),
      ];
      const wait = handles[0].wait({ timeout: 1e6 });
      await watch.begun(handles[0]);
      await queue.cancel();
      await Promise.all([run, wait]);
      await clock.drain();
      assertEquals(clock.pendingTimers, 0);
    });
  });
}

for (const lane of lanes.filter((lane) => lane.differences.runsClosures)) {
  test(`${lane.name}: a task may shut its own queue down, gracefully or by force`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const down: Promise<void>[] = [];
      const shutdown = (force: boolean) => {
        down.push(queue.shutdown({ force }));
        return queue.closed;
      };
      const first = queue.submit(shutdown, [false]);
      const second = queue.submit(lane.tasks.echo, ["still runs"]);
      const third = queue.submit(shutdown, [true]);
      const fourth = queue.submit(lane.tasks.echo, ["does not"]);
      await queue.run();
      await Promise.all(down);
      assertEquals([first, second, third, fourth].map((handle) => handle.status), [
        ...["succeeded", "succeeded", "cancelled", "cancelled"],
      ]);
      assertEquals([await first.value(), await second.value()], [true, "still runs"]);
      assertEquals(pick(queue, "active", "abandoned", "closed"), {
        ...{ active: 0, abandoned: 0, closed: true },
      });
    }));
}
