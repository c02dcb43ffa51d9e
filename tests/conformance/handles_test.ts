import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { inspect } from "node:util";
import {
  QueueStateError,
  TaskCancelledError,
  type TaskHandle,
  type TaskStatus,
} from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { keepRejections } from "../strays.ts";
import { lanes } from "./lanes.ts";
import { assertError, assertRefused, HOUR, settle, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a handle tells what was submitted`, () => {
    const clock = new VirtualClock(50);
    return withQueue(lane, { clock }, (queue) => {
      const metadata = { order: 7 };
      const bare = queue.submit(tasks.add, [1, 2]);
      assertEquals([bare.name, bare.priority, bare.groupId, bare.mustComplete, bare.detached], [
        ...["add", 3, undefined, false, false],
      ]);
      assertEquals([bare.metadata, bare.attempts, bare.progress, bare.createdAt], [
        ...[undefined, 0, undefined, 50],
      ]);
      const full = queue.submit(tasks.add, [1, 2], {
        ...{ name: "sum", priority: 1, groupId: "g", mustComplete: true, detached: true },
        ...{ metadata, delay: 25 },
      });
      assertEquals([full.name, full.priority, full.groupId, full.mustComplete, full.detached], [
        ...["sum", 1, "g", true, true],
      ]);
      assertStrictEquals(full.metadata, metadata);
      assertEquals([full.createdAt, full.scheduledFor], [50, 75]);
      assertEquals(typeof full.id, "string");
      return Promise.resolve();
    });
  });

  test(`${lane.name}: onDone refuses what is no function, whether the task has ended or not`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.nothing);
      const call = () => handle.onDone("later" as unknown as () => void);
      assertThrows(call, TypeError, "callback must be a function: got 'later'");
      await handle;
      assertThrows(call, TypeError, "callback must be a function: got 'later'");
    }));

  test(`${lane.name}: a handle's status goes through the states of its task`, () => {
    const clock = new VirtualClock();
    const seen: [TaskStatus, isDone: boolean, isCancelled: boolean][] = [];
    const watch = new Watch();
    const see = ({ status, done, cancelled }: TaskHandle) =>
      void seen.push([status, done, cancelled]);
    const { hooks } = watch;
    const options = {
      ...hooks,
      clock,
      onStart: (handle: TaskHandle) => (see(handle), hooks.onStart(handle)),
      onRetry: (handle: TaskHandle, error: unknown) => (see(handle), hooks.onRetry(handle, error)),
    };
    return withQueue(lane, options, async (queue) => {
      await queue.start();
      const handle = queue.submit(tasks.failUntil, [2], {
        ...{ retries: 1, retryDelay: 10, delay: 10 },
      });
      see(handle);
      await clock.advance(10);
      await watch.until(() => watch.retried.length === 1);
      await clock.advance(10);
      await handle;
      see(handle);
      assertEquals(seen, [
        ["scheduled", false, false],
        ["running", false, false],
        ["retrying", false, false],
        ["running", false, false],
        ["succeeded", true, false],
      ]);
      assertEquals(handle.attempts, 2);
      const failed = queue.submit(tasks.fail);
      assertEquals(failed.status, "pending");
      await failed;
      assertEquals([failed.status, failed.done, failed.cancelled], ["failed", true, false]);
      const cancelled = queue.submit(tasks.nothing);
      cancelled.cancel();
      assertEquals([cancelled.status, cancelled.done, cancelled.cancelled], [
        ...["cancelled", true, true],
      ]);
    });
  });

  test(`${lane.name}: awaiting a handle resolves to its result, whatever the status`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const succeeded = queue.submit(tasks.nothing);
      const failed = queue.submit(tasks.fail);
      const cancelled = queue.submit(tasks.nothing);
      cancelled.cancel();
      for (const handle of [succeeded, failed, cancelled]) {
        const result = await handle;
        assertStrictEquals(result, handle.result());
        assertStrictEquals(await handle, result);
        assertStrictEquals(await handle.wait(), result);
        assertStrictEquals(await handle.then((result) => result), result);
        assertStrictEquals(await handle.then(), result);
        assertEquals(result.status, handle.status);
      }
    }));

  test(`${lane.name}: value resolves to the value or rejects with the task's own error`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      assertEquals(await queue.submit(tasks.echo, [{ a: [1] }]).value(), { a: [1] });
      const failed = queue.submit(tasks.failLater, ["broken"]);
      const error = await failed.value().catch((error) => error);
      assertError(error, Error, "broken");
      assertStrictEquals(error, failed.error());
      assertStrictEquals(await failed.value().catch((error) => error), error);
    }));

  test(`${lane.name}: value of a cancelled task rejects with a TaskCancelledError, the reason its cause`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.nothing, { name: "unwanted" });
      const early = handle.value().catch((error) => error);
      handle.cancel("no need");
      for (const error of [await early, await handle.value().catch((error) => error)]) {
        assertError(error, TaskCancelledError, "'unwanted'", "no need");
        assertEquals([error.name, error.cause], ["AbortError", "no need"]);
      }
    }));

  test(`${lane.name}: result and error throw QueueStateError until the task has ended`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const retrying = queue.submit(tasks.fail, [], { retries: 1, retryDelay: HOUR });
      await watch.until(() => watch.retried.length === 1);
      const running = queue.submit(tasks.gate, [desk.file("gate"), 0]);
      await watch.begun(running);
      const pending = queue.submit(tasks.nothing);
      const scheduled = queue.submit(tasks.nothing, { delay: HOUR });
      for (const handle of [retrying, running, pending, scheduled]) {
        const { name, status } = handle;
        assertRefused(queue, () => handle.result(), QueueStateError, "result", name, status);
        assertRefused(queue, () => handle.error(), QueueStateError, "error", name, status);
      }
    });
  });

  test(`${lane.name}: error is the failure's, undefined for any other end`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const failed = queue.submit(tasks.throwValue, ["not an error"]);
      const succeeded = queue.submit(tasks.nothing);
      const cancelled = queue.submit(tasks.nothing);
      cancelled.cancel("why");
      await queue.join();
      assertEquals([failed.error(), succeeded.error(), cancelled.error()], [
        ...["not an error", undefined, undefined],
      ]);
    }));

  test(`${lane.name}: a handle is printed in one line`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.echo, [1], { name: "two\nlines" });
      await queue.run();
      assertEquals(
        inspect(handle),
        `TaskHandle { id: "${handle.id}", name: "two\\nlines", status: "succeeded" }`,
      );
    }));

  test(`${lane.name}: tasks that fail or are cancelled cause no unhandled rejection`, async () => {
    const unhandled = keepRejections();
    try {
      const watch = new Watch();
      await withQueue(lane, watch.hooks, async (queue, desk) => {
        await queue.start();
        const running = queue.submit(tasks.noteAbort, [desk.file("log")]);
        const timingOut = queue.submit(tasks.noteAbort, [desk.file("log")], { timeout: 20 });
        await watch.begun(running);
        const group = queue.group(tasks.fail, ["a", "b"], { retries: 1 });
        const failing = queue.submit(tasks.failLater);
        queue.submit(tasks.nothing).cancel();
        running.cancel(new Error("cancelled"));
        await Promise.all([failing, timingOut, group.wait(), handleOf(running)]);
      });
      await settle();
    } finally {
      unhandled[Symbol.dispose]();
    }
    assertEquals(unhandled.errors, []);
  });

  const handleOf = (handle: TaskHandle) => handle.wait();
}

for (const lane of lanes.filter((lane) => lane.differences.keepsIdentity)) {
  test(`${lane.name}: arguments, values and errors are handed over as they are`, () =>
    withQueue(lane, {}, async (queue) => {
      const { tasks } = lane;
      await queue.start();
      const thing = { own: true };
      assertStrictEquals(await queue.submit(tasks.echo, [thing]).value(), thing);
      const failed = queue.submit(tasks.throwValue, [thing]);
      assertStrictEquals(await failed.value().catch((error) => error), thing);
      assertStrictEquals(failed.error(), thing);
    }));
}
