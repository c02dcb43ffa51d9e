import { assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import { TaskTimeoutError } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, CountingController, reported, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: waiting with a timeout gives up the wait, not the task`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const handle = queue.submit(tasks.echo, ["late"], { delay: 200, name: "slow" });
      const wait = handle.wait({ timeout: 100 }).catch((error) => error);
      let over = false;
      wait.then(() => over = true);
      await clock.advance(99);
      assertFalse(over);
      await clock.advance(1);
      assertError(await wait, TaskTimeoutError, "'slow'", "100 ms");
      assertEquals(handle.status, "scheduled");
      const second = handle.wait({ timeout: 101 });
      await clock.advance(100);
      assertEquals((await second).status, "succeeded");
    });
  });

  test(`${lane.name}: waiting with timeout 0 looks whether the task has ended`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      queue.pause();
      const handle = queue.submit(tasks.nothing);
      const wait = assertRejects(() => handle.wait({ timeout: 0 }), TaskTimeoutError);
      await clock.advance(0);
      await wait;
      queue.resume();
      await queue.run();
      assertEquals((await handle.wait({ timeout: 0 })).status, "succeeded");
    });
  });

  test(`${lane.name}: waiting with a signal gives up the wait, not the task`, () =>
    withQueue(lane, {}, async (queue) => {
      queue.pause();
      const handle = queue.submit(tasks.echo, ["late"]);
      const controller = new CountingController();
      const { signal } = controller;
      const why = new Error("no patience");
      const waits = [handle.wait({ signal }), handle.wait({ signal, timeout: 60_000 })]
        .map((wait) => wait.catch((error) => error));
      assertEquals(controller.listeners, 1);
      controller.abort(why);
      for (const wait of waits) assertStrictEquals(await wait, why);
      assertStrictEquals(await handle.wait({ signal }).catch((error) => error), why);
      assertEquals([handle.status, controller.listeners], ["pending", 0]);
      queue.resume();
      await queue.run();
      assertEquals((await handle.wait({ signal })).status, "succeeded");
    }));

  test(`${lane.name}: a wait that ends well leaves no timer and no listener`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      const controller = new CountingController();
      const handle = queue.submit(tasks.nothing);
      const wait = handle.wait({ timeout: 1e6, signal: controller.signal });
      await queue.run();
      await wait;
      assertEquals(controller.listeners, 0);
    });
  });

  test(`${lane.name}: onDone calls back once, in turn, at once if the task has ended`, () =>
    withQueue(lane, {}, async (queue) => {
      const calls: string[] = [];
      const handle = queue.submit(tasks.nothing);
      handle.onDone((done) => calls.push(`first ${done === handle} ${done.status}`));
      handle.onDone(() => calls.push("second"));
      handle.onDone(() => calls.push("third"));
      assertEquals(calls, []);
      handle.cancel();
      assertEquals(calls, ["first true cancelled", "second", "third"]);
      handle.onDone((done) => calls.push(`late ${done.done}`));
      assertEquals(calls.at(-1), "late true");
      handle.cancel();
      await queue.run();
      assertEquals(calls.length, 4);
    }));

  test(`${lane.name}: an onDone callback that throws is reported and keeps nobody from hearing`, async () => {
    const wrong = new Error("callback is broken");
    const errors = await reported(() =>
      withQueue(lane, {}, async (queue) => {
        let heard = false;
        const handle = queue.submit(tasks.echo, [1]);
        handle.onDone(() => {
          throw wrong;
        });
        handle.onDone(() => heard = true);
        await queue.run();
        assertEquals([await handle.value(), heard], [1, true]);
        handle.onDone(() => {
          throw wrong;
        });
      })
    );
    assertEquals(errors.length, 2);
    for (const error of errors) assertStrictEquals(error, wrong);
  });

  test(`${lane.name}: many may wait for one task in every way`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.echo, ["shared"]);
      let done = 0;
      const waits = Array.from({ length: 100 }, (_, i) => {
        handle.onDone(() => done++);
        return i % 2 ? handle.value() : handle.wait().then(() => "shared");
      });
      await queue.run();
      assertEquals(new Set(await Promise.all(waits)), new Set(["shared"]));
      assertEquals(done, 100);
    }));
}
