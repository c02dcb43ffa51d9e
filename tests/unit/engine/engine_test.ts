import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  AsyncQueue,
  currentTask,
  type QueueOptions,
  TaskCancelledError,
  type TaskHandle,
  type TaskResult,
} from "../../../mod.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { test } from "../../harness.ts";

/** A queue on a virtual clock that notes each result. */
function setUp(options: QueueOptions = {}) {
  const clock = new VirtualClock();
  const results: TaskResult[] = [];
  const queue = new AsyncQueue({
    clock,
    workers: 1,
    onComplete: (result) => void results.push(result),
    ...options,
  });
  return { clock, queue, results };
}

/** Every place that a task may be in is empty, and the worker is free for just one task. */
async function assertSound(queue: AsyncQueue, clock: VirtualClock): Promise<void> {
  let most = 0;
  const handles = queue.map(async () => {
    most = Math.max(most, queue.activeCount);
    await Promise.resolve();
  }, [[], [], []]);
  await queue.join();
  assertEquals(handles.map((handle) => handle.status), ["succeeded", "succeeded", "succeeded"]);
  assertEquals([most, queue.activeCount, queue.pendingCount], [1, 0, 0]);
  assertEquals([queue.stats.scheduled, queue.stats.abandoned, clock.pendingTimers], [0, 0, 0]);
}

test("engine: a task that its own retryIf cancels is over", async () => {
  const { clock, queue, results } = setUp();
  const handle: TaskHandle = queue.submit(
    () => {
      throw new Error("failed");
    },
    [],
    { retries: 3, retryIf: () => handle.cancel("enough") },
  );
  await queue.join();
  assertEquals(results.map(({ status, attempts }) => [status, attempts]), [["cancelled", 1]]);
  await assertSound(queue, clock);
});

test("engine: a task that its own retryIf cancels after a timeout is over", async () => {
  const { clock, queue, results } = setUp();
  const settled = Promise.withResolvers<void>();
  let aborted = false;
  const handle: TaskHandle = queue.submit(
    () => {
      currentTask().signal.onabort = () => aborted = true;
      return settled.promise;
    },
    [],
    { timeout: 10, retries: 3, retryIf: () => handle.cancel("enough") },
  );
  await queue.start();
  await clock.advance(10);
  assertEquals(results.map(({ status, attempts }) => [status, attempts]), [["cancelled", 1]]);
  assertEquals([aborted, queue.stats.abandoned], [true, 1]);
  settled.resolve();
  await clock.drain();
  await assertSound(queue, clock);
});

test("engine: a retryIf that shuts the queue down by force gets no retry", async () => {
  const { clock, queue, results } = setUp();
  let down: Promise<void> | undefined;
  queue.submit(
    () => {
      throw new Error("failed");
    },
    [],
    {
      retries: 3,
      retryIf: () => {
        down = queue.cancel();
        return true;
      },
    },
  );
  await queue.join();
  await down;
  assertEquals(results.map(({ status, attempts }) => [status, attempts]), [["cancelled", 1]]);
  queue.reset();
  await queue.start();
  await assertSound(queue, clock);
});

test("engine: a task that is cancelled by its own signal's listener after a timeout is over", async () => {
  const { clock, queue, results } = setUp();
  const settled = Promise.withResolvers<void>();
  const handle: TaskHandle = queue.submit(
    () => {
      currentTask().signal.onabort = () => handle.cancel("enough");
      return settled.promise;
    },
    [],
    { timeout: 10, retries: 3, grace: 50 },
  );
  await queue.start();
  await clock.advance(10);
  assertEquals([handle.status, clock.pendingTimers], ["cancelled", 0]);
  await clock.advance(1000);
  settled.resolve();
  await clock.advance(1000);
  assertEquals(results.map(({ status, attempts }) => [status, attempts]), [["cancelled", 1]]);
  await assertSound(queue, clock);
});

test("engine: an attempt that stops late is not taken for the one after it", async () => {
  const { clock, queue } = setUp({ workers: 5 });
  const attempts: { at: number; settle: () => void }[] = [];
  const handle = queue.submit(
    () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      currentTask().signal;
      attempts.push({ at: clock.now(), settle: resolve });
      return promise;
    },
    [],
    { timeout: 10, retries: 2, grace: 50 },
  );
  await queue.start();
  await clock.advance(70);
  assertEquals(attempts.map(({ at }) => at), [0, 60]);
  // The second attempt has timed out and has until 120 to stop.
  attempts[0].settle();
  await clock.advance(40);
  assertEquals(attempts.length, 2);
  attempts[1].settle();
  await clock.drain();
  assertEquals(attempts.map(({ at }) => at), [0, 60, 110]);
  attempts[2].settle();
  assertEquals((await handle).attempts, 3);
  await queue.shutdown();
});

test("engine: who gives up waiting for room submits nothing", async () => {
  const { clock, queue, results } = setUp({ size: 1 });
  const controller = new AbortController();
  const { signal } = controller;
  const never = Promise.withResolvers<void>().promise;
  await queue.start();
  const first = queue.submit(() => never, { name: "first" });
  queue.submitWhenReady(() => never, { name: "second", signal });
  const third = queue.submitWhenReady(() => never, { name: "third", signal });
  first.cancel();
  await clock.drain();
  // The third hears of it before the second makes room for it.
  controller.abort(new Error("given up"));
  await assertRejects(() => third, Error, "given up");
  assertEquals(results.map(({ name }) => name), ["first", "second"]);
  assertEquals([queue.stats.completed, queue.pendingCount], [2, 0]);
  await queue.shutdown();
});

