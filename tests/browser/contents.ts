import { assert, assertEquals } from "@std/assert";
import {
  AsyncQueue,
  inlineTask,
  type Percentiles,
  type RunSummary,
  ThreadQueue,
} from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { cancelled, failed, ran, summaryOf } from "../unit/report/support.ts";
import { milliseconds, type Report, withReport } from "./report.ts";

/** Texts that set `harmed` when they are taken for markup or script. */
const HOSTILE = [
  `<img src=x onerror="harmed = true">`,
  "</script><script>harmed = true</script>",
  `"'><svg onload="harmed = true"></svg>`,
  "<!--<script>",
  "${harmed = true}&lt;b&gt;",
];

/** A run in which tasks succeed, fail, are tried again and are cancelled. */
async function mixedRun(): Promise<RunSummary> {
  const clock = new VirtualClock();
  await using queue = new AsyncQueue({ clock, workers: 2 });
  const work = (ms: number) => {
    clock.elapse(ms);
    if (ms === 77) throw new TypeError("77 is no even number");
    if (ms > 40) throw new RangeError(`${ms} is too much`);
  };
  // So many that no two percentiles are the same task's, nor the counts of retries and failures the same.
  queue.map(work, Array.from({ length: 20 }, (_, i) => 1.25 * (i + 1)), { name: "short" });
  queue.map(work, [10, 31, 50, 77, 60], { name: "work", retries: 2 });
  queue.map(work, [1, 2], { name: "unwanted" }).forEach((handle) => handle.cancel("no need"));
  const run = queue.run();
  await clock.drain();
  return run;
}

/** Checks all figures against the summary. */
async function assertShows(report: Report, summary: RunSummary): Promise<void> {
  const labels = await report.texts("#figures dt");
  const values = await report.texts("#figures dd");
  const figures = Object.fromEntries(labels.map((label, i) => [label, values[i]]));
  const { total, succeeded, failed, cancelled, results, duration } = summary;
  const retries = results.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0);
  assertEquals(
    ["Tasks", "Succeeded", "Failed", "Cancelled", "Retries"].map((label) => figures[label]),
    [total, succeeded, failed, cancelled, retries].map(String),
  );
  assertClose(milliseconds(figures.Duration!), duration);
  assertClose(
    Number(figures["Tasks a second"]!.replaceAll(",", "")),
    (succeeded + failed) / duration * 1000,
  );

  const { wait, run } = summary.latency();
  const [waited, runtime] = await report.cells("latency-table");
  const inOrder = ({ p50, p95, p99, max }: Percentiles) => [p50, p95, p99, max];
  inOrder(wait).forEach((time, i) => assertClose(milliseconds(waited![i + 1]!), time));
  inOrder(run).forEach((time, i) => assertClose(milliseconds(runtime![i + 1]!), time));
}

/** Three digits are shown, and nothing smaller than a microsecond. */
function assertClose(shown: number, actual: number): void {
  assert(Math.abs(shown - actual) <= Math.max(0.001, actual * 0.006), `${shown} for ${actual}`);
}

test("contents: the counts and percentiles are those of an AsyncQueue's run", async () => {
  const summary = await mixedRun();
  await withReport(summary, async (report) => {
    await assertShows(report, summary);
    assertEquals(await report.texts("#verdict"), ["Completed with failures"]);
  });
});

test("contents: the counts, percentiles and workers are those of a ThreadQueue's run", async () => {
  await using queue = new ThreadQueue({ workers: 2 });
  queue.map(
    inlineTask((n: number) => {
      if (n % 10 === 3) throw new RangeError(`${n} is odd`);
      return n;
    }),
    Array.from({ length: 100 }, (_, i) => i),
    { retries: 1 },
  );
  const summary = await queue.run();
  await withReport(summary, async (report) => {
    await assertShows(report, summary);
    const workers = await report.cells("workers-table");
    const used = new Set(summary.results.map(({ workerId }) => `Worker ${workerId}`));
    for (const name of used) assert(workers.some(([worker]) => worker === name), name);
    assertEquals(workers.reduce((sum, [, attempts]) => sum + Number(attempts), 0), 110);
  });
});

test("contents: failures and cancellations are grouped by cause, the slowest tasks in order", async () => {
  const summary = await mixedRun();
  await withReport(summary, async (report) => {
    assertEquals(await report.texts("#failures-list summary"), [
      "2 ×RangeError 50 is too much",
      "1 ×TypeError 77 is no even number",
    ]);
    assertEquals(await report.texts("#cancellations-list summary"), ["2 ×'no need'"]);
    const slowest = summary.results.filter(({ startedAt }) => startedAt !== undefined)
      .toSorted((a, b) => b.duration - a.duration).slice(0, 20);
    assertEquals(
      await report.texts("#slowest-table tbody .id"),
      slowest.map(({ id }) => id),
    );
    const statuses = (await report.cells("slowest-table")).map(([, , , status]) => status);
    assertEquals(statuses, slowest.map(({ status }) => status));
  });
});

test("contents: names, ids, errors and reasons do nothing, and are shown as text", async () => {
  const results = HOSTILE.flatMap((text, i) => {
    const fields = { id: `${text} ${i}`, name: text, groupId: text };
    const error = Object.assign(new Error(text), { name: text, stack: text });
    const start = i * 100;
    return [
      ran(1, start, start + 40, fields),
      failed(error, 1, start + 50, start + 90, { ...fields, id: `${text} failed` }),
      cancelled(text, start, { ...fields, id: `${text} cancelled` }),
    ];
  });
  await withReport(summaryOf(results), async (report) => {
    assertEquals(await report.texts("#failures-list .cause b"), HOSTILE);
    assertEquals(await report.texts("#failures-list .message"), HOSTILE);
    assertEquals(await report.texts("#failures-list pre"), HOSTILE);
    assertEquals(await report.texts("#cancellations-list .message"), HOSTILE);
    assertEquals(
      new Set(await report.texts("#slowest-table .name")),
      new Set(HOSTILE),
    );
    for (const [i, text] of HOSTILE.entries()) {
      await report.hover("Worker 1", i * 100 + 70);
      assertEquals(await report.texts("#tooltip strong"), [text]);
      assertEquals(await report.texts("#tooltip .message"), [`${text}: ${text}`]);
    }
    assertEquals(await report.page.evaluate("typeof harmed"), "undefined");
    assertEquals(await report.page.locator("img, main svg:not(#throughput-chart)").count(), 0);
  });
});
