import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { QueueOptions, TaskHandle, TaskQueue, TaskResult } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { HOUR, pick, reported, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: onStart is called with the handle for each attempt`, () => {
    const seen: [TaskHandle, string, number][] = [];
    const onStart = (handle: TaskHandle) =>
      void seen.push([handle, handle.status, handle.attempts]);
    return withQueue(lane, { workers: 1, onStart }, async (queue) => {
      const retried = queue.submit(tasks.failUntil, [3], { retries: 5 });
      const once = queue.submit(tasks.nothing, { detached: true });
      queue.submit(tasks.nothing).cancel();
      await queue.run();
      assertEquals(seen.map(([, ...rest]) => rest), [
        ...[["running", 1], ["running", 2], ["running", 3], ["running", 1]],
      ]);
      seen.forEach(([handle], i) => assertStrictEquals<TaskHandle>(handle, i < 3 ? retried : once));
    });
  });

  test(`${lane.name}: onComplete is called with the result once for each task, however it ends`, () => {
    const seen: TaskResult[] = [];
    const onComplete = (result: TaskResult) => void seen.push(result);
    return withQueue(lane, { workers: 1, onComplete }, async (queue) => {
      const cancelled = queue.submit(tasks.nothing);
      cancelled.cancel();
      assertEquals(seen.length, 1);
      const handles: TaskHandle[] = [
        cancelled,
        queue.submit(tasks.failUntil, [2], { retries: 1 }),
        queue.submit(tasks.fail, [], { retries: 1 }),
        queue.submit(tasks.nothing, { detached: true }),
      ];
      await queue.run();
      assertEquals(seen.length, 4);
      seen.forEach((result, i) => assertStrictEquals(result, handles[i].result()));
    });
  });

  test(`${lane.name}: onRetry is called with the handle and the error for each attempt to be retried`, () => {
    const seen: [TaskHandle, unknown, number][] = [];
    const onRetry = (handle: TaskHandle, error: unknown) =>
      void seen.push([handle, error, handle.attempts]);
    return withQueue(lane, { onRetry }, async (queue) => {
      const handle = queue.submit(tasks.failUntil, [9], { retries: 2 });
      queue.submit(tasks.fail);
      queue.submit(tasks.fail, [], { retries: 5, retryIf: () => false });
      await queue.run();
      assertEquals(seen.map(([, error, attempts]) => [(error as Error).message, attempts]), [
        ...[["attempt 1", 1], ["attempt 2", 2]],
      ]);
      for (const [seenHandle] of seen) assertStrictEquals<TaskHandle>(seenHandle, handle);
    });
  });

  test(`${lane.name}: onProgress is called with the handle and the data for each report`, () => {
    const seen: [TaskHandle, unknown, unknown][] = [];
    const onProgress = (handle: TaskHandle, data: unknown) =>
      void seen.push([handle, data, handle.progress]);
    return withQueue(lane, { onProgress }, async (queue) => {
      const handle = queue.submit(tasks.report, [0.5, { done: 1, of: 2 }, undefined, 1]);
      await queue.run();
      assertEquals(seen.map(([, data]) => data), [0.5, { done: 1, of: 2 }, undefined, 1]);
      for (const [seenHandle, data, progress] of seen) {
        assertStrictEquals<TaskHandle>(seenHandle, handle);
        assertStrictEquals(progress, data);
      }
      assertEquals(handle.progress, 1);
    });
  });

  for (const hook of ["onStart", "onComplete", "onRetry", "onProgress"] as const) {
    const wrong = new Error("hook is broken");
    const broken = {
      throws: () => {
        throw wrong;
      },
      rejects: () => Promise.reject(wrong),
    };
    for (const [fails, hookBody] of Object.entries(broken)) {
      test(`${lane.name}: ${hook} that ${fails} is reported and affects neither task nor queue`, async () => {
        let calls = 0;
        const options: QueueOptions = {
          workers: 1,
          [hook]: () => {
            calls++;
            return hookBody();
          },
        };
        const errors = await reported(() =>
          withQueue(lane, options, async (queue) => {
            const handles = [
              queue.submit(tasks.failUntil, [2], { retries: 1 }),
              queue.submit(tasks.report, [1]),
              queue.submit(tasks.fail),
              queue.submit(tasks.echo, ["last"]),
            ];
            const { succeeded, failed } = await queue.run();
            assertEquals([succeeded, failed], [3, 1]);
            assertEquals(handles.map((handle) => handle.status), [
              ...["succeeded", "succeeded", "failed", "succeeded"],
            ]);
            assertEquals(pick(queue, "active", "pending", "retried"), {
              ...{ active: 0, pending: 0, retried: 1 },
            });
          })
        );
        assertEquals(errors.length, calls);
        assertEquals(calls, { onStart: 5, onComplete: 4, onRetry: 1, onProgress: 1 }[hook]);
        for (const error of errors) assertStrictEquals(error, wrong);
      });
    }
  }

  test(`${lane.name}: onComplete may submit; a run goes on until that has ended too`, () => {
    let queue: TaskQueue | undefined;
    const many = Math.min(1000, lane.many);
    let left = many;
    const onComplete = () => {
      if (left-- > 0) queue!.submit(tasks.nothing);
    };
    return withQueue(lane, { workers: 1, onComplete }, async (made) => {
      queue = made;
      queue.submit(tasks.nothing);
      assertEquals((await queue.run()).total, many + 1);
    });
  });

  test(`${lane.name}: onStart may cancel the task that starts`, () => {
    const onStart = (handle: TaskHandle) => void (handle.name === "victim" && handle.cancel("no"));
    return withQueue(lane, { workers: 1, onStart }, async (queue) => {
      const victim = queue.submit(tasks.sleep, [5], { name: "victim", retries: 3, timeout: 1000 });
      const next = queue.submit(tasks.echo, ["next"]);
      const { succeeded, cancelled } = await queue.run();
      assertEquals([succeeded, cancelled], [1, 1]);
      const result = victim.result();
      assert(result.status === "cancelled");
      assertEquals([result.reason, result.attempts, await next.value()], ["no", 1, "next"]);
      assertEquals(pick(queue, "active", "pending"), { active: 0, pending: 0 });
    });
  });

  test(`${lane.name}: onRetry may cancel the task that is to be retried`, () => {
    const onRetry = (handle: TaskHandle) => void handle.cancel("hopeless");
    return withQueue(lane, { workers: 1, onRetry }, async (queue) => {
      const victim = queue.submit(tasks.fail, [], { retries: 3 });
      const other = queue.submit(tasks.fail, [], { retries: 3, retryDelay: 1e9 });
      await queue.run();
      for (const { status, attempts } of [victim, other]) {
        assertEquals([status, attempts], ["cancelled", 1]);
      }
      assertEquals(pick(queue, "active", "pending", "scheduled"), {
        ...{ active: 0, pending: 0, scheduled: 0 },
      });
    });
  });

  test(`${lane.name}: onProgress may cancel the task that reports`, () => {
    const onProgress = (handle: TaskHandle) => void handle.cancel("enough");
    return withQueue(lane, { onProgress }, async (queue, desk) => {
      const victim = queue.submit(tasks.noteAbort, [desk.file("log")], { grace: HOUR });
      await queue.run();
      assertEquals(victim.status, "cancelled");
      await desk.noted("log", ["enough"]);
    });
  });

  test(`${lane.name}: a hook may shut the queue down by force`, () => {
    let down: Promise<void> | undefined;
    let queue: TaskQueue | undefined;
    const watch = new Watch();
    const onComplete = () => void (down ??= queue!.cancel());
    return withQueue(lane, { workers: 1, ...watch.hooks, onComplete }, async (made) => {
      queue = made;
      const handles = queue.map(tasks.echo, [1, 2, 3]);
      await queue.run();
      await down;
      assertEquals(handles.map((handle) => handle.status), [
        ...["succeeded", "cancelled", "cancelled"],
      ]);
      assert(queue.closed);
    });
  });
}
