import { assertEquals } from "@std/assert";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { AsyncQueue } from "../../../mod.ts";
import { instrument } from "../../../src/otel/mod.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { test } from "../../harness.ts";

test("otel: metrics count tasks by status, and tell waiting, running and durations", async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6 });
  const provider = new MeterProvider({ readers: [reader] });
  const collect = async () => {
    exporter.reset();
    await provider.forceFlush();
    const { metrics } = exporter.getMetrics()[0].scopeMetrics[0];
    return Object.fromEntries(
      metrics.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        Object.assign(dataPoints, { unit: descriptor.unit }),
      ]),
    );
  };
  const clock = new VirtualClock();
  const queue = new AsyncQueue({ clock, workers: 1 });
  const telemetry = instrument(queue, { meter: provider.getMeter("tests") });
  const sleep = (ms: number) => new Promise((resolve) => clock.setTimer(() => resolve(ms), ms));
  await queue.start();
  queue.submit(sleep, [500]);
  queue.submit(() => {
    throw new RangeError("failed");
  });
  queue.submit(sleep, [1], { delay: 60_000 });
  await clock.advance(100);
  const during = await collect();
  const id = queue.tasks()[0].id.split("-")[0];
  const values = (points: typeof during[string]) =>
    points.map(({ attributes, value }) => [attributes, value]);
  const ofQueue = { "trilane.queue.id": id };
  assertEquals(values(during["trilane.tasks.waiting"]), [[ofQueue, 2]]);
  assertEquals(values(during["trilane.tasks.running"]), [[ofQueue, 1]]);
  await clock.advance(900);
  queue.cancelPending();
  const after = await collect();
  const status = (status: string) => ({ ...ofQueue, "trilane.task.status": status });
  const failed = { ...status("failed"), "error.type": "RangeError" };
  assertEquals(values(after["trilane.tasks"]), [
    [status("succeeded"), 1],
    [failed, 1],
    [status("cancelled"), 1],
  ]);
  assertEquals(values(after["trilane.tasks.waiting"]), [[ofQueue, 0]]);
  const sums = (points: typeof during[string]) =>
    points.map(({ attributes, value }) => {
      const { count, sum } = value as unknown as { count: number; sum: number };
      return [attributes, count, sum];
    });
  assertEquals(sums(after["trilane.task.wait.duration"]), [[ofQueue, 2, 0.5]]);
  assertEquals(sums(after["trilane.task.run.duration"]), [[status("succeeded"), 1, 0.5], [
    failed,
    1,
    0,
  ]]);
  assertEquals(after["trilane.task.run.duration"].unit, "s");
  telemetry[Symbol.dispose]();
  await queue.submit(() => {});
  assertEquals(values((await collect())["trilane.tasks"]).length, 3);
  await queue.shutdown();
  await provider.shutdown();
});
