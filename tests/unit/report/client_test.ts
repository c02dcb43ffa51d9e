import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatShare,
  formatTick,
  formatTime,
  plural,
  unitFor,
} from "../../../src/report/client/format.ts";
import { firstIndex, tickStep, View } from "../../../src/report/client/view.ts";
import { test } from "../../harness.ts";

test("client: lengths of time have about three digits", () => {
  const times = [0, 0.0014, 0.25, 7.123, 42.26, 999, 1500, 61_234];
  assertEquals(times.map((ms) => formatTime(ms, "ms")), [
    ...["0 ms", "0.0014 ms", "0.25 ms", "7.12 ms", "42.3 ms", "999 ms", "1,500 ms", "61,234 ms"],
  ]);
  assertEquals(times.map((ms) => formatTime(ms, "s")), [
    ...["0 s", "0.000001 s", "0.00025 s", "0.00712 s", "0.0423 s", "0.999 s", "1.5 s", "61.2 s"],
  ]);
});

test("client: a page's unit is seconds for long times of tasks that are not too short for it", () => {
  assertEquals([0, 9_999, 10_000, 1e9].map((longest) => unitFor(longest, 20)), [
    ...["ms", "ms", "s", "s"],
  ]);
  assertEquals([0.002, 0.9, 1].map((typical) => unitFor(60_000, typical)), ["ms", "ms", "s"]);
});

test("client: ticks are as precise as they are close", () => {
  assertEquals(formatTick(1.5, 0.5, "ms"), "1.5 ms");
  assertEquals(formatTick(2220, 20, "ms"), "2,220 ms");
  assertEquals(formatTick(600, 200, "s"), "0.6 s");
  assertEquals(formatTick(3000, 1000, "s"), "3 s");
  assertEquals(formatTick(605_500, 500, "s"), "605.5 s");
  assertEquals(formatTick(-0, 500, "s"), "0.0 s");
});

test("client: shares and counts", () => {
  assertEquals([0, 0.004, 0.0999, 0.5, 1].map(formatShare), [
    ...["0 %", "0.4 %", "10.0 %", "50 %", "100 %"],
  ]);
  assertEquals([plural(1, "task"), plural(2000, "task")], ["1 task", "2,000 tasks"]);
});

test("client: there are never more ticks than fit, nor much fewer", () => {
  const length = fc.double({ min: 0.01, max: 1e9, noNaN: true });
  fc.assert(fc.property(length, fc.integer({ min: 2, max: 20 }), (length, most) => {
    const ticks = length / tickStep(0, length, most);
    assert(ticks <= most * 1.0001 && ticks > most / 5, `${ticks} of ${most}`);
  }));
});

test("client: the view stays within the time, whatever is done to it", () => {
  const step = fc.oneof(
    fc.record({
      zoom: fc.double({ min: 0.001, max: 1000, noNaN: true }),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({ pan: fc.double({ min: -2000, max: 2000, noNaN: true }) }),
  );
  fc.assert(fc.property(fc.array(step), (steps) => {
    const view = new View(1000);
    for (const step of steps) {
      if ("zoom" in step) view.zoom(step.zoom, view.from + step.at * (view.to - view.from));
      else view.pan(step.pan);
      assert(view.from >= 0 && view.to <= 1000 + 1e-6 && view.to - view.from > 0.009);
    }
  }));
});

test("client: what is zoomed at stays in its place", () => {
  const view = new View(1000);
  view.show(200, 600);
  view.zoom(0.5, 300);
  assertEquals([view.from, view.to], [250, 450]);
  view.zoom(2, 300);
  assertEquals([view.from, view.to], [200, 600]);
  view.pan(-500);
  assertEquals([view.from, view.to, view.whole], [0, 400, false]);
  view.zoom(Infinity, 200);
  assertEquals([view.from, view.to, view.whole], [0, 1000, true]);
});

test("client: finds the first that fits", () => {
  const list = [1, 3, 3, 8];
  const first = (least: number) => firstIndex(0, list.length, (i) => list[i]! >= least);
  assertEquals([0, 2, 3, 9].map(first), [0, 1, 1, 4]);
});
