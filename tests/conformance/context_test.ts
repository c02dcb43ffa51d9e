import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { currentTask, QueueStateError, type TaskHandle, type TaskQueue } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, eventually, HOUR, pick, settle, Watch, withQueue } from "./support.ts";

function outside(): unknown {
  try {
    return currentTask();
  } catch (error) {
    return error;
  }
}

for (const lane of lanes) {
  const { tasks, differences } = lane;

  test(`${lane.name}: a task's context tells its id, name and attempt and holds a signal`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const handle = queue.submit(tasks.describeContext, { name: "described" });
      assertEquals(await handle.value(), {
        ...{ id: handle.id, name: "described", attempt: 1 },
        ...{ cancelled: false, aborted: false, isSignal: true },
      });
    }));

  test(`${lane.name}: a task can't wait for what is no handle`, () =>
    withQueue(lane, {}, async (queue) => {
      const seen = await queue.submit(tasks.waitForNoHandle).value();
      assertEquals(seen, "TypeError: What a task waits for must be a handle: got an object");
    }));

  test(`${lane.name}: currentTask throws outside a task`, () =>
    withQueue(lane, {}, async (queue) => {
      assertError(outside(), QueueStateError, "running task");
      await queue.start();
      assertEquals(await queue.submit(tasks.lateContext).value(), "1 lateContext");
      assertError(outside(), QueueStateError);
      await queue.submit(tasks.fail);
      assertError(outside(), QueueStateError);
    }));

  test(`${lane.name}: currentTask works after an await, in helpers and in each attempt`, () =>
    withQueue(lane, { workers: 4 }, async (queue) => {
      await queue.start();
      const names = Array.from({ length: 20 }, (_, i) => `task ${i}`);
      const handles = names.map((name) => queue.submit(tasks.lateContext, { name }));
      assertEquals(
        await Promise.all(handles.map((handle) => handle.value())),
        names.map((name) => `1 ${name}`),
      );
      const retried = queue.submit(tasks.lateContext, [2], { name: "again", retries: 1 });
      assertEquals(await retried.value(), "2 again");
    }));

  test(`${lane.name}: without async context currentTask works before the first await alone`, () =>
    withQueue(lane, { asyncContext: false }, async (queue) => {
      await queue.start();
      assertEquals(await queue.submit(tasks.lateContext).value(), "QueueStateError");
      assertEquals(await queue.submit(tasks.keepContext).value(), true);
      assertError(outside(), QueueStateError);
    }));

  test(`${lane.name}: currentTask in a task of a queue that a task has made is of that queue`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      assertEquals(await queue.submit(tasks.nestContexts, { name: "outer" }).value(), [
        ...["1 inner", "1 inner", "1 outer"],
      ]);
    }));

  test(`${lane.name}: the context can be kept and used after an await`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const kept = queue.map(tasks.keepContext, Array(20).fill([]));
      assertEquals(await Promise.all(kept.map((handle) => handle.value())), Array(20).fill(true));
    }));

  test(`${lane.name}: a task that polls sees that it was cancelled, and why`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      await queue.start();
      const handle = queue.submit(tasks.pollCancelled, [desk.file("log")], { grace: HOUR });
      await watch.begun(handle);
      handle.cancel(new Error("no need"));
      await desk.noted("log", ["cancelled", "thrown", "no need"]);
    });
  });

  test(`${lane.name}: a handle's progress is what its task reported last, in any attempt`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const handle = queue.submit(tasks.report, ["first", { last: [1] }]);
      assertEquals(handle.progress, undefined);
      await handle;
      assertEquals(handle.progress, { last: [1] });
      const silent = queue.submit(tasks.nothing);
      await silent;
      assertEquals(silent.progress, undefined);
    }));

  test(`${lane.name}: what a task reports after it was cancelled is ignored`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      await queue.start();
      const handle = queue.submit(tasks.reportLate, [desk.file("gate"), desk.file("log")]);
      await watch.begun(handle);
      handle.cancel();
      desk.open("gate");
      if (!differences.stopsStubbornWork) await desk.noted("log", ["reported"]);
      await eventually(() => queue.stats.abandoned === 0, "nothing is abandoned");
      assertEquals([handle.progress, watch.progress.length], [1, 1]);
    });
  });
}

/** The slow way: each call waits for two tasks that do the same. */
async function fibonacci(queue: TaskQueue, n: number): Promise<number> {
  if (n < 2) return n;
  const task = currentTask();
  const handles = [n - 1, n - 2].map((m) => queue.submit(fibonacci, [queue, m]));
  const results = await Promise.all(handles.map((handle) => task.wait(handle)));
  return results.reduce((sum, r) => sum + (r.status === "succeeded" ? r.value : NaN), 0);
}

