import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { TaskCancelledError } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, HOUR, pick, Watch, withQueue } from "./support.ts";

const failFirst = { failPolicy: "fail-first" } as const;

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: the reason of those that fail-first cancels names the failure, with it as cause`, () =>
    withQueue(lane, { workers: 1, ...failFirst }, async (queue) => {
      const failed = queue.submit(tasks.fail, ["no disk"], { name: "save" });
      const other = queue.submit(tasks.nothing);
      await queue.run();
      const result = other.result();
      assert(result.status === "cancelled");
      assertError(result.reason, TaskCancelledError, "'save'", "no disk");
      assertStrictEquals((result.reason as Error).cause, failed.error());
    }));

  test(`${lane.name}: fail-first aborts the signals of running tasks`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 2, ...failFirst, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const running = queue.submit(tasks.noteAbort, [desk.file("log")], { grace: HOUR });
      await watch.begun(running);
      queue.submit(tasks.fail, ["no disk"], { name: "save" });
      await running;
      await desk.noted("log", ["Cancelled because task 'save' failed: Error: no disk"]);
    });
  });

  test(`${lane.name}: a failure that is retried does not trigger fail-first, the final one does`, () =>
    withQueue(lane, { workers: 1, ...failFirst }, async (queue) => {
      const saved = queue.submit(tasks.failUntil, [3], { retries: 2, priority: 0 });
      const first = queue.submit(tasks.nothing);
      const failed = queue.submit(tasks.failUntil, [9], { retries: 2 });
      // It never begins: one that is sent ahead may run before a retry that goes before it.
      const second = queue.submit(tasks.nothing, [], { delay: HOUR });
      await queue.run();
      assertEquals([saved, first, failed, second].map((handle) => handle.status), [
        ...["succeeded", "succeeded", "failed", "cancelled"],
      ]);
      assertEquals(failed.attempts, 3);
    }));

  test(`${lane.name}: the failure of a mustComplete task triggers fail-first too`, () =>
    withQueue(lane, { workers: 1, ...failFirst }, async (queue) => {
      queue.submit(tasks.fail, [], { mustComplete: true });
      const other = queue.submit(tasks.nothing);
      await queue.run();
      assertEquals(other.status, "cancelled");
    }));

  test(`${lane.name}: cancelling a task or failing a detached one does not trigger fail-first`, () =>
    withQueue(lane, { workers: 1, ...failFirst }, async (queue) => {
      const cancelled = queue.submit(tasks.nothing);
      const detached = queue.submit(tasks.fail, [], { detached: true });
      const other = queue.submit(tasks.nothing);
      cancelled.cancel();
      await queue.run();
      assertEquals([detached.status, other.status], ["failed", "succeeded"]);
    }));

  test(`${lane.name}: the counts of a fail-first run add up, whatever it cancels`, () =>
    withQueue(lane, { workers: 4, ...failFirst }, async (queue, desk) => {
      const controller = new AbortController();
      const handles = [
        ...queue.map(tasks.addLater, Array(50).fill([1, 2]), { priority: 1 }),
        ...queue.map(tasks.fail, ["a", "b", "c"], { priority: 2, retries: 1 }),
        ...queue.map(tasks.add, Array(50).fill([1, 2]), { priority: 2 }),
        ...queue.map(tasks.echo, Array(50).fill(1), { delay: 60_000 }),
        ...queue.map(tasks.gate, Array(5).fill([desk.file("never"), 0])),
      ];
      const kept = [
        ...queue.map(tasks.addLater, Array(20).fill([1, 2]), { mustComplete: true, priority: 9 }),
        ...queue.map(tasks.failUntil, Array(5).fill(2), {
          ...{ mustComplete: true, retries: 1, signal: controller.signal },
        }),
      ];
      handles.push(...kept);
      const summary = await queue.run();
      const count = (status: string) => handles.filter((handle) => handle.status === status).length;
      const { total, succeeded, failed, cancelled } = summary;
      assertEquals([total, summary.results.length], [handles.length, handles.length]);
      assertEquals([succeeded, failed, cancelled], [
        ...[count("succeeded"), count("failed"), count("cancelled")],
      ]);
      assertEquals(succeeded + failed + cancelled, total);
      assertEquals(new Set(summary.results.map(({ id }) => id)).size, total);
      // Of the others, those on a worker when the first one fails, begun or not, may end either way.
      assert(kept.every((handle) => handle.status === "succeeded"));
      assert(failed >= 1 && failed <= 3, `${failed} failed`);
      assert(cancelled >= 55, `${cancelled} cancelled`);
      assertEquals(pick(queue, "completed", "pending", "scheduled", "active"), {
        ...{ completed: total, pending: 0, scheduled: 0, active: 0 },
      });
    }));

  test(`${lane.name}: the queue goes on after a fail-first run, with its policy as before`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      queue.map(tasks.positive, [-1, 1]);
      assertEquals((await queue.run(failFirst)).cancelled, 1);
      queue.map(tasks.positive, [-1, 1]);
      const { failed, succeeded, cancelled } = await queue.run();
      assertEquals([failed, succeeded, cancelled], [1, 1, 0]);
    }));
}
