/**
 * Two guarantees as properties of the queue as it is used, on the system's clock and on one that is as coarse: in
 * which order attempts start, and how fast. All of them together, whatever is done to a queue, are what
 * `simulation/` checks.
 *
 * @module
 */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { AsyncQueue } from "../mod.ts";
import { VirtualClock } from "../src/testing/virtual_clock.ts";
import { test } from "./harness.ts";

test("guarantees: what is submitted at once starts by priority, then in order", async () => {
  const priorities = fc.array(fc.oneof(fc.nat(4), fc.double({ noNaN: true })), { maxLength: 150 });
  await fc.assert(
    fc.asyncProperty(priorities, fc.integer({ min: 1, max: 4 }), async (priorities, workers) => {
      const started: number[] = [];
      const queue = new AsyncQueue({ workers });
      priorities.forEach((priority, i) => {
        queue.submit(async () => {
          started.push(i);
          await Promise.resolve();
        }, { priority });
      });
      await queue.run();
      const expected = priorities.map((_, i) => i).sort((a, b) =>
        priorities[a] === priorities[b] ? a - b : priorities[a] < priorities[b] ? -1 : 1
      );
      assertEquals(started, expected);
    }),
    { numRuns: 200 },
  );
});

test("guarantees: as many attempts start in a second as the rate allows, and no more", async () => {
  const rates = fc.integer({ min: 1, max: 300 });
  const bursts = fc.integer({ min: 1, max: 20 });
  await fc.assert(
    fc.asyncProperty(rates, bursts, fc.nat(1000), async (rate, burst, idle) => {
      // A clock like the platform's: time is no whole number, timers are.
      const clock = new VirtualClock(0.4);
      const queue = new AsyncQueue({ clock, rate, burst, workers: 1000 });
      const starts: number[] = [];
      const submit = (n: number) => {
        for (let i = 0; i < n; i++) queue.submit(() => starts.push(clock.now()));
      };
      await queue.start();
      submit(burst);
      await clock.advance(idle);
      submit(2 * rate);
      await clock.advance(10_000 + 1000 * burst / rate);
      const until = starts.slice(burst);
      // What idle time has given back starts at once, the rest at the rate.
      const back = Math.min(burst, Math.floor(idle * rate / 1000 + 1e-9));
      assertEquals(starts.length, burst + 2 * rate);
      assertEquals(until.filter((time) => time < 0.4 + idle + 1e-6).length, back);
      assertLessOrEqual(until.at(-1)!, 0.4 + idle + (2 * rate - back) * 1000 / rate + 2);
      for (let i = 0, first = 0; i < starts.length; i++) {
        while (starts[i] - starts[first] > 1000) first++;
        assertLessOrEqual(i - first + 1, rate + burst);
      }
      await queue.shutdown();
      assertEquals(clock.pendingTimers, 0);
    }),
    { numRuns: 60 },
  );
});
