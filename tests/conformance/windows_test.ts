import { assert, assertEquals } from "@std/assert";
import type { Rate } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertRefused, inTime, pass, pick, settle, watched, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a window's starts come all at once, and the next when it has passed`, () =>
    watched(lane, { rate: { limit: 3, interval: 100 } }, async (queue, clock, watch) => {
      queue.map(tasks.echo, [1, 2, 3, 4, 5, 6, 7]);
      await watch.until(() => watch.completed.length === 3);
      await settle();
      assertEquals(pick(queue, "limited", "pending"), { limited: 4, pending: 4 });
      await clock.advance(99);
      assertEquals(watch.startTimes.length, 3);
      await pass(clock, watch, [0, 0, 0, 100, 100, 100, 200]);
      assertEquals(queue.stats.limited, 0);
    }));

  test(`${lane.name}: no window sees more than its limit of starts, whatever its beginning`, () =>
    watched(lane, { rate: { limit: 4, interval: 250 } }, async (queue, clock, watch) => {
      let n = 0;
      for (const pause of [0, 30, 200, 30, 0, 260, 90, 90, 90, 1, 400, 10, 10]) {
        queue.map(tasks.echo, Array.from({ length: (n++ * 3) % 5 }, (_, i) => i));
        await clock.advance(pause);
      }
      while (queue.pendingCount + queue.activeCount > 0) {
        await clock.advance(5);
        await settle();
      }
      const times = watch.startTimes;
      for (let i = 4; i < times.length; i++) assert(times[i] - times[i - 4] >= 250);
      assertEquals(times.length, queue.stats.succeeded);
    }));

  test(`${lane.name}: a rate that is set counts the starts that were`, () =>
    watched(lane, { rate: { limit: 4, interval: 100 } }, async (queue, clock, watch) => {
      queue.map(tasks.echo, [1, 2, 3, 4, 5, 6, 7, 8]);
      await pass(clock, watch, [0, 0, 0, 0, 100, 100, 100, 100]);
      queue.rate = { limit: 5, interval: 1000 };
      assertEquals<Rate | undefined>(queue.rate, { limit: 5, interval: 1000 });
      queue.map(tasks.echo, [1, 2, 3]);
      // One of those at 0 and those at 100 are five.
      await settle();
      assertEquals(watch.startTimes.length, 8);
      const before = [0, 0, 0, 0, 100, 100, 100, 100];
      await pass(clock, watch, [...before, 1000, 1100, 1100]);
      queue.rate = 2;
      queue.map(tasks.echo, [1, 2]);
      await pass(clock, watch, [...before, 1000, 1100, 1100, 1600, 2100]);
      queue.rate = undefined;
      assertEquals(queue.rate, undefined);
      queue.map(tasks.echo, [1, 2, 3]);
      await watch.until(() => watch.completed.length === 16);
      assertEquals(watch.startTimes.slice(13), [2100, 2100, 2100]);
    }));

  test(`${lane.name}: a rate can be set on a queue that had none, while tasks wait`, () =>
    inTime(100, (interval) =>
      watched(lane, { workers: 1 }, async (queue, clock, watch) => {
        queue.map(tasks.echo, [1, 2]);
        await watch.until(() => watch.completed.length === 2);
        queue.rate = 1000 / interval;
        assertEquals(queue.rate, 1000 / interval);
        queue.map(tasks.echo, [1, 2, 3]);
        await watch.until(() => watch.completed.length === 3);
        await clock.advance(interval - 1);
        assertEquals(watch.started.length, 3);
        await clock.advance(1);
        await watch.until(() => watch.completed.length === 4);
        queue.rate = 1000;
        await clock.advance(1);
        await watch.until(() => watch.completed.length === 5);
      })));

  test(`${lane.name}: refuses what is no rate, and a burst beside a window`, () =>
    withQueue(lane, { burst: 2 }, (queue) => {
      const set = (rate: unknown) => () => queue.rate = rate as Rate;
      assertRefused(queue, set(0), RangeError, "rate must be > 0: got 0");
      assertRefused(queue, set("1/s"), TypeError, "rate must be a number: got '1/s'");
      assertRefused(queue, set({ limit: 1 }), TypeError, "rate.interval must be a number");
      assertRefused(
        queue,
        set({ limit: 1, interval: 1 }),
        TypeError,
        "burst is for a rate a second",
      );
      assertEquals(queue.rate, undefined);
      const create = () => lane.create({ rate: { limit: 1, interval: 1 }, burst: 1 });
      assertRefused(queue, create, TypeError, "burst is for a rate a second");
      return Promise.resolve();
    }));
}
