import {
  assertAlmostEquals,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import fc from "fast-check";
import { RateGate } from "../../../../src/engine/gates/rate.ts";
import { test } from "../../../harness.ts";

/** When tasks start that become ready at these times, in this order. */
function startsOf(gate: RateGate, readyAt: readonly number[]): number[] {
  let now = -Infinity;
  return readyAt.map((ready) => {
    now = Math.max(now, ready, gate.opensAt());
    gate.take(now);
    return now;
  });
}

/** The same by a bucket of `burst` tokens that is filled with `rate` tokens a second, the plain way. */
function startsByBucket(rate: number, burst: number, readyAt: readonly number[]): number[] {
  let tokens = burst;
  let now = readyAt[0] ?? 0;
  const waitUntil = (time: number) => {
    tokens = Math.min(burst, tokens + (time - now) * rate / 1000);
    now = time;
  };
  return readyAt.map((ready) => {
    if (ready > now) waitUntil(ready);
    if (tokens < 1) waitUntil(now + (1 - tokens) * 1000 / rate);
    tokens--;
    return now;
  });
}

/** The most starts that any window of `length` sees, both its ends included. */
function mostInWindow(starts: readonly number[], length: number): number {
  let most = 0;
  let first = 0;
  starts.forEach((start, i) => {
    while (start - starts[first] > length) first++;
    most = Math.max(most, i - first + 1);
  });
  return most;
}

const rates = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.double({ min: 0.05, max: 200, noNaN: true }),
);
const bursts = fc.integer({ min: 1, max: 30 });
/** Some at once, some soon after one another, some after a pause. */
const readyTimes = fc.array(
  fc.oneof(
    fc.constant(0),
    fc.double({ min: 0, max: 30, noNaN: true }),
    fc.integer({ min: 0, max: 3000 }),
  ),
  { minLength: 1, maxLength: 150, size: "max" },
).map((gaps) => {
  let time = 0;
  return gaps.map((gap) => time += gap);
});

test("rate gate: no window of a second sees more than rate + burst starts", () => {
  fc.assert(
    fc.property(rates, bursts, readyTimes, (rate, burst, readyAt) => {
      const starts = startsOf(new RateGate(rate, burst), readyAt);
      // The closed window itself where arithmetic is exact enough to tell, else a hair less.
      const length = Number.isInteger(rate) ? 1000 : 1000 - 1e-6;
      assertLessOrEqual(mostInWindow(starts, length), rate + burst);
    }),
    { numRuns: 1000 },
  );
});

test("rate gate: a start waits no longer than a bucket of tokens would make it", () => {
  fc.assert(
    fc.property(rates, bursts, readyTimes, (rate, burst, readyAt) => {
      const starts = startsOf(new RateGate(rate, burst), readyAt);
      const longest = startsByBucket(rate, burst, readyAt);
      starts.forEach((start, i) => assertLessOrEqual(start, longest[i] + 1e-3));
    }),
    { numRuns: 500 },
  );
});

test("rate gate: the rate is reached in the long run", () => {
  fc.assert(
    fc.property(rates, bursts, (rate, burst) => {
      const starts = startsOf(new RateGate(rate, burst), Array<number>(1000).fill(5));
      assertEquals(starts.slice(0, burst), Array<number>(burst).fill(5));
      assertAlmostEquals(starts[999], 5 + (1000 - burst) * 1000 / rate, 1e-3);
    }),
  );
});

test("rate gate: it is reached with timers that are late, and no window sees more", () => {
  const lateness = fc.infiniteStream(fc.double({ min: 0, max: 1.99, noNaN: true }));
  const wholeRates = fc.integer({ min: 1, max: 450 });
  fc.assert(
    fc.property(wholeRates, bursts, lateness, (rate, burst, lateness) => {
      const gate = new RateGate(rate, burst);
      let now = 5;
      const starts = Array.from({ length: 1000 }, () => {
        if (gate.opensAt() > now) now = gate.opensAt() + lateness.next().value!;
        gate.take(now);
        return now;
      });
      assertLessOrEqual(starts[999], 5 + (1000 - burst) * 1000 / rate + 2);
      assertLessOrEqual(mostInWindow(starts, 1000), rate + burst);
    }),
  );
});

test("rate gate: no window sees more than rate + burst starts, however late timers are", () => {
  const lateness = fc.infiniteStream(
    fc.oneof(fc.constantFrom(0, 0.9, 1.9), fc.double({ min: 0, max: 5, noNaN: true })),
  );
  const manyRates = fc.oneof(rates, fc.integer({ min: 200, max: 3000 }));
  fc.assert(
    fc.property(manyRates, bursts, lateness, (rate, burst, lateness) => {
      const gate = new RateGate(rate, burst);
      let now = 5;
      const starts = Array.from({ length: 3000 }, () => {
        if (gate.opensAt() > now) now = gate.opensAt() + lateness.next().value!;
        gate.take(now);
        return now;
      });
      const length = Number.isInteger(rate) ? 1000 : 1000 - 1e-6;
      assertLessOrEqual(mostInWindow(starts, length), rate + burst);
    }),
  );
});

test("rate gate: starts are nowhere nearer to each other than timers are late", () => {
  fc.assert(
    fc.property(rates, readyTimes, (rate, readyAt) => {
      const starts = startsOf(new RateGate(rate, 1), readyAt);
      for (let i = 1; i < starts.length; i++) {
        assertGreaterOrEqual(starts[i] - starts[i - 1], 1000 / rate - 2 - 1e-6);
      }
    }),
  );
});

test("rate gate: idle time is paid back with a burst, never with more", () => {
  const gate = new RateGate(10, 3);
  assertEquals(startsOf(gate, [0, 0, 0, 0, 0]), [0, 0, 0, 100, 200]);
  assertEquals(startsOf(gate, [10_000, 10_000, 10_000, 10_000]), [10_000, 10_000, 10_000, 10_100]);
});

test("rate gate: without a burst starts keep their distance", () => {
  const gate = new RateGate(4, 1);
  assertEquals(startsOf(gate, [0, 0, 0, 600, 2000, 2000]), [0, 250, 500, 750, 2000, 2250]);
});

test("rate gate: it is open at first, wherever the time line begins", () => {
  for (const now of [-1e6, 0, 1e9]) {
    const gate = new RateGate(1, 1);
    assertLessOrEqual(gate.opensAt(), now);
    gate.take(now);
    assertEquals(gate.opensAt(), now + 1000);
  }
});

test("rate gate: asking changes nothing", () => {
  const gate = new RateGate(1, 1);
  gate.take(0);
  for (let i = 0; i < 5; i++) assertEquals(gate.opensAt(), 1000);
});

test("rate gate: an endless rate limits nothing", () => {
  assertEquals(startsOf(new RateGate(Infinity, 1), [0, 0, 0, 5]), [0, 0, 0, 5]);
});