test("engine: who waits for room when the queue is reset gets it in the new one, which has to be started", async () => {
  const { clock, queue } = setUp({ size: 1 });
  await queue.start();
  queue.submit(() => Promise.withResolvers<void>().promise);
  await clock.drain();
  const waiting = queue.submitWhenReady(() => "ran");
  queue.reset();
  const handle = await waiting;
  await clock.drain();
  assertEquals([handle.status, queue.stats.completed], ["pending", 0]);
  await queue.join();
  assertEquals(handle.status, "succeeded");
});

test("engine: a run's timeout ends tasks that never yield", async () => {
  const { clock, queue } = setUp();
  const handles = queue.map(() => clock.elapse(10), Array<[]>(20).fill([]));
  const late = queue.submit(() => "protected", { mustComplete: true, priority: 4 });
  const summary = await queue.run({ timeout: 45 });
  assert(summary.timedOut);
  assertEquals([summary.succeeded, summary.cancelled], [6, 15]);
  assertEquals(handles.map((handle) => handle.cancelled).indexOf(true), 5);
  assertEquals(late.status, "succeeded");
});

test("engine: a run that gets done while its time is up has not timed out", async () => {
  const { clock, queue } = setUp();
  const handle = queue.submit(() => clock.elapse(10));
  const { timedOut, ok, duration } = await queue.run({ timeout: 5 });
  assertEquals([handle.status, timedOut, ok, duration], ["succeeded", false, true, 10]);
  assertEquals(clock.pendingTimers, 0);
});

test("engine: aborting a run cancels its tasks at once", async () => {
  const { queue } = setUp();
  const controller = new AbortController();
  const handles = queue.map((n: number) => {
    if (n === 2) controller.abort(new Error("enough"));
  }, [1, 2, 3]);
  await assertRejects(() => queue.run({ signal: controller.signal }), Error, "enough");
  assertEquals(handles.map((handle) => handle.status), ["succeeded", "cancelled", "cancelled"]);
});

test("engine: a run whose signal has aborted starts nothing", async () => {
  const { queue } = setUp();
  const handle = queue.submit(() => "ran");
  const run = queue.run({ signal: AbortSignal.abort(new Error("enough")) });
  await assertRejects(() => run, Error, "enough");
  assertEquals([handle.status, handle.attempts], ["cancelled", 0]);
});

test("engine: whatever a task throws or is cancelled with, it ends in a result", async () => {
  const { clock, queue, results } = setUp();
  const { proxy, revoke } = Proxy.revocable(() => {}, {});
  revoke();
  const hostile = {
    get retryAfter() {
      throw new Error("no");
    },
    toString: undefined,
  };
  const values = [proxy, hostile, undefined, null, Symbol("thrown"), 5n];
  const items = values.map((value): [unknown] => [value]);
  const failing = queue.map(
    (value: unknown) => {
      throw value;
    },
    items,
    { retries: 1 },
  );
  const rejecting = queue.map((value: unknown) => Promise.reject(value), items, { retries: 1 });
  const cancelled = values.map((reason) => {
    const handle = queue.submit(() => {}, { priority: 9 });
    handle.cancel(reason);
    return handle;
  });
  const summary = await queue.run();
  assertEquals([summary.failed, summary.cancelled, results.length], [12, 6, 18]);
  JSON.stringify(summary);
  values.forEach((value, i) => {
    for (const handle of [failing[i], rejecting[i]]) {
      assertEquals(handle.attempts, 2);
      assertStrictEquals(handle.error(), value);
    }
  });
  for (const handle of cancelled) await assertRejects(() => handle.value(), TaskCancelledError);
  await assertSound(queue, clock);
});

test("engine: a batch keeps its room while its signal, aborted before, cancels one after the other", async () => {
  const seen: number[] = [];
  let more = 1;
  const queue = new AsyncQueue({
    size: 2,
    onComplete() {
      if (more-- > 0) queue.submit(() => {});
      seen.push(queue.pendingCount);
    },
  });
  const handles = queue.map(() => {}, [1, 2], { signal: AbortSignal.abort() });
  assertEquals(handles.map(({ status }) => status), ["cancelled", "cancelled"]);
  assertEquals(seen, [2, 1]);
  await queue.shutdown();
});

test("engine: a time of day that comes when the clock is set back and forth between two looks is noticed", async () => {
  const { clock, queue } = setUp();
  await queue.start();
  const time = clock.wallNow();
  const later = queue.submit(() => "later", [], { runAt: time + 40_000 });
  clock.setSystemTime(time - 100_000);
  const handle = queue.submit(() => "now", [], { runAt: time - 60_000 });
  clock.setSystemTime(time);
  await clock.advance(1_000);
  assertEquals([handle.status, later.status], ["succeeded", "scheduled"]);
  await queue.cancel();
});

test("engine: a time of day that is put off is noticed when the clock is set right before the next look", async () => {
  const { clock, queue } = setUp();
  await queue.start();
  const time = clock.wallNow();
  const handle = queue.submit(() => "now", [], { runAt: time + 200 });
  clock.setSystemTime(time - 100_000);
  await clock.advance(500);
  assertEquals(handle.status, "scheduled");
  clock.setSystemTime(time + 500);
  await clock.advance(500);
  assertEquals(handle.status, "succeeded");
  await queue.cancel();
});
