import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { AsyncQueue } from "../../../mod.ts";
import { toHTML } from "../../../src/report/mod.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { test } from "../../harness.ts";
import type { Fields } from "../../made_results.ts";
import { dataOf, runOf } from "./page_parts.ts";
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

test("page: loads nothing and forbids it", () => {
  const html = toHTML(summaryOf([ran(1, 0, 1)]));
  assertStringIncludes(html, `http-equiv="Content-Security-Policy" content="default-src 'none';`);
  // The namespace of SVG is a name, not an address.
  const rest = html.replaceAll("http://www.w3.org/2000/svg", "");
  assertFalse(/https?:|\bsrc=|\bhref=|@import|url\(|fetch\(|import\(/.test(rest));
});

test("page: names, ids, errors, metadata and reasons are data, never markup", () => {
  const plain = toHTML(summaryOf([ran(1, 0, 1)]));
  const elements = (html: string) => html.match(/<\/?\w/g)!.length;
  for (const text of HOSTILE) {
    const fields = { id: text, name: text, groupId: text, metadata: text };
    const error = Object.assign(new Error(text), { name: text, stack: text });
    const html = toHTML(summaryOf([
      ran(1, 0, 1, fields),
      failed(error, 1, 1, 2, fields),
      cancelled(text, 3, fields),
    ]));
    assertEquals(elements(html), elements(plain));
    assertFalse(/[\u2028\u2029\0]/.test(html));
    const { failures: [failure], cancellations: [cancellation], kinds } = dataOf(html);
    const run = runOf(html);
    assertEquals([run.names, run.metadata, run.groups, run.tasks.id[0]], [
      ...[[text], [text], [text], text],
    ]);
    assertEquals(run.messages, [`${text}: ${text}`, text]);
    assertEquals([kinds[0].name, failure.name, failure.message], [text, text, text]);
    assertEquals([failure.example.name, cancellation.message], [text, text]);
  }
});

test("page: title and details are text in its header, beside the time, the program and the runtime", () => {
  const details = { Options: "<b>", Program: "mine", Runtime: undefined, Workers: 3 };
  const html = toHTML(summaryOf([]), { title: "<i>", details });
  assertStringIncludes(html, "<h1>&#60;i&#62;</h1>");
  const shown = Array.from(html.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g), ([, a, b]) => [a, b]);
  assertEquals(shown.slice(1), [["Program", "mine"], ["Options", "&#60;b&#62;"], ["Workers", "3"]]);
  assertEquals(shown[0][0], "Started");
  const started = new Date(shown[0][1]!.replace(" UTC", "Z")).getTime();
  assert(Math.abs(started - performance.timeOrigin) <= 1000);
  assert(/<dt>Runtime<\/dt><dd>(Deno|Bun|Node.js)[ /]\d/.test(toHTML(summaryOf([]))));
});

test("page: has the counts, the latencies and what failed", async () => {
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
  const data = dataOf(toHTML(await run));
  await queue.shutdown();

  const { verdict, total, succeeded, failed, cancelled, retries, duration } = data;
  assertEquals({ verdict, total, succeeded, failed, cancelled, retries, duration }, {
    ...{ verdict: "failed", total: 6, succeeded: 3, failed: 2, cancelled: 1 },
    ...{ retries: 2, duration: 280 },
  });
  assertEquals(data.latency!.run, { p50: 30, p95: 120, p99: 120, max: 120 });
  assertEquals(data.workers, [{ name: "Worker 1", attempts: 7, busy: 280 }]);
  assertEquals(data.kinds.map(({ name, tasks, retries }) => [name, tasks, retries]), [
    ["work", 6, 2],
  ]);
  const causes = [data.failures, data.retryCauses, data.cancellations].map(([cause]) =>
    `${cause.count} ${cause.name} ${cause.message}`
  );
  assertEquals(causes, [
    "2 RangeError 50 is too much",
    "2 RangeError 50 is too much",
    "1 null 'no need'",
  ]);
  assertEquals([Math.max(...data.peaks.waiting), Math.max(...data.peaks.running)], [4, 1]);
});

test("page: of no tasks, of one that took no time and of tasks that never ran", () => {
  const none = dataOf(toHTML(summaryOf([])));
  assertEquals([none.verdict, none.latency, none.rows, none.kinds], ["passed", null, [], []]);
  const instant = dataOf(toHTML(summaryOf([ran(1, 0, 0)])));
  assertEquals([instant.span, instant.rows], [0, ["Worker 1"]]);
  const html = toHTML(summaryOf([cancelled("a", 1), cancelled("b", 2)], { duration: 5 }));
  assertEquals([dataOf(html).verdict, runOf(html).tasks.count], ["cancelled", 2]);
});

test("page: says how many results were not kept", () => {
  for (const kept of [0, 2]) {
    const results = Array.from({ length: kept }, (_, i) => ran(1, i, i + 1));
    const data = dataOf(toHTML(summaryOf(results, { more: 1000, duration: 9 })));
    assertEquals([data.total, data.kept], [1000 + kept, kept]);
  }
});

/** 100,000 tasks of which one in 50 failed, and one in 30 was tried again. */
const many = (fields: (i: number) => Fields) =>
  summaryOf(Array.from({ length: 100_000 }, (_, i) => {
    const start = Math.floor(i / 50) * 10 + (i * 7919 % 1000) / 1000;
    const end = start + 1 + (i * 7 % 8_000) / 1000;
    const more = { id: `q1-${i}`, ...fields(i) };
    return i % 50 === 0
      ? failed(new Error(`item ${i} is gone`), 1 + i % 50, start, end, more)
      : ran(1 + i % 50, start, end, more);
  }));

test("page: of 100,000 tasks it has less than 3 MB, and all of them", () => {
  const html = toHTML(many((i) => ({ name: `task of a kind ${i % 20}` })));
  assert(html.length < 3_000_000, `${html.length}`);
  const { tasks, attempts } = runOf(html);
  assertEquals([tasks.count, attempts.row.length, dataOf(html).blocks.row.length], [
    ...[100_000, 100_000, 0],
  ]);
  assertEquals(dataOf(html).failures.map(({ count }) => count), [2000]);
});

test("page: of 100,000 tasks with names, metadata and groups of their own it has less than 3 MB", () => {
  const html = toHTML(many((i) => ({
    name: `https://example.com/${(i * 7919 % 100_000).toString(36)}/${i}/größe`,
    metadata: { "<tag>": i, text: `${i * 31 % 997}`.repeat(20) },
    groupId: `group ${i}`,
  })));
  const bytes = new TextEncoder().encode(html).length;
  assert(bytes < 3_000_000, `${bytes}`);
  const { tasks } = runOf(html);
  assertEquals([tasks.count, new Set(tasks.id).size], [100_000, 100_000]);
  assert(dataOf(html).textsLeftOut > 0);
});

test("page: of more tasks it has all that failed, and puts the rest together", () => {
  const results = Array.from(
    { length: 140_000 },
    (_, i) =>
      i % 10 === 9
        ? failed(new Error(`item ${i} is gone`), 1 + i % 5, i, i + 0.5, { id: `q1-${i}` })
        : ran(1 + i % 5, i, i + 1 + i % 4, { id: `q1-${i}` }),
  );
  const html = toHTML(summaryOf(results));
  assert(html.length < 3_000_000, `${html.length}`);
  const { tasks, attempts } = runOf(html);
  const { blocks } = dataOf(html);
  assertEquals(tasks.count, 100_000);
  assertEquals(tasks.status.filter((status) => status === 1).length, 14_000);
  const together = blocks.count.reduce((sum, count) => sum + count, 0);
  assertEquals(attempts.row.length + together, 140_000);
});

test("page: metadata of any kind is told, and harms nothing", () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const values = ["text", { a: 1 }, 7n, circle, proxy, () => 1, null, undefined];
  const run = runOf(
    toHTML(summaryOf(values.map((metadata, i) => ran(1, i, i + 1, { metadata })))),
  );
  const texts = run.tasks.metadata.map((text) => run.metadata[text]);
  assertEquals(texts.slice(0, 2), ["text", '{"a":1}']);
  assertEquals(texts.slice(-2), ["null", undefined]);
  assertEquals(texts.filter((text) => text === undefined).length, 1);
});
