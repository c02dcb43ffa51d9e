import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { AsyncQueue } from "../../../mod.ts";
import { toHTML } from "../../../src/report/mod.ts";
import { test } from "../../harness.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { dataOf, FakeBrowser, scriptOf } from "./fake_browser.ts";
import { cancelled, failed, ran, summaryOf } from "./support.ts";

/** Texts that would do harm as markup, as script or in JSON. */
const HOSTILE = [
  `<img src=x onerror="alert(1)">`,
  "</script><script>alert(1)</script>",
  "<!--<script>",
  `"'><svg onload=alert(1)>`,
  "]]>&lt;b&gt;",
  "\u2028\u2029\u0000\ud800",
  "${alert(1)}`",
];

const data = (html: string) => JSON.parse(dataOf(html));

test("page: loads nothing and forbids it", () => {
  const html = toHTML(summaryOf([ran(1, 0, 1)]));
  assertStringIncludes(html, `http-equiv="Content-Security-Policy" content="default-src 'none';`);
  // The namespace of SVG is a name, not an address.
  const rest = html.replaceAll("http://www.w3.org/2000/svg", "");
  assertFalse(/https?:|\bsrc=|\bhref=|@import|url\(|fetch\(|import\(/.test(rest));
});

test("page: names, ids, errors and reasons are data, never markup", () => {
  const plain = toHTML(summaryOf([ran(1, 0, 1)]));
  const elements = (html: string) => html.match(/<\/?\w/g)!.length;
  for (const text of HOSTILE) {
    const fields = { id: text, name: text, groupId: text };
    const error = Object.assign(new Error(text), { name: text, stack: text });
    const html = toHTML(summaryOf([
      ran(1, 0, 1, fields),
      failed(error, 1, 1, 2, fields),
      cancelled(text, 3, fields),
    ]));
    assertEquals(elements(html), elements(plain));
    assertFalse(/[\u2028\u2029\0]/.test(html));
    const { names, messages, slowest, failures: [failure], cancellations: [cancellation] } = data(
      html,
    );
    assertEquals([names, messages], [[text], [`${text}: ${text}`]]);
    assertEquals([slowest[0].id, failure.name, failure.message], [text, text, text]);
    assertEquals([failure.example.name, cancellation.message], [text, text]);
    const page = new FakeBrowser(html);
    assertStringIncludes(page.id("failures-list").textContent, text);
    assertStringIncludes(page.id("slowest-table").find("tbody")[0].textContent, text);
  }
});

test("page: its script puts text into the page in no other way than as text", () => {
  const script = scriptOf(toHTML(summaryOf([])));
  new Function(script);
  assertFalse(/innerHTML|outerHTML|insertAdjacent|document\.write|eval|DOMParser/.test(script));
});

test("page: shows the counts, the latencies and what failed", async () => {
  const clock = new VirtualClock();
  const queue = new AsyncQueue({ clock, workers: 2 });
  const work = (ms: number) => {
    clock.elapse(ms);
    if (ms > 40) throw new RangeError(`${ms} is too much`);
  };
  queue.map(work, [10, 20, 30, 50, 60], { name: "work", retries: 1, retryIf: (_, n) => n < 2 });
  queue.submit(work, [1]).cancel("no need");
  const run = queue.run();
  await clock.drain();
  const page = new FakeBrowser(toHTML(await run));
  await queue.shutdown();

  assertEquals(page.id("verdict").textContent, "Completed with failures");
  assertEquals(page.id("subtitle").textContent, "6 tasks · 1 worker · 280 ms");
  const figures = page.id("figures");
  assertEquals(
    figures.find("dt").map((label, i) => [label.textContent, figures.find("dd")[i].textContent]),
    [
      ...[["Tasks", "6"], ["Succeeded", "3"], ["Failed", "2"], ["Cancelled", "1"]],
      ...[["Retries", "2"], ["Duration", "280 ms"], ["Tasks a second", "17.9"]],
    ],
  );
  const cells = (id: string) =>
    page.id(id).find("tbody")[0].find("tr").map((row) =>
      [...row.find("th"), ...row.find("td")].map((cell) => cell.textContent)
    );
  assertEquals(cells("latency-table")[1], ["Ran", "30 ms", "120 ms", "120 ms", "120 ms"]);
  assertEquals(cells("workers-table"), [["Worker 1", "7", "280 ms", "100 %"]]);
  assertEquals(
    cells("slowest-table").map(([, ran, , status, attempts]) => [ran, status, attempts]),
    [
      ...[["120 ms", "failed", "2"], ["100 ms", "failed", "2"]],
      ...[["30 ms", "succeeded", "1"], ["20 ms", "succeeded", "1"], ["10 ms", "succeeded", "1"]],
    ],
  );
  const [failure] = page.id("failures-list").find("details");
  assertStringIncludes(failure.textContent, "2 ×RangeError 50 is too much");
  assertStringIncludes(page.id("cancellations-list").textContent, "1 ×'no need'");
  assertEquals(page.drawn.filter((text) => text === "Worker 1").length, 1);
});

test("page: the timeline zooms by wheel, keys and buttons, and tells of what is pointed at", () => {
  const results = Array.from(
    { length: 10 },
    (_, i) => ran(1 + i % 2, i * 100, i * 100 + 90, { id: `q-${i}`, name: `job ${i}` }),
  );
  const page = new FakeBrowser(toHTML(summaryOf(results, { duration: 1000 })));
  const canvas = page.id("canvas");
  const jobs = () => page.drawn.filter((text) => text.startsWith("job"));
  const all = jobs();
  assertEquals(all.length, 10);

  canvas.dispatch("wheel", { deltaX: 0, deltaY: -1000, deltaMode: 0, offsetX: 100 });
  for (let i = 0; i < 5; i++) {
    canvas.dispatch("wheel", { deltaX: 0, deltaY: -1000, deltaMode: 0, offsetX: 100 });
  }
  assertEquals(jobs(), ["job 0", "job 1"]);
  canvas.dispatch("keydown", { key: "ArrowRight" });
  assert(page.drawn.includes("job 1"));
  canvas.dispatch("keydown", { key: "0" });
  assertEquals(jobs(), all);
  page.id("zoom-in").dispatch("click");
  assertEquals(jobs(), ["job 2", "job 4", "job 6", "job 3", "job 5", "job 7"]);
  page.id("zoom-all").dispatch("click");
  assertEquals(jobs(), all);

  const tooltip = page.id("tooltip");
  canvas.dispatch("pointermove", { offsetX: 92 + 908 * 0.345, offsetY: 28 + 28 * 1.5 });
  assertStringIncludes(tooltip.textContent, "job 3 succeeded");
  assertStringIncludes(tooltip.textContent, "Taskq-3");
  canvas.dispatch("pointerleave");
  assert(tooltip.hidden);
  canvas.dispatch("keydown", { key: "n" });
  assertStringIncludes(tooltip.textContent, "job 0");
  page.id("slowest-table").find("button")[9].dispatch("click");
  assertFalse(tooltip.hidden);
  assertStringIncludes(tooltip.textContent, "job 9");
});

test("page: a task of a table is shown by its last attempt, whichever row that is on", () => {
  const attemptHistory = [
    { number: 1, workerId: 2, startedAt: 0, finishedAt: 10, errorName: "Error", message: "no" },
    { number: 2, workerId: 1, startedAt: 20, finishedAt: 30 },
  ];
  const page = new FakeBrowser(
    toHTML(summaryOf([ran(1, 0, 30, { attempts: 2, attemptHistory })])),
  );
  page.id("slowest-table").find("button")[0].dispatch("click");
  assertStringIncludes(page.id("tooltip").textContent, "Attempt2 of 2");
});

test("page: of no tasks, of one that took no time and of tasks that never ran", () => {
  const shown = (page: FakeBrowser) =>
    [
      "missing",
      "latency",
      "throughput",
      "timeline",
      "workers",
      "failures",
      "cancellations",
      "slowest",
    ]
      .filter((id) => !page.id(id).hidden);
  const none = new FakeBrowser(toHTML(summaryOf([])));
  assertEquals([none.id("verdict").textContent, shown(none)], ["Passed", []]);
  const instant = new FakeBrowser(toHTML(summaryOf([ran(1, 0, 0)])));
  assertEquals(shown(instant), ["latency", "workers", "slowest"]);
  const unrun = new FakeBrowser(
    toHTML(summaryOf([cancelled("a", 1), cancelled("b", 2)], { duration: 5 })),
  );
  assertEquals(unrun.id("verdict").textContent, "Completed with cancellations");
  assertEquals(shown(unrun), ["throughput", "cancellations"]);
});

test("page: says which results were not kept", () => {
  const note = (kept: number) => {
    const results = Array.from({ length: kept }, (_, i) => ran(1, i, i + 1));
    const page = new FakeBrowser(toHTML(summaryOf(results, { more: 1000, duration: 9 })));
    assertEquals(
      page.id("figures").find("dd")[0].textContent,
      (1000 + kept).toLocaleString("en-US"),
    );
    return page.id("missing").textContent;
  };
  assertStringIncludes(note(0), "results were not kept");
  assertStringIncludes(note(2), "of the last 2 tasks: the results of 1,000 were not kept");
});

test("page: of 100,000 tasks it has less than 3 MB, and says what is put together", () => {
  const results = Array.from({ length: 100_000 }, (_, i) => {
    const start = Math.floor(i / 50) * 10;
    const end = start + 1 + i * 7 % 9;
    const fields = { id: `q1-${i}`, name: `task of a kind ${i % 20}` };
    return i % 100 === 0
      ? failed(new Error(`item ${i} is gone`), 1 + i % 50, start, end, fields)
      : ran(1 + i % 50, start, end, fields);
  });
  const html = toHTML(summaryOf(results));
  assert(html.length < 3_000_000, `${html.length}`);
  const { attempts, blocks, failures } = data(html);
  assertEquals(attempts.row.length, 20_000);
  assertEquals(blocks.count.reduce((sum: number, count: number) => sum + count, 0), 80_000);
  assertEquals(failures.map(({ count }: { count: number }) => count), [1000]);
  const page = new FakeBrowser(html);
  assertStringIncludes(page.id("left-out").textContent, "20,000");
  assertFalse(page.id("left-out").hidden);
});
