import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { ExecutionError, TaskCancelledError } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, CountingController, counts, HOUR, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: an infinite run ends at its timeout and leaves the queue open`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock, mode: "infinite", timeout: 500 }, async (queue) => {
      const run = queue.run();
      await queue.submit(tasks.nothing);
      await clock.advance(499);
      queue.submit(tasks.nothing, { delay: 100 });
      await clock.advance(1);
      const summary = await run;
      assertEquals([...counts(summary), summary.timedOut, summary.duration], [
        ...[2, 1, 0, 1, true, 500],
      ]);
      assertFalse(queue.closed);
      assertEquals(await queue.submit(tasks.echo, ["next"]).value(), "next");
    });
  });

  test(`${lane.name}: a run that ends in time is not timed out and leaves no timer`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock, timeout: HOUR }, async (queue) => {
      queue.submit(tasks.nothing);
      const summary = await queue.run();
      await queue.shutdown();
      assertEquals([summary.timedOut, summary.ok, clock.pendingTimers], [false, true, 0]);
    });
  });

  test(`${lane.name}: the timeout of a run overrides the queue's`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock, timeout: 100 }, async (queue) => {
      const handle = queue.submit(tasks.nothing, { delay: 200 });
      const run = queue.run({ timeout: 300 });
      await clock.advance(200);
      assertFalse((await run).timedOut);
      assertEquals(handle.status, "succeeded");
      queue.submit(tasks.nothing, { delay: 200 });
      const second = queue.run();
      await clock.advance(100);
      assert((await second).timedOut);
    });
  });

  test(`${lane.name}: a timed-out run waits for mustComplete tasks alone and says so`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, workers: 2, ...watch.hooks }, async (queue, desk) => {
      const kept = queue.submit(tasks.gate, [desk.file("gate"), "kept"], { mustComplete: true });
      const lost = queue.submit(tasks.gate, [desk.file("gate"), "lost"]);
      let over = false;
      const run = queue.run({ timeout: 100 });
      run.then(() => over = true);
      await Promise.all([watch.begun(kept), watch.begun(lost)]);
      await clock.advance(1000);
      const reason = lost.result();
      assert(reason.status === "cancelled");
      assertError(reason.reason, TaskCancelledError, "time was up");
      assertFalse(over);
      desk.open("gate");
      const summary = await run;
      assertEquals([...counts(summary), summary.timedOut, summary.ok], [2, 1, 0, 1, true, false]);
      assertEquals(await kept.value(), "kept");
    });
  });

  test(`${lane.name}: a strict run rejects with ExecutionError once it is over, if a task failed`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const failed = queue.submit(tasks.fail, ["first"]);
      const also = queue.submit(tasks.fail, ["second"]);
      const last = queue.submit(tasks.nothing);
      const error = await queue.run({ strict: true }).catch((error) => error);
      assert(error instanceof ExecutionError);
      assertEquals(last.status, "succeeded");
      assertEquals(error.errors, [failed.error(), also.error()]);
      assertEquals(error.results, [failed.result(), also.result()]);
      for (const text of ["2 of 3", "fail", "first"]) assert(error.message.includes(text), text);
    }));

  test(`${lane.name}: a strict run does not mind successes and cancellations`, () =>
    withQueue(lane, {}, async (queue) => {
      queue.submit(tasks.nothing);
      queue.submit(tasks.nothing).cancel();
      assertEquals(counts(await queue.run({ strict: true })), [2, 1, 0, 1]);
    }));

  test(`${lane.name}: an aborted run rejects with the reason; the next summary tells what ended`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      const controller = new CountingController();
      const { signal } = controller;
      queue.submit(tasks.nothing);
      const running = queue.submit(tasks.gate, [desk.file("never"), 0]);
      queue.submit(tasks.nothing, { delay: 1e9 });
      const run = queue.run({ signal }).then(() => "resolved", (reason) => reason);
      await watch.begun(running);
      const why = new Error("enough");
      controller.abort(why);
      assertStrictEquals(await run, why);
      assertEquals(controller.listeners, 0);
      assertFalse(queue.closed);
      queue.submit(tasks.nothing);
      const summary = await queue.run();
      assertEquals([...counts(summary), summary.timedOut], [4, 2, 0, 2, false]);
    });
  });

  test(`${lane.name}: a run with an aborted signal runs nothing`, () =>
    withQueue(lane, {}, async (queue, desk) => {
      const handle = queue.submit(tasks.note, [desk.file("log"), "ran"]);
      const signal = AbortSignal.abort("too late");
      assertEquals(await queue.run({ signal }).catch((reason) => reason), "too late");
      assertEquals([handle.status, handle.attempts, desk.lines("log")], ["cancelled", 0, []]);
    }));

  test(`${lane.name}: a run that ends by itself leaves nothing on its signal`, () =>
    withQueue(lane, {}, async (queue) => {
      const controller = new CountingController();
      const { signal } = controller;
      queue.submit(tasks.nothing);
      await queue.run({ signal });
      assertEquals(controller.listeners, 0);
      controller.abort();
      assertEquals(await queue.submit(tasks.echo, [1]).value(), 1);
    }));
}
