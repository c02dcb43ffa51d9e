import { assert, assertEquals, assertFalse } from "@std/assert";
import { QueueClosedError, QueueStateError, RunSummary } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertRefused, assertRejected, counts, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a finite run ends when nothing is outstanding, delays and retries included`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, ...watch.hooks }, async (queue) => {
      queue.submit(tasks.nothing);
      queue.submit(tasks.nothing, { delay: 100 });
      queue.submit(tasks.failUntil, [2], { retries: 1, retryDelay: 200 });
      let over = false;
      const run = queue.run();
      run.then(() => over = true);
      await watch.until(() => watch.retried.length === 1 && watch.completed.length === 1);
      await clock.advance(100);
      await watch.until(() => watch.completed.length === 2);
      assertFalse(over);
      await clock.advance(100);
      assertEquals(counts(await run), [3, 3, 0, 0]);
      assertEquals((await run).duration, 200);
    });
  });

  test(`${lane.name}: a run awaits what is submitted while it goes on`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      const gate = queue.submit(tasks.gate, [desk.file("gate"), 0]);
      const run = queue.run();
      await watch.begun(gate);
      gate.onDone(() => queue.submit(tasks.echo, ["later"], { name: "later" }));
      desk.open("gate");
      const summary = await run;
      assertEquals(summary.results.map(({ name }) => name), ["gate", "later"]);
    });
  });

  test(`${lane.name}: a finite run of an empty queue ends at once`, () =>
    withQueue(lane, {}, async (queue) => {
      const summary = await queue.run();
      assert(summary instanceof RunSummary);
      assertEquals([...counts(summary), summary.ok, summary.timedOut], [0, 0, 0, 0, true, false]);
    }));

  test(`${lane.name}: after a finite run the queue is open and can run again`, () =>
    withQueue(lane, {}, async (queue) => {
      for (let i = 1; i <= 3; i++) {
        queue.map(tasks.add, [[i, 0], [i, 1]]);
        const { values } = await queue.run();
        assertEquals(values.toSorted(), [i, i + 1]);
        assertFalse(queue.closed);
      }
    }));

  test(`${lane.name}: an infinite run outlasts idle times and ends at shutdown`, () =>
    withQueue(lane, { mode: "infinite" }, async (queue) => {
      let over = false;
      const run = queue.run();
      run.then(() => over = true);
      for (let i = 0; i < 3; i++) {
        await queue.submit(tasks.echo, [i]);
        await queue.join();
        assertFalse(over);
      }
      queue.submit(tasks.fail);
      await queue.shutdown();
      assertEquals(counts(await run), [4, 3, 1, 0]);
      assertFalse((await run).timedOut);
    }));

  test(`${lane.name}: an infinite run ends when all is cancelled`, () => {
    const watch = new Watch();
    return withQueue(lane, { mode: "infinite", ...watch.hooks }, async (queue, desk) => {
      const handle = queue.submit(tasks.gate, [desk.file("never"), 0], { mustComplete: true });
      const run = queue.run();
      await watch.begun(handle);
      queue.submit(tasks.nothing, { delay: 1e9 });
      await queue.cancel();
      assertEquals(counts(await run), [2, 0, 0, 2]);
    });
  });

  test(`${lane.name}: a second run at the same time is refused, and the first goes on`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      const handle = queue.submit(tasks.gate, [desk.file("gate"), "done"]);
      const run = queue.run();
      await watch.begun(handle);
      await assertRejected(queue, () => queue.run(), QueueStateError, "already running");
      assertRefused(queue, () => queue.reset(), QueueStateError, "running");
      desk.open("gate");
      assertEquals(counts(await run), [1, 1, 0, 0]);
      assertEquals(counts(await queue.run()), [0, 0, 0, 0]);
    });
  });

  test(`${lane.name}: run rejects with QueueClosedError after a shutdown`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.shutdown();
      await assertRejected(queue, () => queue.run(), QueueClosedError, "shut down");
      await assertRejected(queue, () => queue.start(), QueueClosedError, "shut down");
    }));

  test(`${lane.name}: each task is in exactly one summary, whenever it ended`, () =>
    withQueue(lane, {}, async (queue) => {
      queue.submit(tasks.nothing, { name: "cancelled before the run" }).cancel();
      queue.submit(tasks.nothing, { name: "in the first run" });
      const names = ({ results }: RunSummary) => results.map(({ name }) => name);
      assertEquals(names(await queue.run()), ["cancelled before the run", "in the first run"]);
      await queue.submit(tasks.nothing, { name: "between the runs" });
      queue.submit(tasks.nothing, { name: "cancelled between", delay: 1e9 }).cancel();
      await queue.join();
      queue.submit(tasks.nothing, { name: "in the second run" });
      const second = await queue.run();
      assertEquals(names(second), ["between the runs", "cancelled between", "in the second run"]);
      assertEquals(counts(second), [3, 2, 0, 1]);
      assertEquals(counts(await queue.run()), [0, 0, 0, 0]);
      assertEquals(queue.results.length, 5);
    }));

  test(`${lane.name}: a run awaits detached tasks and leaves them out of its summary`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const detached = queue.map(tasks.positive, [1, -1], { detached: true, name: "detached" });
      queue.submit(tasks.nothing, { name: "counted" });
      const last = queue.submit(tasks.nothing, { detached: true });
      const summary = await queue.run({ strict: true });
      assertEquals(counts(summary), [1, 1, 0, 0]);
      assertEquals(summary.results.map(({ name }) => name), ["counted"]);
      assertEquals(queue.results.map(({ name }) => name), ["counted"]);
      assertEquals([...detached, last].map((handle) => handle.status), [
        ...["succeeded", "failed", "succeeded"],
      ]);
      assertEquals([detached[0].detached, (await detached[0]).detached], [true, true]);
    }));
}
