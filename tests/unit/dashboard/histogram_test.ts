import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Histogram, RecentHistogram } from "../../../src/dashboard/histogram.ts";
import { test } from "../../harness.ts";

test("histogram: percentiles are within 5 % of the nearest rank's, and the longest is exact", () => {
  const durations = fc.array(fc.double({ min: 0.001, max: 1e9, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(durations, (values) => {
    const histogram = new Histogram();
    for (const value of values) histogram.add(value);
    const { p50, p95, p99, max } = histogram.percentiles()!;
    const sorted = values.toSorted((a, b) => a - b);
    for (const [share, told] of [[0.5, p50], [0.95, p95], [0.99, p99]] as const) {
      const exact = sorted[Math.ceil(share * sorted.length) - 1]!;
      assert(Math.abs(told - exact) <= exact * 0.051 + 0.001, `${told} for ${exact}`);
    }
    assertEquals(max, sorted.at(-1));
  }));
});

test("histogram: of nothing, of no time and of for ever", () => {
  assertEquals(new Histogram().percentiles(), null);
  const histogram = new Histogram();
  histogram.add(0);
  assertEquals(histogram.percentiles(), { p50: 0, p95: 0, p99: 0, max: 0 });
  histogram.add(1e15);
  assertEquals(histogram.percentiles()!.max, 1e15);
});

test("histogram: the last minute is told apart from all", () => {
  const histogram = new RecentHistogram(0);
  histogram.add(10);
  assertEquals(histogram.recent()!.max, 10);
  histogram.advance(30_000);
  histogram.add(5);
  assertEquals([histogram.recent()!.max, histogram.all()!.max], [10, 10]);
  histogram.advance(65_000);
  assertEquals([histogram.recent()!.max, histogram.all()!.max], [5, 10]);
  histogram.advance(10_000_000);
  assertEquals([histogram.recent(), histogram.all()!.max], [null, 10]);
});
