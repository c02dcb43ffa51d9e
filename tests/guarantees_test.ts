/**
 * The guarantees of the queue as properties. The first test does whatever comes to mind to a queue; what is
 * checked meanwhile is in `guarantees/referee.ts`:
 *
 * 1. every task ends in one result, and counts and summaries add up: `completes`, `checkSummaries`
 * 2. a task is in one place at a time: `checkCensus`
 * 3. no more attempts at once than workers, and no worker idle while a task waits: `starts`,
 *    `checkWorkConserving`
 * 4. of what is ready, the lowest (priority, order) starts first: `checkOrder`
 * 5. what was cancelled never runs, attempts are limited: `starts`
 * 6. the rate is kept, in any window: `checkRate`
 * 7. what is awaited settles, and nothing is left behind: `checkEnd`, `checkLeftovers`
 *
 * @module
 */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { AsyncQueue } from "../mod.ts";
import { programs } from "./guarantees/program.ts";
import { World } from "./guarantees/world.ts";
import { test } from "./harness.ts";
import { VirtualClock } from "./virtual_clock.ts";

test("guarantees: hold for whatever is done to a queue", async () => {
  await fc.assert(
    fc.asyncProperty(programs, (program) => new World(program).run()),
    { numRuns: 2000 },
  );
});

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
