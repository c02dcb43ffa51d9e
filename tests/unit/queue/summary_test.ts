import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ExecutionError, RunSummary, TaskCancelledError, type TaskResult } from "../../../mod.ts";
import type { Tally } from "../../../src/engine/history.ts";
import { test } from "../../harness.ts";
import { type Fields, resultBase } from "../../made_results.ts";

function succeeded<T>(value: T, fields: Fields = {}): TaskResult<T> {
  return { ...resultBase({ attempts: 1, ...fields }), status: "succeeded", value };
}

function failed(error: unknown, fields: Fields = {}): TaskResult<never> {
  return { ...resultBase({ message: "no luck", attempts: 1, ...fields }), status: "failed", error };
}

function cancelled(reason: unknown, fields: Fields = {}): TaskResult<never> {
  return {
    ...resultBase({ message: "cancelled", attempts: 0, ...fields }),
    status: "cancelled",
    reason,
  };
}

function summaryOf<T>(
  results: TaskResult<T>[],
  { timedOut = false, duration = 100, tally }: {
    timedOut?: boolean;
    duration?: number;
    tally?: Tally;
  } = {},
): RunSummary<T> {
  const count = (status: string) => results.filter((result) => result.status === status).length;
  return new RunSummary<T>(
    tally ??
      { succeeded: count("succeeded"), failed: count("failed"), cancelled: count("cancelled") },
    () => results,
    { timedOut, startedAt: 0, duration },
  );
}

const failure = new TypeError("no luck");

test("summary: counts, and results by status in order of completion", () => {
  const list = [failed(failure), succeeded("a"), cancelled("enough"), succeeded("b")];
  const summary = summaryOf<string>(list);
  const { total, succeeded: good, failed: bad, cancelled: gone, timedOut, duration } = summary;
  assertEquals([total, good, bad, gone, timedOut, duration], [4, 2, 1, 1, false, 100]);
  assertEquals(summary.results, list);
  assertEquals(summary.values, ["a", "b"]);
  assertEquals(summary.successes(), [list[1], list[3]]);
  assertEquals(summary.errors, [list[0]]);
  assertEquals(summary.cancellations(), [list[2]]);
});

test("summary: is ok when every task succeeded within the time", () => {
  assert(summaryOf([]).ok);
  assert(summaryOf([succeeded(1)]).ok);
  assertFalse(summaryOf([succeeded(1)], { timedOut: true }).ok);
  assertFalse(summaryOf([succeeded(1), failed(failure)]).ok);
  assertFalse(summaryOf([succeeded(1), cancelled("enough")]).ok);
});

test("summary: makes its results once, when they are asked for", () => {
  let made = 0;
  const summary = new RunSummary({ succeeded: 1, failed: 0, cancelled: 0 }, () => {
    made++;
    return [succeeded(1)];
  }, { timedOut: false, startedAt: 0, duration: 0 });
  assertEquals([summary.total, summary.ok, made], [1, true, 0]);
  assert(summary.results === summary.results);
  assertEquals([summary.values, made], [[1], 1]);
});

test("summary: looks results up by id, name and group", () => {
  const list = [
    succeeded(1, { name: "a", groupId: "x" }),
    succeeded(2, { name: "b" }),
    succeeded(3, { name: "a", groupId: "x" }),
  ];
  const summary = summaryOf(list);
  assertEquals([...summary.byId()], list.map((result) => [result.id, result]));
  assertEquals([...summary.byName()], [["a", [list[0], list[2]]], ["b", [list[1]]]]);
  assertEquals([...summary.byGroup()], [["x", [list[0], list[2]]], [undefined, [list[1]]]]);
});

test("summary: throwIfFailed throws what failed, and what was cancelled if asked", () => {
  summaryOf([succeeded(1)]).throwIfFailed({ includeCancelled: true });
  summaryOf([succeeded(1), cancelled("enough")]).throwIfFailed();
  const list = [cancelled("enough", { name: "c" }), succeeded(1), failed(failure, { name: "f" })];
  const summary = summaryOf(list);
  const error = assertThrows(() => summary.throwIfFailed(), ExecutionError);
  assertEquals(error.message, "1 of 3 tasks did not succeed; the first was 'f': no luck");
  assertEquals([error.errors, error.results], [[failure], [list[2]]]);
  const both = assertThrows(
    () => summary.throwIfFailed({ includeCancelled: true }),
    ExecutionError,
    "2 of 3 tasks did not succeed; the first was 'c': cancelled",
  );
  assertEquals(both.results, [list[0], list[2]]);
  assert(both.errors[0] instanceof TaskCancelledError);
  assertEquals([both.errors[0].cause, both.errors[1]], ["enough", failure]);
});

