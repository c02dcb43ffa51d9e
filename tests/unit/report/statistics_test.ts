import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TaskResult } from "../../../mod.ts";
import { attemptsOf } from "../../../src/report/attempts.ts";
import { causeText, groupByCause, groupRetries } from "../../../src/report/causes.ts";
import { kindsOf } from "../../../src/report/kinds.ts";
import { levelsOf, peaksOf } from "../../../src/report/levels.ts";
import { layOut } from "../../../src/report/rows.ts";
import { select } from "../../../src/report/selection.ts";
import { roundUp, throughput, workerLoads } from "../../../src/report/statistics.ts";
import { test } from "../../harness.ts";
import type { Fields } from "../../made_results.ts";
import { cancelled, failed, ran } from "./support.ts";

/** Tasks on a few workers, most of them short, some of them failed. */
const runs = fc.array(
  fc.record({
    worker: fc.integer({ min: 1, max: 4 }),
    start: fc.integer({ min: 0, max: 1000 }),
    length: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 300 })),
    fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }),
  { maxLength: 200 },
).map((list) =>
  list.map(({ worker, start, length, fails }) =>
    fails
      ? failed(new Error("no"), worker, start, start + length)
      : ran(worker, start, start + length)
  )
);

const rowsOf = (results: TaskResult[]) => layOut(results.flatMap(attemptsOf));

test("rows: hold every attempt once, those of a row in order and without overlap", () => {
  fc.assert(fc.property(runs, (results) => {
    const rows = rowsOf(results);
    const all = rows.flatMap(({ attempts }) => attempts.map(({ result }) => result.id));
    assertEquals(all.sort(), results.map(({ id }) => id).sort());
    for (const { workerId, attempts } of rows) {
      attempts.forEach((attempt, i) => {
        assertEquals(attempt.workerId, workerId);
        if (i > 0) assert(attempts[i - 1].finishedAt <= attempt.startedAt);
      });
    }
  }));
});

test("selection: draws no more than the limit, and puts all others together", () => {
  fc.assert(fc.property(runs, fc.integer({ min: 0, max: 50 }), (results, limit) => {
    const rows = rowsOf(results);
    const { attempts, blocks } = select(rows, limit, 1300);
    assert(attempts.length <= limit || results.length <= limit);
    assert(attempts.length >= Math.min(limit, results.length));
    const together = blocks.reduce((sum, { count }) => sum + count, 0);
    assertEquals(attempts.length + together, results.length);
    rows.forEach((_, row) => {
      const items = [...attempts, ...blocks].filter((item) => item.row === row)
        .sort((a, b) => a.startedAt - b.startedAt || a.finishedAt - b.finishedAt);
      items.forEach((item, i) => {
        if (i > 0) assert(items[i - 1].finishedAt <= item.startedAt);
      });
    });
    for (const { startedAt, finishedAt, busy } of blocks) assert(busy <= finishedAt - startedAt);
  }));
});

/** A task whose attempts before the last failed. */
function retried(startedAt: number, attempts: number, fields: Fields = {}): TaskResult {
  const attemptHistory = Array.from({ length: attempts }, (_, i) => ({
    ...{
      number: i + 1,
      workerId: 3,
      startedAt: startedAt + i * 2,
      finishedAt: startedAt + i * 2 + 1,
    },
    ...(i < attempts - 1 && { errorName: "Error", message: `attempt ${i + 1}` }),
  }));
  const end = startedAt + attempts * 2 - 1;
  return ran(3, startedAt, end, { attempts, attemptHistory, ...fields });
}

