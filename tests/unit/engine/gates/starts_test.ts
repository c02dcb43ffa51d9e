import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ChangingGate, startGate } from "../../../../src/engine/gates/starts.ts";
import { WindowGate } from "../../../../src/engine/gates/window.ts";
import { test } from "../../../harness.ts";

/** Under a rate a second, a start that is so late doesn't put off the next one. */
const USUAL_LATENESS_MS = 2;

/** The earliest next start that keeps each window to its limit, in the plainest way. */
function earliest(starts: readonly number[], limit: number, interval: number): number {
  const first = starts.at(-limit);
  return first === undefined ? -Infinity : first + interval;
}

test("window: opens as soon as the window has passed that the last starts have filled", () => {
  const scenario = fc.record({
    limit: fc.integer({ min: 1, max: 5 }),
    interval: fc.integer({ min: 1, max: 50 }),
    waits: fc.array(fc.nat(60), { maxLength: 60 }),
  });
  fc.assert(fc.property(scenario, ({ limit, interval, waits }) => {
    const gate = new WindowGate(limit, interval);
    const starts: number[] = [];
    let now = 0;
    for (const wait of waits) {
      assertEquals(gate.opensAt(), earliest(starts, limit, interval));
      assertEquals(gate.restsAt, (starts.at(-1) ?? -Infinity) + interval);
      now = Math.max(now + wait, gate.opensAt());
      gate.take(now);
      starts.push(now);
    }
    for (const [n, start] of starts.entries()) {
      if (n >= limit) assert(start - starts[n - limit] >= interval);
    }
  }));
});

test("starts: a window that is set holds the starts under every earlier rate to it", () => {
  const rate = fc.oneof(
    fc.integer({ min: 1, max: 200 }),
    fc.record({ limit: fc.integer({ min: 1, max: 6 }), interval: fc.integer({ min: 1, max: 90 }) }),
  );
  const steps = fc.array(fc.oneof(fc.nat(40), rate.map((rate) => ({ rate }))), { maxLength: 60 });
  fc.assert(
    fc.property(rate, fc.integer({ min: 1, max: 4 }), steps, (first, burst, steps) => {
      const gate = new ChangingGate(first, burst);
      const starts: number[] = [];
      let now = 0;
      for (const step of steps) {
        if (typeof step === "object") {
          gate.change(step.rate);
          continue;
        }
        now = Math.max(now + step, gate.opensAt());
        const { rate } = gate;
        if (typeof rate === "object") {
          const { limit, interval } = rate;
          assert(now >= earliest(starts, limit, interval));
        } else {
          assert(now >= earliest(starts, burst, 1000 / rate) - USUAL_LATENESS_MS);
        }
        gate.take(now);
        starts.push(now);
      }
    }),
    { numRuns: 1000 },
  );
});

test("starts: remembers as many starts as a window counts, and not much more", () => {
  const gate = new ChangingGate({ limit: 10_000, interval: 1e6 });
  for (let n = 0; n < 10_000; n++) gate.take(n);
  gate.change({ limit: 10_000, interval: 2e6 });
  assertEquals(gate.opensAt(), 2e6);
  gate.change({ limit: 3, interval: 10 });
  for (let n = 0; n < 20_000; n++) gate.take(1e5 + n);
  gate.change({ limit: 3, interval: 7 });
  assertEquals(gate.opensAt(), 1e5 + 19_997 + 7);
});

test("starts: a gate rests when it is as good as new", () => {
  const gate = startGate(10, 2);
  assertEquals(gate.restsAt, -Infinity);
  gate.take(0);
  gate.take(0);
  assertEquals([gate.opensAt(), gate.restsAt], [100, 200]);
});
