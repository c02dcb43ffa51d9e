import { assert, assertEquals, assertFalse } from "@std/assert";
import { TaskCancelledError } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, HOUR, pick, Watch, withQueue } from "./support.ts";

const fresh = {
  ...{ pending: 0, scheduled: 0, active: 0, completed: 0, succeeded: 0, failed: 0, cancelled: 0 },
  ...{ retried: 0, blocked: 0, limited: 0, closed: false, paused: false },
};

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: reset forgets results and counts, and nothing of them is in the next summary`, () =>
    withQueue(lane, {}, async (queue) => {
      queue.submit(tasks.fail, [], { retries: 1 });
      queue.submit(tasks.nothing);
      queue.submit(tasks.nothing).cancel();
      await queue.join();
      queue.reset();
      assertEquals(queue.results, []);
      const { workers: _, abandoned: __, ...stats } = queue.stats;
      assertEquals(stats, fresh);
      const handle = queue.submit(tasks.echo, ["anew"]);
      const summary = await queue.run();
      assertEquals([summary.total, summary.values], [1, ["anew"]]);
      assertEquals(await handle.value(), "anew");
    }));

  test(`${lane.name}: reset cancels what is outstanding, in every state`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const retrying = queue.submit(tasks.fail, [], { retries: 1, retryDelay: HOUR });
      await watch.until(() => watch.retried.length === 1);
      const running = queue.submit(tasks.noteAbort, [desk.file("log")], { mustComplete: true });
      await watch.begun(running);
      const pending = queue.submit(tasks.nothing);
      const scheduled = queue.submit(tasks.nothing, { delay: HOUR });
      queue.reset();
      for (const handle of [retrying, running, pending, scheduled]) {
        const result = handle.result();
        assert(result.status === "cancelled");
        assertError(result.reason, TaskCancelledError, "reset");
      }
      await desk.noted("log", ["Cancelled because the queue was reset"]);
      assertEquals(pick(queue, "completed", "cancelled", "scheduled"), {
        ...{ completed: 0, cancelled: 0, scheduled: 0 },
      });
      await clock.advance(2 * HOUR);
      assertEquals(watch.started.length, 2);
    });
  });

  test(`${lane.name}: reset reopens a queue that was shut down, as good as new`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      queue.submit(tasks.nothing);
      await queue.shutdown();
      queue.reset();
      assertFalse(queue.closed);
      const handle = queue.submit(tasks.echo, ["anew"]);
      assertEquals((await queue.run()).total, 1);
      assertEquals(await handle.value(), "anew");
      await queue.cancel();
      assert(queue.closed);
      queue.reset();
      await queue.start();
      assertEquals(await queue.submit(tasks.echo, ["again"]).value(), "again");
    }));

  test(`${lane.name}: a queue that was reset is not started`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      queue.reset();
      const handle = queue.submit(tasks.nothing);
      await clock.advance(1000);
      assertEquals([handle.status, handle.attempts], ["pending", 0]);
      await queue.run();
      assertEquals(handle.status, "succeeded");
    });
  });

  test(`${lane.name}: reset resumes a paused queue`, () =>
    withQueue(lane, {}, async (queue) => {
      queue.pause();
      queue.reset();
      assertFalse(queue.paused);
      assertEquals((await queue.run()).total, 0);
    }));

  test(`${lane.name}: handles from before a reset keep their results`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const handle = queue.submit(tasks.echo, ["kept"]);
      const result = await handle;
      queue.reset();
      assertEquals(handle.result(), result);
      assertEquals(await handle.value(), "kept");
    }));

  test(`${lane.name}: join and start settle when the queue is reset meanwhile`, () =>
    withQueue(lane, {}, async (queue) => {
      queue.submit(tasks.nothing, { delay: 1e9 });
      const join = queue.join();
      await Promise.resolve();
      queue.reset();
      await join;
    }));

  test(`${lane.name}: clearResults frees the results and keeps counts and outstanding tasks`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 2, ...watch.hooks }, async (queue, desk) => {
      const run = queue.run();
      const running = queue.submit(tasks.gate, [desk.file("gate"), "late"]);
      await watch.begun(running);
      const early = queue.map(tasks.positive, [1, -1]);
      await Promise.all(early);
      assertEquals(queue.results.length, 2);
      queue.clearResults();
      assertEquals(queue.results, []);
      assertEquals(pick(queue, "completed", "succeeded", "failed", "active"), {
        ...{ completed: 2, succeeded: 1, failed: 1, active: 1 },
      });
      desk.open("gate");
      const summary = await run;
      assertEquals([summary.total, summary.succeeded, summary.failed], [3, 2, 1]);
      assertEquals(summary.results.map(({ name }) => name), ["gate"]);
      assertEquals(await early[0].value(), 1);
    });
  });

  test(`${lane.name}: a paused queue starts nothing, and running attempts go on`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 2, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const running = queue.submit(tasks.gate, [desk.file("gate"), "done"]);
      await watch.begun(running);
      queue.pause();
      assertEquals([queue.paused, queue.stats.paused], [true, true]);
      const waiting = queue.submit(tasks.nothing);
      desk.open("gate");
      assertEquals(await running.value(), "done");
      assertEquals([waiting.status, queue.pendingCount], ["pending", 1]);
      queue.resume();
      assertEquals([queue.paused, queue.stats.paused], [false, false]);
      await waiting;
      assertEquals(watch.startedNames, ["gate", "nothing"]);
    });
  });

  test(`${lane.name}: a queue paused before its start starts nothing until it is resumed`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      const handle = queue.submit(tasks.nothing);
      queue.pause();
      queue.pause();
      const run = queue.run();
      await clock.advance(1000);
      assertEquals([handle.status, handle.attempts], ["pending", 0]);
      queue.resume();
      queue.resume();
      assertEquals((await run).succeeded, 1);
    });
  });

  test(`${lane.name}: resuming does not start a queue`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      const handle = queue.submit(tasks.nothing);
      queue.pause();
      queue.resume();
      await clock.advance(1000);
      assertEquals([handle.status, handle.attempts], ["pending", 0]);
    });
  });

  test(`${lane.name}: a task that pauses its queue as it ends lets no other start`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue) => {
      await queue.start();
      const first = queue.submit(tasks.nothing);
      const second = queue.submit(tasks.nothing);
      // The hook runs as the second attempt is about to begin, so pause from the first's end.
      first.onDone(() => queue.pause());
      await first;
      const third = queue.submit(tasks.nothing);
      assertEquals([second.attempts, third.attempts], [0, 0]);
      queue.resume();
      await Promise.all([second, third]);
    });
  });
}
