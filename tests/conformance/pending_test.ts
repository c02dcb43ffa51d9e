import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { TaskCancelledError } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import {
  assertError,
  assertRejected,
  counts,
  HOUR,
  pick,
  settle,
  Watch,
  withQueue,
} from "./support.ts";

for (const lane of lanes) {
  const { tasks, differences } = lane;

  test(`${lane.name}: cancelPending cancels what waits in any place and lets the rest go on`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    const limits = { host: { workers: 1 } };
    return withQueue(lane, { clock, workers: 2, limits, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const retrying = queue.submit(tasks.fail, [], { retries: 1, retryDelay: 100 });
      await watch.until(() => watch.retried.length === 1);
      const keys = { host: "a" };
      const running = queue.submit(tasks.gate, [desk.file("gate"), "runs"], { keys });
      await watch.begun(running);
      const held = queue.submit(tasks.nothing, { keys });
      const scheduled = queue.submit(tasks.nothing, { delay: 10 });
      const blocked = queue.submit(tasks.nothing, { after: [running] });
      const behind = queue.submit(tasks.nothing, { after: [blocked] });
      const must = queue.submit(tasks.echo, ["must"], { mustComplete: true, keys });
      await settle();
      const reason = new Error("not needed");
      const waiting = [retrying, held, scheduled, blocked, behind];
      assertEquals(waiting.map(({ status }) => status), [
        ...["retrying", "pending", "scheduled", "blocked", "blocked"],
      ]);
      assertEquals(queue.cancelPending(reason), 5);
      for (const handle of waiting) {
        const result = handle.result();
        assert(result.status === "cancelled");
        assertStrictEquals(result.reason, reason);
      }
      assertEquals(queue.cancelPending(), 0);
      assertEquals(running.status, "running");
      desk.open("gate");
      assertEquals([await running.value(), await must.value()], ["runs", "must"]);
    });
  });

  test(`${lane.name}: cancelPending takes back what was sent to a busy worker`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      await queue.group(tasks.nothing, Array(50).fill([])).wait();
      const running = queue.submit(tasks.gate, [desk.file("gate"), 1]);
      const log = desk.file("log");
      const behind = queue.map(
        tasks.note,
        Array.from({ length: 20 }, (_, n) => [log, `${n}`] as const),
      );
      await watch.begun(running);
      assertEquals(queue.cancelPending(), 20);
      assertEquals(queue.stats.cancelled, 20);
      const result = behind[0].result();
      assert(result.status === "cancelled");
      assertError(result.reason, TaskCancelledError, "before it started");
      desk.open("gate");
      assertEquals(await running.value(), 1);
      assertEquals(desk.lines("log"), []);
    });
  });

  test(`${lane.name}: tasks tells which are outstanding, and which of a status`, () => {
    const watch = new Watch();
    const clock = new VirtualClock();
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      await queue.submit(tasks.nothing);
      const retrying = queue.submit(tasks.fail, [], { retries: 1, retryDelay: HOUR });
      await watch.until(() => watch.retried.length === 1);
      const running = queue.submit(tasks.gate, [desk.file("gate"), 1]);
      await watch.begun(running);
      const scheduled = queue.submit(tasks.nothing, { delay: HOUR });
      const pending = queue.submit(tasks.nothing, { priority: 9 });
      const blocked = queue.submit(tasks.nothing, { after: [pending], priority: 1 });
      const all = [retrying, running, scheduled, pending, blocked];
      const same = (found: readonly unknown[], expected: readonly unknown[]) => {
        assertEquals(found.length, expected.length);
        found.forEach((handle, n) => assertStrictEquals(handle, expected[n]));
      };
      same(queue.tasks(), all);
      same(queue.tasks("retrying"), [retrying]);
      same(queue.tasks("running"), [running]);
      same(queue.tasks("scheduled"), [scheduled]);
      same(queue.tasks("pending"), [pending]);
      same(queue.tasks("blocked"), [blocked]);
      assertEquals(pick(queue, "pending", "scheduled", "blocked"), {
        ...{ pending: 1, scheduled: 2, blocked: 1 },
      });
      assertEquals(queue.pendingCount, 4);
      for (const [status, ErrorClass] of [["succeeded", RangeError], [7, TypeError]] as const) {
        const call = () => Promise.resolve().then(() => queue.tasks(status as "pending"));
        await assertRejected(queue, call, ErrorClass, "status must be 'pending' or");
      }
    });
  });

  test(`${lane.name}: shutdown with a timeout is graceful for so long, then forced`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
      const running = queue.submit(tasks.noteAbort, [desk.file("log")], { mustComplete: true });
      const pending = queue.submit(tasks.nothing);
      await queue.start();
      await watch.begun(running);
      const closed = queue.shutdown({ timeout: 100 });
      await clock.advance(99);
      assertEquals([running.status, pending.status], ["running", "pending"]);
      await clock.advance(1);
      await clock.advance(2000);
      await closed;
      assertEquals([running.status, pending.status], ["cancelled", "cancelled"]);
    });
  });

  test(`${lane.name}: shutdown in time leaves nothing of its timeout`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      const handle = queue.submit(tasks.echo, [1]);
      await queue.shutdown({ timeout: 100 });
      assertEquals(handle.status, "succeeded");
      for (const timeout of [-1, NaN]) {
        await assertRejected(queue, () => queue.shutdown({ timeout }), RangeError, "timeout");
      }
      await queue.shutdown({ timeout: Infinity });
    });
  });

  test(`${lane.name}: Infinity as the number of workers, where it makes sense`, async () => {
    if (!differences.unlimitedWorkers) {
      return withQueue(lane, {}, async (queue) => {
        const set = () => Promise.resolve().then(() => queue.workers = Infinity);
        await assertRejected(queue, set, RangeError, "workers must be a whole number");
      });
    }
    await withQueue(lane, { workers: Infinity }, async (queue, desk) => {
      await queue.start();
      assertEquals(queue.workers, Infinity);
      const handles = queue.map(tasks.gate, Array(100).fill([desk.file("gate"), 1]));
      await settle();
      assertEquals(queue.activeCount, 100);
      queue.workers = 2;
      queue.workers = Infinity;
      desk.open("gate");
      assertEquals(counts(await queue.run()), [100, 100, 0, 0]);
      assertEquals(handles.length, 100);
      const streamed = queue.stream(tasks.echo, [1, 2, 3]);
      assertEquals(await Array.fromAsync(streamed), [1, 2, 3]);
    });
  });
}
