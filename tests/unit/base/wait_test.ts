import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { TaskTimeoutError } from "../../../mod.ts";
import { Timers } from "../../../src/base/timers.ts";
import type { WaitOptions } from "../../../src/base/wait.ts";
import { Limit, waitFor } from "../../../src/base/wait.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { countListeners } from "../../abort_listeners.ts";
import { test } from "../../harness.ts";

/** Something to wait for that can be told to come, and tells who waits for it. */
function setUp() {
  const clock = new VirtualClock();
  const timers = new Timers(clock, () => {});
  const controller = new AbortController();
  const listeners = countListeners(controller.signal);
  const waiting = new Set<(value: string) => void>();
  const wait = (options: WaitOptions) =>
    waitFor<string>(
      (resolve) => {
        waiting.add(resolve);
        return () => waiting.delete(resolve);
      },
      options,
      timers,
      () => "Waiting for it",
    );
  const come = (value: string) => waiting.forEach((resolve) => resolve(value));
  const left = () => [waiting.size, timers.size, clock.pendingTimers, listeners.current];
  return { clock, timers, controller, signal: controller.signal, wait, come, left, waiting };
}

test("wait: resolves when it comes, and leaves nothing behind", async () => {
  const { clock, signal, wait, come, left } = setUp();
  const result = wait({ timeout: 10, signal });
  assertEquals(left(), [1, 1, 1, 1]);
  await clock.advance(9);
  come("it");
  assertEquals(await result, "it");
  assertEquals(left(), [0, 0, 0, 0]);
});

test("wait: rejects at the timeout, and leaves nothing behind", async () => {
  const { clock, signal, wait, left } = setUp();
  const result = assertRejects(() => wait({ timeout: 10, signal }), TaskTimeoutError);
  await clock.advance(9);
  assertEquals(left(), [1, 1, 1, 1]);
  await clock.advance(1);
  assertEquals((await result).message, "Waiting for it took longer than 10 ms");
  assertEquals(left(), [0, 0, 0, 0]);
});

test("wait: rejects with the signal's reason, whatever it is, and leaves nothing behind", async () => {
  for (const reason of [new Error("stop"), "stop", 0, null]) {
    const { controller, signal, wait, left } = setUp();
    const result = assertRejects(() => wait({ timeout: 10, signal }));
    controller.abort(reason);
    assertStrictEquals(await result, reason);
    assertEquals(left(), [0, 0, 0, 0]);
  }
});

test("wait: a signal that has aborted ends it at once", async () => {
  const { wait, left } = setUp();
  const signal = AbortSignal.abort(new Error("stop"));
  await assertRejects(() => wait({ timeout: 10, signal }), Error, "stop");
  assertEquals(left(), [0, 0, 0, 0]);
});

test("wait: what has come already counts more than any limit", async () => {
  const { timers, clock } = setUp();
  const come = (options: WaitOptions) =>
    waitFor<string>(
      (resolve) => {
        resolve("it");
        return () => {};
      },
      options,
      timers,
      () => "Waiting for it",
    );
  assertEquals(await come({ timeout: 0 }), "it");
  assertEquals(await come({ signal: AbortSignal.abort() }), "it");
  assertEquals([timers.size, clock.pendingTimers], [0, 0]);
});

test("wait: without limits it needs neither timer nor listener", async () => {
  const { wait, come, left } = setUp();
  for (const options of [{}, { timeout: Infinity }, { timeout: undefined, signal: undefined }]) {
    const result = wait(options);
    assertEquals(left(), [1, 0, 0, 0]);
    come("it");
    assertEquals(await result, "it");
  }
});

test("wait: no time at all is a limit too", async () => {
  const { clock, wait, left } = setUp();
  const result = assertRejects(() => wait({ timeout: 0 }), TaskTimeoutError, "longer than 0 ms");
  await clock.advance(0);
  await result;
  assertEquals(left(), [0, 0, 0, 0]);
});

test("wait: options that are wrong reject before anything is waited for", async () => {
  const { wait, left } = setUp();
  await assertRejects(() => wait({ timeout: -1 }), RangeError, "timeout must be >= 0: got -1");
  const unknown = { signals: 1 } as WaitOptions;
  await assertRejects(() => wait(unknown), TypeError, "Unknown wait option: 'signals'");
  assertEquals(left(), [0, 0, 0, 0]);
});

test("limit: may be reached with nobody waiting, and cleared more than once", async () => {
  const { clock, timers, controller, signal, left } = setUp();
  const timed = new Limit({ timeout: 5 }, timers, () => "This");
  const signalled = new Limit({ signal }, timers, () => "That");
  await clock.advance(5);
  controller.abort("stop");
  await clock.drain();
  await assertRejects(() => timed.reached, TaskTimeoutError, "This took longer than 5 ms");
  assertEquals(await assertRejects(() => signalled.reached), "stop");
  for (const limit of [timed, signalled, timed]) limit.clear();
  assertEquals(left(), [0, 0, 0, 0]);
});

test("limit: the first of timeout and signal counts", async () => {
  const { clock, timers, controller, signal, left } = setUp();
  const limit = new Limit({ timeout: 5, signal }, timers, () => "This");
  await clock.advance(5);
  controller.abort("stop");
  assert(await assertRejects(() => limit.reached) instanceof TaskTimeoutError);
  limit.clear();
  assertEquals(left(), [0, 0, 0, 0]);
});