for (const lane of lanes.filter((lane) => lane.differences.lendsSlot)) {
  const { tasks } = lane;

  test(`${lane.name}: a task that waits for one it submitted lends it its slot`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      await queue.start();
      const outer = queue.submit(async () => {
        const task = currentTask();
        const result = await task.wait(queue.submit(tasks.addLater, [1, 2]));
        return result.status === "succeeded" ? result.value * 10 : 0;
      });
      assertEquals(await outer.value(), 30);
      assertEquals(pick(queue, "active", "pending"), { active: 0, pending: 0 });
    }));

  test(`${lane.name}: tasks that wait for tasks that wait do not block one worker`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      await queue.start();
      assertEquals(await queue.submit(fibonacci, [queue, 10]).value(), 55);
      assertEquals(pick(queue, "active", "pending", "failed"), {
        ...{ active: 0, pending: 0, failed: 0 },
      });
    }));

  test(`${lane.name}: tasks that wait lend their slots but never let more run than there are workers`, () =>
    withQueue(lane, { workers: 2 }, async (queue) => {
      await queue.start();
      let busy = 0;
      let most = 0;
      const work = async () => {
        most = Math.max(most, ++busy);
        await tasks.sleep(1);
        busy--;
      };
      const outer = queue.map(async () => {
        const task = currentTask();
        await work();
        const inner = queue.map(work, [[], [], []]);
        await Promise.all(inner.map((handle) => task.wait(handle)));
        await work();
      }, Array<[]>(6).fill([]));
      await Promise.all(outer);
      assertEquals([most, busy, queue.stats.succeeded], [2, 0, 24]);
    }));

  test(`${lane.name}: waiting resolves to the result, whatever the status, done or not`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      await queue.start();
      const done = queue.submit(tasks.nothing);
      await done;
      const cancelled = queue.submit(tasks.nothing, { delay: 1e9 });
      const outer = queue.submit(async () => {
        const task = currentTask();
        const failed = await task.wait(queue.submit(tasks.fail));
        setTimeout(() => cancelled.cancel());
        return [failed.status, (await task.wait(cancelled)).status, (await task.wait(done)).status];
      });
      assertEquals(await outer.value(), ["failed", "cancelled", "succeeded"]);
    }));

  test(`${lane.name}: a task that waits for itself is told so`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      await queue.start();
      const handle: TaskHandle = queue.submit(() => currentTask().wait(handle), {
        name: "ouroboros",
      });
      await handle;
      assertError(handle.error(), QueueStateError, "'ouroboros'", "itself");
    }));

  test(`${lane.name}: cancelling a task that waits ends its wait with the reason, not the other task`, () =>
    withQueue(lane, { workers: 1 }, async (queue, desk) => {
      await queue.start();
      const inner = Promise.withResolvers<TaskHandle>();
      const seen: unknown[] = [];
      const outer = queue.submit(async () => {
        const task = currentTask();
        const handle = queue.submit(tasks.gate, [desk.file("gate"), "kept"]);
        inner.resolve({ handle } as never);
        await task.wait(handle).catch((reason) => seen.push(reason));
      });
      const { handle } = await inner.promise as unknown as { handle: TaskHandle };
      await eventually(() => handle.status === "running", "the inner task runs");
      const why = new Error("no need");
      outer.cancel(why);
      await settle();
      assertStrictEquals(seen[0], why);
      assertEquals(handle.status, "running");
      desk.open("gate");
      assertEquals(await handle.value(), "kept");
      await queue.submit(tasks.nothing);
      assertEquals(pick(queue, "active", "abandoned"), { active: 0, abandoned: 0 });
    }));

  test(`${lane.name}: a task may wait for tasks of another queue`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const other = lane.create({ workers: 1 });
      await Promise.all([queue.start(), other.start()]);
      const outer = queue.submit(async () =>
        (await currentTask().wait(other.submit(tasks.echo, ["far"]))).status
      );
      assertEquals(await outer.value(), "succeeded");
      await other.shutdown();
    }));

  test(`${lane.name}: throwIfCancelled throws the signal's reason itself, and nothing before`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue) => {
      await queue.start();
      const thrown = Promise.withResolvers<unknown>();
      const handle = queue.submit(async () => {
        const task = currentTask();
        const aborted = new Promise((resolve) => task.signal.onabort = resolve);
        task.throwIfCancelled();
        task.progress(task.attempt);
        await aborted;
        try {
          task.throwIfCancelled();
        } catch (reason) {
          thrown.resolve(reason);
        }
      });
      await watch.begun(handle);
      const why = new Error("no need");
      handle.cancel(why);
      assertStrictEquals(await thrown.promise, why);
    });
  });

  test(`${lane.name}: a task that runs another's function sees its own context after it`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const handle = queue.submit(() => {
        const task = currentTask();
        queue.submit(tasks.nothing).cancel();
        assert(currentTask() === task);
        return task.id;
      });
      assertEquals(await handle.value(), handle.id);
    }));
}
