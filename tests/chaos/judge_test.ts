import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type TaskResult, TaskTimeoutError, WorkerCrashError } from "../../mod.ts";
import { test } from "../harness.ts";
import { judge, type Story } from "./judge.ts";
import type { Line } from "./log.ts";

const crash = new WorkerCrashError("Worker 1 ended", { workerId: 1 });
const timeout = new TaskTimeoutError("Task timed out");

function begin(attempt: number, worker = "a", turn = 1): Line {
  return { kind: "begin", attempt, act: "work", worker, turn, process: "1/1" };
}

function end(attempt: number): Line {
  return { kind: "end", attempt };
}

function result(outcome: Partial<TaskResult>): TaskResult {
  return { attempts: 1, status: "succeeded", value: 4, ...outcome } as TaskResult;
}

/** A task that succeeded at once, unless told otherwise. */
function story(changes: Partial<Story> = {}): Story {
  return {
    id: "q1-1",
    answer: 4,
    retries: 1,
    hasTimeout: false,
    cancelled: false,
    results: [result({})],
    errors: [],
    lines: [begin(1), end(1)],
    ...changes,
  };
}

const cancelled = result({ status: "cancelled", attempts: 0 });
const crashed = result({ status: "failed", error: crash, attempts: 2 });

test("chaos: the judge finds nothing where nothing is wrong", () => {
  const stories = [
    story(),
    story({ results: [cancelled], cancelled: true, lines: [] }),
    // The worker died before its success could be handed over.
    story({
      results: [result({ attempts: 2 })],
      errors: [crash],
      lines: [begin(1, "b"), end(1), begin(2), end(2)],
    }),
    story({ results: [crashed], errors: [crash], lines: [begin(1), begin(2, "b")] }),
    // What is late does not count, though the attempt had ended.
    story({
      hasTimeout: true,
      results: [result({ attempts: 2 })],
      errors: [timeout],
      lines: [begin(1, "c"), end(1), begin(2, "c", 2), end(2)],
    }),
  ];
  assertEquals(judge(stories, { startsMayFail: false }), []);
});

const wrong: Record<string, Partial<Story>> = {
  "ended 0 times": { results: [] },
  "ended 2 times": { results: [result({}), result({})] },
  "the wrong value": { results: [result({ value: 5 })] },
  "a success without an end": { lines: [begin(1)] },
  "an attempt that ran twice": { lines: [begin(1), begin(1, "b"), end(1)] },
  "an attempt that was not counted ran": {
    cancelled: true,
    results: [cancelled],
    lines: [begin(1)],
  },
  "more attempts than retries allow": { retries: 0, results: [result({ attempts: 2 })] },
  "more retries than allowed": { errors: [crash, crash] },
  "attempts that overlapped": {
    lines: [begin(1), { kind: "overlap", attempt: 1, other: 2 }, end(1)],
  },
  "succeeded, though cancelled is true": { cancelled: true },
  "cancelled, though cancelled is false": { results: [cancelled], lines: [] },
  "failed with TimeoutError": { errors: [timeout] },
  "failed with Error: other": { errors: [new Error("other")] },
  "gave up too early": { results: [result({ status: "failed", error: crash })] },
  "attempt 1 had ended, and was lost": {
    results: [result({ attempts: 2 })],
    errors: [crash],
    lines: [begin(1), end(1), begin(2, "a", 2), end(2)],
  },
};

for (const [fault, changes] of Object.entries(wrong)) {
  test(`chaos: the judge finds: ${fault}`, () => {
    const faults = judge([story(changes)], { startsMayFail: false });
    assert(faults.length > 0);
    assertStringIncludes(faults.join("\n"), fault);
  });
}
