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
  // Enough for each percentile to be of another task, and for the counts of retries and failures to differ.
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

test("contents: causes of failures, retries and cancellations are grouped, and list their tasks", async () => {
  const summary = await mixedRun();
  await withReport(summary, async (report) => {
    assertEquals(await report.texts("#failures-list summary"), [
      "2 ×RangeError 50 is too much",
      "1 ×TypeError 77 is no even number",
    ]);
    assertEquals(await report.texts("#retries-list summary"), [
      "4 ×RangeError 50 is too much",
      "2 ×TypeError 77 is no even number",
    ]);
    assertEquals(await report.texts("#cancellations-list summary"), ["2 ×'no need'"]);

    await report.page.locator("#failures-list button").first().click();
    const failed = summary.results.filter(({ status, message }) =>
      status === "failed" && message!.includes("too much")
    );
    assertEquals(
      new Set(await report.texts("#tasks-table .id")),
      new Set(failed.map(({ id }) => id)),
    );
    assertEquals(await report.texts("#filter-text"), ["Cause: RangeError: 50 is too much"]);
    assertEquals(await report.page.inputValue("#status-filter"), "failed");
    await report.page.click("#no-filter");
    assertEquals(await report.texts("#found"), ["1–25 of 27"]);
    await report.page.locator("#retries-list button").first().click();
    assertEquals(await report.texts("#filter-text"), ["Retried after: RangeError: 50 is too much"]);
    assertEquals(await report.texts("#found"), ["1–2 of 2"]);
  });
});

test("contents: tasks are sorted by any column, the slowest first at first, a page at a time", async () => {
  const summary = await mixedRun();
  await withReport(summary, async (report) => {
    const byId = summary.byId();
    const durations = async () =>
      (await report.texts("#tasks-table tbody .id")).map((id) => byId.get(id)!.duration);
    const slowest = summary.results.map(({ duration }) => duration).sort((a, b) => b - a);
    assertEquals(await durations(), slowest.slice(0, 25));
    await report.page.click("#next");
    assertEquals(await report.texts("#found"), ["26–27 of 27"]);
    assertEquals(await durations(), slowest.slice(25));
    assert(await report.page.locator("#next").isDisabled());
    await report.page.click("#previous");

    const sort = (name: string) =>
      report.page.locator("#tasks-table thead button", { hasText: name }).click();
    await sort("Ran");
    const times = (await report.cells("tasks-table")).map(([, , ran]) => ran);
    assertEquals(times.slice(0, 4), ["–", "–", "1.25 ms", "2.5 ms"]);
    assertEquals(
      await report.page.locator("#tasks-table th[aria-sort]").getAttribute("aria-sort"),
      "ascending",
    );
    await sort("Attempts");
    assertEquals((await report.cells("tasks-table")).map((cells) => cells[5]).slice(0, 4), [
      ...["3", "3", "3", "1"],
    ]);
  });
});

test("contents: tasks are searched and filtered, also by their names", async () => {
  const results = [
    ran(1, 0, 10, { id: "q-1", name: "fetch", metadata: { url: "https://one.example" } }),
    ran(1, 10, 30, { id: "q-2", name: "fetch", metadata: { url: "https://two.example" } }),
    failed(new Error("out of paper"), 1, 30, 40, { id: "q-3", name: "print" }),
  ];
  await withReport(summaryOf(results), async (report) => {
    const { page } = report;
    const finds = async (...ids: string[]) => {
      const shown = "[...document.querySelectorAll('#tasks-table tbody .id')]";
      await report.until(`${shown}.map((it) => it.innerText).join() === "${ids}"`);
    };
    await page.fill("#search", "TWO.example");
    await finds("q-2");
    await page.fill("#search", "paper");
    await finds("q-3");
    await page.fill("#search", "nothing of the kind");
    await finds();
    assertEquals(await report.texts("#found"), ["No task fits"]);
    await page.fill("#search", "");
    await page.selectOption("#status-filter", "failed");
    await finds("q-3");
    await page.locator("#kinds-table button.name", { hasText: "fetch" }).click();
    await finds("q-2", "q-1");
    assertEquals((await report.cells("kinds-table")).map(([name, tasks]) => [name, tasks]), [
      ["fetch", "2"],
      ["print", "1"],
    ]);
    await report.hover("Worker 1", 5);
    const facts = await report.texts("#tooltip dd");
    assert(facts.includes('{"url":"https://one.example"}'), `${facts}`);
  });
});

test("contents: every failure among many tasks can be reached", async () => {
  const results = Array.from(
    { length: 20_000 },
    (_, i) =>
      i % 400 === 7
        ? failed(new Error(`item ${i} is gone`), 1 + i % 4, i, i + 0.1, { id: `q-${i}` })
        : ran(1 + i % 4, i, i + 3, { id: `q-${i}` }),
  );
  await withReport(summaryOf(results), async (report) => {
    const { page } = report;
    await page.selectOption("#status-filter", "failed");
    const seen = await report.texts("#tasks-table tbody .id");
    await page.click("#next");
    seen.push(...await report.texts("#tasks-table tbody .id"));
    assertEquals(seen.length, 50);
    assertEquals(new Set(seen).size, 50);
    await page.locator("#tasks-table tbody button.name").last().click();
    assertEquals(await report.texts("#tooltip .status"), ["failed"]);
  });
});

test("contents: says what it lacks of results that were not kept", async () => {
  await withReport(summaryOf([ran(1, 0, 10)], { more: 1_000 }), async (report) => {
    const [note] = await report.texts("#missing");
    assert(note!.includes("of the last 1 task: the results of 1,000 were not kept"), note);
  });
  await withReport(summaryOf([], { more: 7 }), async (report) => {
    assertEquals(await report.texts("section:not([hidden]) h2"), ["Totals"]);
    assert(await report.page.locator("#missing").isVisible());
  });
});

test("contents: the same unit is used for all times of a page", async () => {
  const short = summaryOf([ran(1, 0, 10), ran(2, 5, 300)]);
  const long = summaryOf([ran(1, 0, 10), ran(2, 5, 900_000)]);
  for (const [summary, unit] of [[short, "ms"], [long, "s"]] as const) {
    await withReport(summary, async (report) => {
      const text = await report.page.evaluate<string>("document.querySelector('.frame').innerText");
      const drawn = (await report.frame()).texts.map(({ text }) => text);
      const units = [text, ...drawn].join(" ").match(/(?<=\d )(ms|s|min|h)\b/g);
      assertEquals(new Set(units), new Set([unit]));
    });
  }
});

test("contents: names, ids, errors and reasons do nothing, and are shown as text", async () => {
  const results = HOSTILE.flatMap((text, i) => {
    const fields = { id: `${text} ${i}`, name: text, groupId: text, metadata: text };
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
    assertEquals(new Set(await report.texts("#tasks-table .name")), new Set(HOSTILE));
    assertEquals(new Set(await report.texts("#kinds-table .name")), new Set(HOSTILE));
    for (const [i, text] of HOSTILE.entries()) {
      await report.hover("Worker 1", i * 100 + 70);
      assertEquals(await report.texts("#tooltip strong"), [text]);
      assertEquals(await report.texts("#tooltip .message"), [`${text}: ${text}`]);
    }
    assertEquals(await report.page.evaluate("typeof harmed"), "undefined");
    assertEquals(await report.page.locator("img, main svg:not([id$=-chart])").count(), 0);
  });
});
