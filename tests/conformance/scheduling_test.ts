import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { inTime, pick, Watch, withQueue } from "./support.ts";

/** What platforms wait at most with one timer. */
const MAX_TIMER = 2 ** 31 - 1;

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a delayed task waits from its submission on, scheduled, in no worker's slot`, () => {
    const clock = new VirtualClock(500);
    return withQueue(lane, { clock, workers: 1 }, async (queue) => {
      await queue.start();
      const later = queue.submit(tasks.echo, ["later"], { delay: 100 });
      assertEquals([later.status, later.createdAt, later.scheduledFor], ["scheduled", 500, 600]);
      assertEquals(pick(queue, "scheduled", "pending", "active"), {
        ...{ scheduled: 1, pending: 0, active: 0 },
      });
      assertEquals(queue.pendingCount, 1);
      assertEquals(await queue.submit(tasks.echo, ["now"]).value(), "now");
      await clock.advance(99);
      assertEquals(later.status, "scheduled");
      await clock.advance(1);
      const result = await later;
      assertEquals([result.status, result.startedAt, result.scheduledFor], ["succeeded", 600, 600]);
      assertEquals(queue.stats.scheduled, 0);
    });
  });

  test(`${lane.name}: a delay passes while the queue has not been started`, () =>
    inTime(100, (delay) => {
      const clock = new VirtualClock();
      return withQueue(lane, { clock }, async (queue) => {
        const handle = queue.submit(tasks.nothing, { delay });
        await clock.advance(60);
        await queue.start();
        await clock.advance(delay - 61);
        assertEquals(handle.status, "scheduled");
        await clock.advance(1);
        assertEquals((await handle).status, "succeeded");
      });
    }));

  test(`${lane.name}: a task whose delay passed before the start is pending and runs then`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      const handle = queue.submit(tasks.nothing, { delay: 100 });
      await clock.advance(200);
      assertEquals([handle.status, handle.attempts], ["pending", 0]);
      await queue.start();
      const { startedAt, scheduledFor } = await handle;
      assertEquals([startedAt, scheduledFor], [200, 100]);
    });
  });

  test(`${lane.name}: tasks that are due at one time start by priority, others by time`, () => {
    const clock = new VirtualClock();
    const watch = new Watch(clock);
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue) => {
      await queue.start();
      queue.submit(tasks.nothing, { name: "third", delay: 50, priority: 5 });
      queue.submit(tasks.nothing, { name: "fourth", delay: 51, priority: 0 });
      queue.submit(tasks.nothing, { name: "second", delay: 50, priority: 1 });
      queue.submit(tasks.nothing, { name: "first", delay: 49, priority: 9 });
      for (const [ms, ended] of [[49, 1], [1, 3], [1, 4]]) {
        await clock.advance(ms);
        await watch.until(() => watch.completed.length === ended);
      }
      assertEquals(watch.startedNames, ["first", "second", "third", "fourth"]);
    });
  });

  test(`${lane.name}: a task that becomes ready goes before later ones of its priority`, () => {
    const clock = new VirtualClock();
    const watch = new Watch(clock);
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const blocker = queue.submit(tasks.gate, [desk.file("gate"), 0], { name: "blocker" });
      queue.submit(tasks.nothing, { name: "early", delay: 10 });
      queue.submit(tasks.nothing, { name: "late" });
      await watch.begun(blocker);
      await clock.advance(10);
      desk.open("gate");
      await queue.join();
      assertEquals(watch.startedNames, ["blocker", "early", "late"]);
    });
  });

  test(`${lane.name}: delay 0 and a runAt that has passed mean at once`, () =>
    withQueue(lane, {}, async (queue) => {
      const handles = [
        queue.submit(tasks.nothing, { delay: 0 }),
        queue.submit(tasks.nothing, { runAt: Date.now() - 1 }),
        queue.submit(tasks.nothing, { runAt: new Date(0) }),
      ];
      for (const { status, scheduledFor } of handles) {
        assertEquals([status, scheduledFor], ["pending", undefined]);
      }
      await queue.run();
    }));

  test(`${lane.name}: a delay longer than a platform's timer can be is waited for`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const delay = 3 * MAX_TIMER + 17;
      const handle = queue.submit(tasks.nothing, { delay });
      await clock.advance(delay - 1);
      assertEquals([handle.status, handle.attempts], ["scheduled", 0]);
      await clock.advance(1);
      assertEquals((await handle).startedAt, delay);
    });
  });

  test(`${lane.name}: on the system's clock, too, a delay of a month does not pass at once`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const distant = queue.submit(tasks.nothing, { delay: MAX_TIMER + 1000 });
      const near = queue.submit(tasks.nothing, { delay: 20 });
      await near;
      assertEquals([distant.status, distant.attempts], ["scheduled", 0]);
      distant.cancel();
    }));

  test(`${lane.name}: a delay without end can be cancelled`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const handle = queue.submit(tasks.nothing, { delay: Infinity });
      await clock.advance(1e15);
      assertEquals(handle.status, "scheduled");
      handle.cancel();
      await queue.join();
    });
  });

  test(`${lane.name}: delays end in the order of their times, whatever the order of submission`, () => {
    const clock = new VirtualClock();
    const watch = new Watch(clock);
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue) => {
      await queue.start();
      const delays = Array.from({ length: 100 }, (_, i) => 1 + (i * 37) % 100);
      for (const delay of delays) queue.submit(tasks.nothing, { delay, name: `${delay}` });
      for (let i = 0; i < 100; i++) {
        await clock.advance(1);
        await watch.until(() => watch.completed.length > i);
      }
      assertEquals(watch.startTimes, delays.toSorted((a, b) => a - b));
    });
  });

  for (const form of ["a number", "a Date"]) {
    test(`${lane.name}: runAt, ${form}, is a time of day`, () => {
      const clock = new VirtualClock(500, 10_000);
      return withQueue(lane, { clock }, async (queue) => {
        await queue.start();
        const runAt = form === "a number" ? 10_250 : new Date(10_250);
        const handle = queue.submit(tasks.nothing, { runAt });
        assertEquals([handle.status, handle.scheduledFor], ["scheduled", 750]);
        await clock.advance(249);
        assertEquals(handle.status, "scheduled");
        await clock.advance(1);
        assertEquals((await handle).startedAt, 750);
      });
    });
  }

  test(`${lane.name}: runAt waits on when the clock of the day is put back`, () => {
    const clock = new VirtualClock(0, 1_000_000);
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const handle = queue.submit(tasks.nothing, { runAt: 1_000_500 });
      clock.setSystemTime(clock.wallNow() - 3_600_000);
      await clock.advance(500);
      assertEquals(handle.status, "scheduled");
      await clock.advance(3_600_000 - 1);
      assertEquals(handle.status, "scheduled");
      await clock.advance(1);
      assertEquals((await handle).startedAt, 3_600_500);
    });
  });

  test(`${lane.name}: runAt comes within half a minute when the clock is put forward past it`, () => {
    const clock = new VirtualClock(0, 0);
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const handle = queue.submit(tasks.nothing, { runAt: 10 * 3_600_000 });
      await clock.advance(60_000);
      assertEquals(handle.status, "scheduled");
      clock.setSystemTime(clock.wallNow() + 11 * 3_600_000);
      await clock.advance(30_000);
      assertEquals((await handle).status, "succeeded");
    });
  });

  test(`${lane.name}: a delay takes no notice of the clock of the day`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const handle = queue.submit(tasks.nothing, { delay: 100 });
      clock.setSystemTime(clock.wallNow() - 1e9);
      await clock.advance(50);
      clock.setSystemTime(clock.wallNow() + 2e9);
      await clock.advance(49);
      assertEquals(handle.status, "scheduled");
      await clock.advance(1);
      assertEquals((await handle).startedAt, 100);
    });
  });

  test(`${lane.name}: what becomes due while the queue is paused starts when it is resumed`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const handle = queue.submit(tasks.nothing, { delay: 100 });
      queue.pause();
      await clock.advance(150);
      assertEquals(handle.status, "pending");
      queue.resume();
      assertEquals((await handle).startedAt, 150);
    });
  });
}
