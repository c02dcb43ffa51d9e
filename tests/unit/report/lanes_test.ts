import { assert, assertEquals } from "@std/assert";
import {
  AsyncQueue,
  inlineTask,
  ProcessQueue,
  type RunSummary,
  ThreadQueue,
} from "../../../mod.ts";
import { toHTML, toTrace } from "../../../src/report/mod.ts";
import { test } from "../../harness.ts";
import { dataOf, runOf } from "./page_parts.ts";

const work = inlineTask(async (n: number) => {
  await Promise.resolve();
  if (n % 7 === 3) throw new RangeError(`${n} is odd`);
  return n;
});

const crash = inlineTask(() => {
  // deno-lint-ignore no-explicit-any -- what both runtimes have
  (globalThis as any).process.exit(3);
});

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Record<string, unknown>;
}

const eventsOf = (summary: RunSummary) =>
  (toTrace(summary) as { traceEvents: TraceEvent[] }).traceEvents;

for (const Lane of [AsyncQueue, ThreadQueue, ProcessQueue]) {
  test(`${Lane.name}: a trace has a row for each worker, on which attempts don't overlap`, async () => {
    await using queue = new Lane({ workers: 2 });
    queue.map(work, Array.from({ length: 100 }, (_, i) => i), { name: "work", retries: 1 });
    const summary = await queue.run();
    const events = eventsOf(summary);
    const runs = events.filter(({ ph }) => ph === "X");
    // 3, 10, … 94 fail twice.
    assertEquals([runs.length, summary.failed], [114, 14]);
    assertEquals(events.filter(({ ph, name }) => ph === "i" && name === "retry").length, 14);
    for (const row of Map.groupBy(runs, ({ tid }) => tid).values()) {
      row.sort((a, b) => a.ts - b.ts || a.dur - b.dur).forEach(({ ts }, i) => {
        if (i > 0) assert(row[i - 1].ts + row[i - 1].dur <= ts);
      });
    }
    const names = events.filter(({ name }) => name === "thread_name").map(({ args }) => args.name);
    for (const name of names) assert(["Worker 1", "Worker 2"].includes(name as string), `${name}`);
  });

  test(`${Lane.name}: a report is of every attempt`, async () => {
    await using queue = new Lane({ workers: 2 });
    queue.map(work, Array.from({ length: 30 }, (_, i) => i), { retries: 1 });
    const html = toHTML(await queue.run());
    const { failures, retryCauses, verdict } = dataOf(html);
    assertEquals(runOf(html).attempts.row.length, 34);
    for (const causes of [failures, retryCauses]) {
      assertEquals(causes.map(({ name, count }) => [name, count]), [["RangeError", 4]]);
    }
    assertEquals(verdict, "failed");
  });
}

test("ProcessQueue: a trace shows a worker's crash and the retry after it", async () => {
  await using queue = new ProcessQueue({ workers: 1 });
  queue.submit(crash, [], { retries: 1 });
  const events = eventsOf(await queue.run());
  assertEquals(
    events.filter(({ ph }) => ph === "i").map(({ name, args }) => [name, args.attempt]),
    [["worker crash", 1], ["retry", 1], ["worker crash", 2], ["failed", 2]],
  );
});