test("selection: prefers tasks that failed, then retried ones up to half of the rest, then the longest", () => {
  const results = [
    ...Array.from({ length: 10 }, (_, i) => ran(1, i * 100, i * 100 + 10 + i)),
    ...Array.from({ length: 3 }, (_, i) => failed(new Error("no"), 2, i * 100, i * 100 + 1 + i)),
    ...Array.from({ length: 3 }, (_, i) => retried(i * 100, 2)),
  ];
  const { attempts, blocks } = select(rowsOf(results), 8, 1000);
  const lengths = (status: string) =>
    attempts.filter((attempt) => attempt.result.status === status && attempt.row < 2)
      .map(({ startedAt, finishedAt }) => finishedAt - startedAt);
  assertEquals([lengths("failed"), lengths("succeeded")], [[1, 2, 3], [17, 18, 19]]);
  assertEquals(attempts.filter(({ row }) => row === 2).map(({ number }) => number), [1, 2]);
  const others = 10 + 11 + 12 + 13 + 14 + 15 + 16 + 4 * 1;
  assertEquals(blocks.reduce((sum, { busy }) => sum + busy, 0), others);
});

test("selection: shows all failures while there is room for them", () => {
  const results = Array.from(
    { length: 40 },
    (_, i) => i % 4 === 0 ? failed(new Error("no"), 1, i, i + 0.5) : ran(1, i, i + 1),
  );
  const { attempts } = select(rowsOf(results), 10, 40);
  assertEquals(attempts.map(({ status }) => status), new Array(10).fill("failed"));
});

test("levels: tasks wait until their first start, and neither wait nor run between attempts", () => {
  const results = [
    ran(1, 1, 4),
    ran(1, 4, 6, { scheduledFor: 3 }),
    cancelled("c", 5, { createdAt: 2 }),
    retried(7, 2, { createdAt: 7 }),
    ran(1, 20, 20, { createdAt: 20 }),
  ];
  const levels = levelsOf(results, results.flatMap(attemptsOf));
  assertEquals(levels.map(({ at, waiting, running }) => [at, waiting, running]), [
    ...[[0, 1, 0], [1, 0, 1], [2, 1, 1], [3, 2, 1], [4, 1, 1], [5, 0, 1], [6, 0, 0]],
    ...[[7, 0, 1], [8, 0, 0], [9, 0, 1], [10, 0, 0]],
  ]);
});

test("levels: end at nothing, and never more wait or run than there are", () => {
  fc.assert(fc.property(runs, (results) => {
    const levels = levelsOf(results, results.flatMap(attemptsOf));
    levels.forEach(({ at, waiting, running }, i) => {
      assert(i === 0 || at > levels[i - 1].at);
      assert(waiting >= 0 && running >= 0 && waiting + running <= results.length);
    });
    const last = levels.at(-1);
    if (last !== undefined) assertEquals([last.waiting, last.running], [0, 0]);
  }));
});

test("levels: peaks are the highest of each stretch, also of a level that spans several", () => {
  const levels = [
    { at: 0, waiting: 5, running: 0 },
    { at: 1, waiting: 2, running: 1 },
    { at: 25, waiting: 0, running: 3 },
    { at: 30, waiting: 0, running: 0 },
  ];
  assertEquals(peaksOf(levels, 0, 10, 4), {
    ...{ step: 10, waiting: [5, 2, 2, 0], running: [1, 1, 3, 0] },
  });
});

test("kinds: tasks of a name are added up, the name that took the most time first", () => {
  const results = [
    ran(1, 0, 10, { name: "a" }),
    failed(new Error("no"), 1, 10, 40, { name: "a" }),
    retried(0, 2, { name: "b" }),
    cancelled("c", 1, { name: "c" }),
  ];
  assertEquals(kindsOf(results), [
    {
      ...{ name: "a", tasks: 2, started: 2, failed: 1, retries: 0 },
      ...{ busy: 40, p50: 10, p95: 30, max: 30 },
    },
    { name: "b", tasks: 1, started: 1, failed: 0, retries: 1, busy: 2, p50: 3, p95: 3, max: 3 },
    { name: "c", tasks: 1, started: 0, failed: 0, retries: 0, busy: 0, p50: 0, p95: 0, max: 0 },
  ]);
});

