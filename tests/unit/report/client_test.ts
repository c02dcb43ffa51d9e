import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { format } from "../../../src/report/client/format.ts";
import { view } from "../../../src/report/client/view.ts";
import { test } from "../../harness.ts";

interface View {
  readonly from: number;
  readonly to: number;
  show(from: number, to: number): void;
  zoom(factor: number, fixed: number): void;
  pan(by: number): void;
}

/** The functions of the page's script that need no page. */
const client: {
  formatTime(ms: number): string;
  formatTick(ms: number, step: number): string;
  formatShare(share: number): string;
  plural(count: number, noun: string): string;
  createView(length: number): View;
  tickStep(from: number, to: number, most: number): number;
  firstIndex(low: number, high: number, test: (i: number) => boolean): number;
} = new Function(
  `${format}${view}
  return { formatTime, formatTick, formatShare, plural, createView, tickStep, firstIndex };`,
)();

test("client: lengths of time have a unit and about three digits", () => {
  const texts = [0, 0.0014, 0.25, 7.123, 42.26, 999, 1500, 61_234, 125_000, 7_300_000]
    .map(client.formatTime);
  assertEquals(texts, [
    ...["0 ms", "0.001 ms", "0.25 ms", "7.12 ms", "42.3 ms", "999 ms"],
    ...["1.5 s", "61.2 s", "2 min 5 s", "2 h 1 min"],
  ]);
});

test("client: ticks are as precise as they are close", () => {
  assertEquals(client.formatTick(1.5, 0.5), "1.5 ms");
  assertEquals(client.formatTick(2220, 20), "2220 ms");
  assertEquals(client.formatTick(600, 200), "0.6 s");
  assertEquals(client.formatTick(3000, 1000), "3 s");
  assertEquals(client.formatTick(90_000, 60_000), "1:30");
  assertEquals(client.formatTick(605_500, 500), "10:05.5");
});

test("client: shares and counts", () => {
  assertEquals([0, 0.004, 0.0999, 0.5, 1].map(client.formatShare), [
    ...["0 %", "0.4 %", "10.0 %", "50 %", "100 %"],
  ]);
  assertEquals([client.plural(1, "task"), client.plural(2000, "task")], ["1 task", "2,000 tasks"]);
});

test("client: there are never more ticks than fit, nor much fewer", () => {
  const length = fc.double({ min: 0.01, max: 1e9, noNaN: true });
  fc.assert(fc.property(length, fc.integer({ min: 2, max: 20 }), (length, most) => {
    const ticks = length / client.tickStep(0, length, most);
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
    const view = client.createView(1000);
    for (const step of steps) {
      if ("zoom" in step) view.zoom(step.zoom, view.from + step.at * (view.to - view.from));
      else view.pan(step.pan);
      assert(view.from >= 0 && view.to <= 1000 + 1e-6 && view.to - view.from > 0.009);
    }
  }));
});

test("client: what is zoomed at stays in its place", () => {
  const view = client.createView(1000);
  view.show(200, 600);
  view.zoom(0.5, 300);
  assertEquals([view.from, view.to], [250, 450]);
  view.zoom(2, 300);
  assertEquals([view.from, view.to], [200, 600]);
  view.pan(-500);
  assertEquals([view.from, view.to], [0, 400]);
  view.zoom(Infinity, 200);
  assertEquals([view.from, view.to], [0, 1000]);
});

test("client: finds the first that fits", () => {
  const list = [1, 3, 3, 8];
  const first = (least: number) => client.firstIndex(0, list.length, (i) => list[i] >= least);
  assertEquals([0, 2, 3, 9].map(first), [0, 1, 1, 4]);
});