test("summary: throwIfFailed goes by the counts where results are not kept", () => {
  const summary = summaryOf([], { tally: { succeeded: 1, failed: 2, cancelled: 3 } });
  assertEquals([summary.total, summary.ok, summary.results], [6, false, []]);
  const error = assertThrows(() => summary.throwIfFailed(), ExecutionError);
  assertEquals([error.message, error.errors], ["2 of 6 tasks did not succeed", []]);
});

test("summary: percentiles are of the nearest rank", () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 450 });
  fc.assert(
    fc.property(numbers, (durations) => {
      const { run } = summaryOf(
        durations.map((ms) => succeeded(1, { startedAt: 50, finishedAt: 50 + ms })),
      ).latency();
      for (const [percent, actual] of [[50, run.p50], [95, run.p95], [99, run.p99]]) {
        // The smallest that so many of a hundred do not exceed.
        const notAbove = (limit: number) => durations.filter((ms) => ms <= limit).length;
        const enough = durations.filter((ms) => notAbove(ms) * 100 >= percent * durations.length);
        assertEquals(actual, Math.min(...enough));
      }
      assertEquals(run.max, Math.max(...durations));
    }),
    { numRuns: 200 },
  );
});

test("summary: a task waits from its submission, or from when it was due, to its first start", () => {
  const { wait, run } = summaryOf([
    succeeded(1, { createdAt: 10, startedAt: 15, finishedAt: 40 }),
    failed(failure, { createdAt: 10, scheduledFor: 100, startedAt: 130, finishedAt: 131 }),
    cancelled("never started", { createdAt: 0, finishedAt: 1e6 }),
  ]).latency();
  assertEquals(wait, { p50: 5, p95: 30, p99: 30, max: 30 });
  assertEquals(run, { p50: 1, p95: 25, p99: 25, max: 25 });
  const none = { p50: 0, p95: 0, p99: 0, max: 0 };
  assertEquals(summaryOf([]).latency(), { wait: none, run: none });
});

test("summary: as text it has a verdict, the counts, the times and the first failures", () => {
  const rule = "-".repeat(48);
  const text = summaryOf([
    succeeded(1, { startedAt: 1, finishedAt: 3 }),
    failed(failure, { name: "f", attempts: 3, startedAt: 5, finishedAt: 2005 }),
    cancelled("enough"),
  ], { duration: 2500 }).toString();
  assertEquals(text.split("\n"), [
    rule,
    "Run summary: completed with failures",
    rule,
    "Tasks      3",
    "Succeeded  1",
    "Failed     1",
    "Cancelled  1",
    "Duration   2.50 s",
    "Waited     1.0 ms (median), 5.0 ms (95 %), 5.0 ms (longest)",
    "Ran        2.0 ms (median), 2.00 s (95 %), 2.00 s (longest)",
    rule,
    "Failures:",
    "  f (3 attempts): no luck",
    rule,
  ]);
});

test("summary: the verdict", () => {
  const verdict = (summary: RunSummary) => summary.toString().split("\n")[1];
  assertEquals(verdict(summaryOf([])), "Run summary: passed");
  assertEquals(verdict(summaryOf([], { timedOut: true })), "Run summary: timed out");
  assertEquals(
    verdict(summaryOf([cancelled("enough")])),
    "Run summary: completed with cancellations",
  );
  assertEquals(
    verdict(summaryOf([cancelled("enough"), failed(failure)])),
    "Run summary: completed with failures",
  );
});

test("summary: as text it names the failures of ten causes and counts the rest", () => {
  const failures = Array.from("abcdefghijkl", (name) => failed(failure, { name, message: name }));
  const text = summaryOf(failures).toString();
  assertStringIncludes(text, "  j: j\n  and 2 more\n");
  assertFalse(text.includes("k: k"));
  const tally = { succeeded: 0, failed: 5, cancelled: 0 };
  assertStringIncludes(summaryOf(failures.slice(0, 2), { tally }).toString(), "\n  and 3 more\n");
});

test("summary: as text it groups failures by cause, the most frequent first", () => {
  const text = summaryOf([
    failed(failure, { name: "a", message: "no file" }),
    failed(failure, { name: "b", message: "port 80 is taken", attempts: 2 }),
    failed(failure, { name: "c", message: "port 8080 is taken" }),
    failed(failure, { name: "b", message: "port 81 is taken" }),
  ]).toString();
  assertStringIncludes(
    text,
    "\nFailures:\n  b, … (3 tasks): port 80 is taken\n  a: no file\n---",
  );
});

