import type { RunSummary } from "../queue/summary.ts";
import type { TaskResult } from "../task/result.ts";
import { assertSummary } from "./assert_summary.ts";
import { type Attempt, attemptsOf, explanation } from "./attempts.ts";
import { type Level, levelsOf } from "./levels.ts";
import { layOut } from "./rows.ts";

/** An event as the Trace Event Format has it. Times are in microseconds. */
interface TraceEvent {
  readonly ph: "M" | "X" | "b" | "e" | "i" | "C";
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid?: number;
  readonly id?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly s?: "t" | "g";
  readonly args?: Record<string, unknown>;
}

/** All is of one process: traces know of processes, reports don't. */
const PID = 1;

/**
 * Makes a trace to look at in Perfetto (https://ui.perfetto.dev) or `chrome://tracing`: a row for each worker
 * with the attempts that ran on it; retries, timeouts, crashes, failures and cancellations as marks; what waited,
 * beside them, as asynchronous events; how much waited and ran as a counter. What happened to no worker is in the row "Queue". It is of the results that the
 * queue keeps (option `retain`).
 *
 * Times are in microseconds, from the run's start or from the first submission, if that was earlier.
 *
 * @param summary The run.
 * @returns Plain data in the Trace Event Format: what `JSON.stringify` makes of it is the file.
 * @throws {TypeError} When the summary is none.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { toTrace } from "@trilane/trilane/report";
 * import { writeFile } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 *
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * const summary = await queue.run();
 * await writeFile(join(tmpdir(), "trilane-trace.json"), JSON.stringify(toTrace(summary)));
 * ```
 */
export function toTrace(summary: RunSummary): object {
  assertSummary(summary);
  const { results, startedAt, duration, timedOut } = summary;
  const origin = results.reduce((from, { createdAt }) => Math.min(from, createdAt), startedAt);
  const at = (time: number) => Math.round((time - origin) * 1000);
  const attempts = results.map(attemptsOf);
  const rows = layOut(attempts.flat());
  const tids = rowNumbers(rows.map(({ workerId }) => workerId));
  const queue = highest(tids) + 1;

  const onRows = rows.flatMap(({ attempts }, i) =>
    attempts.flatMap((attempt) => attemptEvents(attempt, tids[i]!, at))
  );
  const atQueue = results.flatMap((result, i) => queueEvents(result, attempts[i]!, queue, at));
  if (timedOut) {
    atQueue.push(mark("run timed out", "timeout", queue, at(startedAt + duration), "g"));
  }
  const waits = results.flatMap((result, i) => waitEvents(result, attempts[i]!, at));
  return {
    traceEvents: [
      { ph: "M", name: "process_name", pid: PID, args: { name: "Trilane" } },
      ...rows.flatMap(({ name }, i) => rowMetadata(tids[i]!, name, i + 1)),
      ...(atQueue.length > 0 ? rowMetadata(queue, "Queue", 0) : []),
      ...[...onRows, ...atQueue, ...waits],
      ...counterEvents(levelsOf(results, attempts.flat()), at),
    ] satisfies TraceEvent[],
    displayTimeUnit: "ms",
    otherData: {
      ...{ total: summary.total, succeeded: summary.succeeded, failed: summary.failed },
      ...{ cancelled: summary.cancelled, timedOut, duration, shown: results.length },
    },
  };
}

/** A worker's first row has the worker's number; those that have none of their own come after them. */
function rowNumbers(workerIds: readonly (number | undefined)[]): number[] {
  let last = highest(workerIds);
  const taken = new Set<number>();
  return workerIds.map((id) => {
    const number = id === undefined || taken.has(id) ? ++last : id;
    taken.add(number);
    return number;
  });
}

function highest(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((most, number) => Math.max(most, number ?? 0), 0);
}

function rowMetadata(tid: number, name: string, index: number): TraceEvent[] {
  return [
    { ph: "M", name: "thread_name", pid: PID, tid, args: { name } },
    { ph: "M", name: "thread_sort_index", pid: PID, tid, args: { sort_index: index } },
  ];
}

function attemptEvents(attempt: Attempt, tid: number, at: (time: number) => number): TraceEvent[] {
  const { result, number, status, errorName } = attempt;
  const ts = at(attempt.startedAt);
  const end = at(attempt.finishedAt);
  const error = explanation(attempt);
  const args = {
    ...facts(result),
    ...{ attempt: number, attempts: result.attempts, status },
    ...(error !== undefined && { error }),
  };
  const { name } = result;
  const marks: TraceEvent[] = [];
  if (errorName === "WorkerCrashError") {
    marks.push(mark("worker crash", "crash", tid, end, "t", args));
  }
  if (errorName === "TimeoutError") marks.push(mark("timeout", "timeout", tid, end, "t", args));
  if (status === "retried") marks.push(mark("retry", "retry", tid, end, "t", args));
  if (status === "failed") marks.push(mark("failed", "failure", tid, end, "t", args));
  if (status === "cancelled") marks.push(mark("cancelled", "cancel", tid, end, "t", args));
  return [{ ph: "X", name, cat: "running", pid: PID, tid, ts, dur: end - ts, args }, ...marks];
}

/** The end of a task that was at no worker then. */
function queueEvents(
  result: TaskResult,
  attempts: readonly Attempt[],
  tid: number,
  at: (time: number) => number,
): TraceEvent[] {
  const { status, finishedAt, message } = result;
  if (status === "succeeded" || attempts.at(-1)?.status === status) return [];
  const [name, cat] = status === "failed" ? ["failed", "failure"] : ["cancelled", "cancel"];
  const args = { ...facts(result), attempts: result.attempts, status, error: message };
  return [mark(name, cat, tid, at(finishedAt), "t", args)];
}

/** A pair of events for each time that a task waited. */
function waitEvents(
  result: TaskResult,
  attempts: readonly Attempt[],
  at: (time: number) => number,
): TraceEvent[] {
  const { createdAt, scheduledFor, startedAt, finishedAt } = result;
  const events: TraceEvent[] = [];
  const wait = (what: string, from: number, to: number) => {
    if (at(to) <= at(from)) return;
    const common = { name: `${what}: ${result.name}`, cat: "waiting", pid: PID, id: result.id };
    events.push({ ph: "b", ...common, ts: at(from), args: facts(result) });
    events.push({ ph: "e", ...common, ts: at(to) });
  };
  const first = startedAt ?? finishedAt;
  const due = Math.min(scheduledFor ?? createdAt, first);
  wait("delayed", createdAt, due);
  wait("waiting", due, first);
  attempts.forEach((attempt, i) => {
    wait("waiting for retry", attempt.finishedAt, attempts[i + 1]?.startedAt ?? finishedAt);
  });
  return events;
}

/** How much waited and ran, whenever that changed. */
function counterEvents(levels: readonly Level[], at: (time: number) => number): TraceEvent[] {
  return levels.map(({ at: time, waiting, running }) => ({
    ...{ ph: "C", name: "Tasks", pid: PID, ts: at(time), args: { waiting, running } },
  }));
}

function mark(
  name: string,
  cat: string,
  tid: number,
  ts: number,
  s: "t" | "g",
  args: Record<string, unknown> = {},
): TraceEvent {
  return { ph: "i", name, cat, pid: PID, tid, ts, s, args };
}

function facts({ id, name, priority, groupId }: TaskResult): Record<string, unknown> {
  return { task: name, id, priority, ...(groupId !== undefined && { groupId }) };
}
