import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TaskResult } from "../../../mod.ts";
import { attemptsOf } from "../../../src/report/attempts.ts";
import { layOut } from "../../../src/report/rows.ts";
import { select } from "../../../src/report/selection.ts";
import { groupByCause, roundUp, throughput, workerLoads } from "../../../src/report/statistics.ts";
import { test } from "../../harness.ts";
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
    assertEquals(attempts.length, Math.min(limit, results.length));
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

test("selection: prefers what did not succeed, up to half of the places, then the longest", () => {
  const results = [
    ...Array.from({ length: 10 }, (_, i) => ran(1, i * 100, i * 100 + 10 + i)),
    ...Array.from({ length: 5 }, (_, i) => failed(new Error("no"), 2, i * 100, i * 100 + 1 + i)),
  ];
  const { attempts, blocks } = select(rowsOf(results), 6, 1000);
  assertEquals(
    attempts.map(({ status, startedAt, finishedAt }) => [status, finishedAt - startedAt]),
    [
      ...[["succeeded", 17], ["succeeded", 18], ["succeeded", 19]],
      ...[["failed", 3], ["failed", 4], ["failed", 5]],
    ],
  );
  assertEquals(
    blocks.reduce((sum, { busy }) => sum + busy, 0),
    10 + 11 + 12 + 13 + 14 + 15 + 16 + 3,
  );
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