test("summary: as text, a failure takes one line and does nothing to a terminal", () => {
  const text = summaryOf([
    failed(failure, { name: "line\nfeed", message: "first\r\nsecond \x1b[2J\u2028third" }),
  ]).toString();
  assertStringIncludes(
    text,
    "\nFailures:\n  line\\nfeed: first\\r\\nsecond \\x1b[2J\\u2028third\n---",
  );
});

/** What comes out at the other end of a file or a connection. */
function throughJSON(summary: RunSummary): {
  readonly [name: string]: unknown;
  readonly results: readonly Record<string, unknown>[];
} {
  return JSON.parse(JSON.stringify(summary));
}

test("summary: as JSON it has the counts and the results", () => {
  const fields = { name: "a", groupId: "g", startedAt: 1, finishedAt: 3, metadata: { x: [1] } };
  const result = succeeded({ y: 2 }, fields);
  const date = (time: number) => new Date(performance.timeOrigin + time).toISOString();
  assertEquals(throughJSON(summaryOf([result], { timedOut: true, duration: 7 })), {
    total: 1,
    succeeded: 1,
    failed: 0,
    cancelled: 0,
    timedOut: true,
    duration: 7,
    results: [{
      ...result,
      createdAt: date(result.createdAt),
      startedAt: date(1),
      finishedAt: date(3),
    }],
  });
});

test("summary: as JSON, errors are objects, with their causes", () => {
  const error = new RangeError("outer", { cause: new TypeError("inner", { cause: "innermost" }) });
  const { results: [{ error: actual }] } = throughJSON(summaryOf([failed(error)]));
  assertEquals(actual, {
    name: "RangeError",
    message: "outer",
    stack: error.stack,
    cause: {
      name: "TypeError",
      message: "inner",
      stack: (error.cause as Error).stack,
      cause: "innermost",
    },
  });
});

test("summary: as JSON, what JSON can't hold is text", () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const values: [unknown, unknown][] = [
    [5n, "5"],
    [{ deep: [5n] }, "[object Object]"],
    [circular, "[object Object]"],
    [Symbol("s"), "Symbol(s)"],
    [null, null],
    ["x", "x"],
    [[1, null], [1, null]],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
  ];
  for (const [value, expected] of values) {
    const { results: [result] } = throughJSON(summaryOf([succeeded(value)]));
    assertEquals(result.value, expected);
  }
  const fn = () => 1;
  const { results } = throughJSON(summaryOf([succeeded(fn), failed(fn), cancelled(7n)]));
  assertEquals([results[0].value, results[1].error, results[2].reason], [`${fn}`, `${fn}`, "7"]);
});

test("summary: as JSON, what is undefined is left out", () => {
  const { results } = throughJSON(summaryOf([succeeded(undefined), failed(undefined)]));
  assertFalse("value" in results[0]);
  assertFalse("error" in results[1]);
  assertFalse("metadata" in results[0]);
});

test("summary: no value and no error keeps it from being JSON", () => {
  const own = new Error("its own cause");
  own.cause = own;
  const first = new Error("first");
  first.cause = new Error("second", { cause: first });
  const bare = Object.assign(Object.create(null), { big: 5n });
  const hostile = {
    toJSON: () => {
      throw new Error("no");
    },
    toString: () => {
      throw new Error("no");
    },
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const value of [own, first, bare, hostile, proxy]) {
    const summary = summaryOf([
      succeeded(value),
      failed(value),
      cancelled(value),
    ]);
    const { results } = throughJSON(summary);
    for (const outcome of [results[0].value, results[1].error, results[2].reason]) {
      assert(outcome !== undefined && outcome !== null);
    }
    throughJSON(summaryOf([succeeded(1, { metadata: value })]));
  }
  const { results: [{ error }] } = throughJSON(summaryOf([failed(own)]));
  assertEquals((error as { message: string }).message, "its own cause");
});

test("summary: display prints the text", () => {
  const printed: unknown[][] = [];
  const { log } = console;
  console.log = (...args: unknown[]) => void printed.push(args);
  const summary = summaryOf([succeeded(1)]);
  try {
    summary.display();
  } finally {
    console.log = log;
  }
  assertEquals(printed, [[summary.toString()]]);
});