test("throughput: counts each task once, in steps of a round length", () => {
  const results = [
    ran(1, 0, 10),
    ran(1, 10, 10),
    failed(new Error("no"), 1, 10, 240),
    cancelled("c", 0),
  ];
  const { step, ...counts } = throughput(results, 0, 240);
  assertEquals(step, 2);
  const places = (list: readonly number[]) =>
    list.flatMap((count, i) => count > 0 ? [[i, count]] : []);
  assertEquals(counts.succeeded.length, 120);
  assertEquals(places(counts.succeeded), [[5, 2]]);
  assertEquals(places(counts.failed), [[119, 1]]);
  assertEquals(places(counts.cancelled), [[0, 1]]);
});

test("throughput: of no time and of no tasks", () => {
  assertEquals(throughput([], 5, 5), { step: 1, succeeded: [0], failed: [0], cancelled: [0] });
  assertEquals(throughput([ran(1, 5, 5)], 5, 5).succeeded, [1]);
});

test("throughput: steps are 1, 2 or 5 times a power of ten", () => {
  assertEquals([0.0011, 0.002, 1, 1.01, 3, 5.1, 99].map(roundUp), [0.002, 0.002, 1, 2, 5, 10, 100]);
});

test("loads: a worker's rows count together", () => {
  const rows = rowsOf([ran(1, 0, 10), ran(1, 5, 15), ran(2, 0, 1), ran(2, 1, 4)]);
  assertEquals(workerLoads(rows), [
    { name: "Worker 1", attempts: 2, busy: 20 },
    { name: "Worker 2", attempts: 2, busy: 4 },
  ]);
});

test("causes: messages that differ in numbers alone are one, other classes another", () => {
  const groups = groupByCause([
    failed(new TypeError("item 7 is gone"), 1, 0, 1),
    failed(new Error("item 12 is gone"), 1, 0, 1),
    failed(new Error("item 5 is gone"), 1, 0, 1),
    cancelled("not a failure", 1),
  ], "failed");
  assertEquals(groups.map(({ errorName, message, count }) => [errorName, message, count]), [
    ["Error", "item 12 is gone", 2],
    ["TypeError", "item 7 is gone", 1],
  ]);
  assert(groups[0].stack!.includes("statistics_test"));
});

test("causes: retries are grouped by what each attempt failed with", () => {
  const groups = groupRetries([retried(0, 3), retried(50, 2)].flatMap(attemptsOf));
  assertEquals(groups.map(({ errorName, message, count }) => [errorName, message, count]), [
    ["Error", "attempt 1", 3],
  ]);
});

test("causes: of a task that succeeded there is none", () => {
  assertEquals(causeText(ran(1, 0, 1)), undefined);
  assertEquals(causeText(failed(new TypeError("no"), 1, 0, 1)), "TypeError: no");
  assertEquals(causeText(cancelled("enough", 1)), "enough");
});

test("causes: a stack has those of its causes, and of an endless chain the first", () => {
  const inner = new RangeError("inner");
  const outer = new Error("outer", { cause: inner });
  const [{ stack }] = groupByCause([failed(outer, 1, 0, 1)], "failed");
  assert(/outer[^]*\nCaused by: [^]*inner/.test(stack!));
  inner.cause = outer;
  const [endless] = groupByCause([failed(outer, 1, 0, 1)], "failed");
  assertEquals(endless.stack!.split("\nCaused by: ").length, 5);
});

test("causes: anything may have been thrown", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const thrower = {
    get name(): string {
      throw new Error("no");
    },
    get cause(): unknown {
      throw new Error("no");
    },
    stack: 5,
  };
  const odd = [proxy, thrower, null, undefined, "text", Object.create(null)];
  for (const error of odd) {
    const result = failed(error, 1, 0, 1, { message: "odd" });
    const [group] = groupByCause([result], "failed");
    assertEquals([group.errorName, group.message, group.stack], [undefined, "odd", undefined]);
  }
});
