import { assert, assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { pass, pick, settle, watched } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: starts no more attempts a second than its rate`, () =>
    watched(lane, { rate: 10 }, async (queue, clock, watch) => {
      queue.map(tasks.echo, [1, 2, 3, 4, 5]);
      await pass(clock, watch, [0, 100, 200, 300, 400]);
    }));

  test(`${lane.name}: a rate below one a second`, () =>
    watched(lane, { rate: 0.5 }, async (queue, clock, watch) => {
      queue.map(tasks.echo, [1, 2, 3]);
      await pass(clock, watch, [0, 2000, 4000]);
    }));

  test(`${lane.name}: burst attempts start back to back after idle time`, () =>
    watched(lane, { rate: 10, burst: 3 }, async (queue, clock, watch) => {
      queue.map(tasks.echo, [1, 2, 3, 4, 5]);
      await pass(clock, watch, [0, 0, 0, 100, 200]);
      await clock.advance(9800);
      queue.map(tasks.echo, [1, 2, 3, 4]);
      await pass(clock, watch, [0, 0, 0, 100, 200, 10_000, 10_000, 10_000, 10_100]);
    }));

  test(`${lane.name}: idle time saves up no more than the burst`, () =>
    watched(lane, { rate: 10, burst: 2 }, async (queue, clock, watch) => {
      queue.map(tasks.echo, [1, 2]);
      await pass(clock, watch, [0, 0]);
      await clock.advance(150);
      queue.map(tasks.echo, [1, 2, 3]);
      await pass(clock, watch, [0, 0, 150, 200, 300]);
    }));

  test(`${lane.name}: retries count as starts`, () =>
    watched(lane, { rate: 10, workers: 1 }, async (queue, clock, watch) => {
      queue.submit(tasks.failUntil, [3], { name: "again", retries: 2 });
      queue.submit(tasks.nothing, { name: "once" });
      await pass(clock, watch, [0, 100, 200, 300]);
      assertEquals(watch.startedNames, ["again", "again", "again", "once"]);
    }));

  test(`${lane.name}: a task that waits for the rate holds no slot and is pending`, () =>
    watched(lane, { rate: 1, workers: 1 }, async (queue, clock) => {
      const [first, second] = queue.map(tasks.echo, [1, 2]);
      await first;
      assertEquals(second.status, "pending");
      assertEquals(pick(queue, "active", "pending", "scheduled"), {
        ...{ active: 0, pending: 1, scheduled: 0 },
      });
      await clock.advance(1000);
      assertEquals((await second).startedAt, 1000);
    }));

  test(`${lane.name}: a task cancelled while it waits for the rate gives its turn on`, () =>
    watched(lane, { rate: 10 }, async (queue, clock, watch) => {
      const [first, second, third] = queue.map(tasks.echo, [1, 2, 3]);
      await first;
      await clock.advance(50);
      second.cancel();
      await clock.advance(50);
      assertEquals((await third).startedAt, 100);
      assertEquals(watch.startTimes, [0, 100]);
    }));

  test(`${lane.name}: the most urgent task gets the next turn, even if it came last`, () =>
    watched(lane, { rate: 10 }, async (queue, clock, watch) => {
      queue.map(tasks.echo, [1, 2], { name: "ordinary" });
      await watch.until(() => watch.completed.length === 1);
      queue.submit(tasks.nothing, { name: "urgent", priority: 0 });
      await pass(clock, watch, [0, 100, 200]);
      assertEquals(watch.startedNames, ["ordinary", "urgent", "ordinary"]);
    }));

  test(`${lane.name}: no window of a second sees more than rate + burst starts`, () =>
    watched(lane, { rate: 7, burst: 4 }, async (queue, clock, watch) => {
      let i = 0;
      for (const pause of [0, 0, 130, 900, 20, 20, 5000, 1, 333, 333, 333, 1]) {
        queue.map(tasks.echo, Array.from({ length: (i++ * 5) % 9 }, (_, n) => n));
        await clock.advance(pause);
      }
      while (queue.pendingCount + queue.activeCount > 0) {
        await clock.advance(10);
        await settle();
      }
      const times = watch.startTimes;
      for (const from of times) {
        const seen = times.filter((time) => time >= from && time <= from + 1000).length;
        assert(seen <= 11, `${seen} starts from ${from} on`);
      }
      assertEquals(times.length, queue.stats.succeeded);
    }));

  test(`${lane.name}: a rate keeps a paused queue paused`, () =>
    watched(lane, { rate: 10 }, async (queue, clock, watch) => {
      queue.map(tasks.echo, [1, 2, 3]);
      await watch.until(() => watch.completed.length === 1);
      queue.pause();
      await clock.advance(1000);
      assertEquals(watch.startTimes, [0]);
      queue.resume();
      await pass(clock, watch, [0, 1000, 1100]);
    }));
}
