import type { TaskResult } from "../task/result.ts";
import type { Percentiles, RunSummary } from "../queue/summary.ts";
import { attemptsOf, type AttemptStatus, explanation } from "./attempts.ts";
import { layOut } from "./rows.ts";
import { select } from "./selection.ts";
import {
  type CauseGroup,
  groupByCause,
  type Throughput,
  throughput,
  workerLoads,
} from "./statistics.ts";

/** So many attempts are drawn one by one; a page of them has less than 3 MB. */
const MAX_DRAWN = 20_000;
/** So many of the slowest tasks are listed. */
const MAX_SLOWEST = 20;
/** So many causes of failures, and of cancellations, are listed. */
const MAX_CAUSES = 50;
/** Texts of unknown length are cut. */
const MAX_NAME = 200;
const MAX_MESSAGE = 1_000;
const MAX_STACK = 8_000;

/** The statuses of attempts, as the page numbers them: the usual one first. */
const STATUSES: readonly AttemptStatus[] = ["succeeded", "failed", "cancelled", "retried"];

/** A task as the page's tables list it. Times are in milliseconds, points in time from the page's start. */
interface ListedTask {
  readonly id: string;
  readonly name: string;
  readonly status: TaskResult["status"];
  readonly attempts: number;
  readonly worker: number | null;
  readonly waited: number | null;
  readonly ran: number;
}

/** Tasks that ended for one cause, as the page lists them. */
interface ListedCause {
  readonly name: string | null;
  readonly message: string;
  readonly count: number;
  readonly example: ListedTask;
  readonly stack: string | null;
}

/**
 * All that the page shows, as plain data. Times are in milliseconds, points in time from the start of what is
 * shown. What there is much of comes in columns: one list for each field.
 */
export interface PageData {
  readonly verdict: "passed" | "timed out" | "failed" | "cancelled";
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  /** How many tasks' results are known. All below is of those. */
  readonly kept: number;
  readonly retries: number;
  readonly duration: number;
  /** The length of the time that is shown. */
  readonly span: number;
  /** `null` if no task started. */
  readonly latency: { readonly wait: Percentiles; readonly run: Percentiles } | null;
  readonly throughput: Throughput;
  readonly workers: readonly {
    readonly name: string;
    readonly attempts: number;
    readonly busy: number;
  }[];
  readonly rows: readonly string[];
  readonly statuses: readonly AttemptStatus[];
  readonly names: readonly string[];
  readonly messages: readonly string[];
  /** The tasks of the attempts that are drawn one by one. */
  readonly tasks: {
    readonly id: readonly string[];
    readonly name: readonly number[];
    readonly priority: readonly number[];
    readonly attempts: readonly number[];
    readonly createdAt: readonly number[];
    readonly waited: readonly number[];
  };
  readonly attempts: {
    readonly row: readonly number[];
    readonly from: readonly number[];
    readonly to: readonly number[];
    readonly task: readonly number[];
    readonly number: readonly number[];
    readonly status: readonly number[];
    /** Which of the messages; -1 for none. */
    readonly message: readonly number[];
  };
  readonly blocks: {
    readonly row: readonly number[];
    readonly from: readonly number[];
    readonly to: readonly number[];
    readonly count: readonly number[];
    readonly busy: readonly number[];
  };
  readonly slowest: readonly ListedTask[];
  readonly failures: readonly ListedCause[];
  readonly cancellations: readonly ListedCause[];
  /** How many causes there are that are not listed. */
  readonly moreFailures: number;
  readonly moreCancellations: number;
}

/**
 * Computes what a page shows of a run.
 *
 * @param summary The run.
 * @returns Plain data, of limited size however many tasks there were.
 */
export function pageData(summary: RunSummary): PageData {
  const { results, total, succeeded, failed, cancelled, duration } = summary;
  const all = results.flatMap(attemptsOf);
  let start = summary.startedAt;
  let end = start + duration;
  for (const { startedAt, finishedAt } of results) {
    start = Math.min(start, startedAt ?? finishedAt);
    end = Math.max(end, finishedAt);
  }
  const span = end - start;
  const rows = layOut(all);
  const drawn = select(rows, MAX_DRAWN, span);
  const at = (time: number) => micros(time - start);

  const names = new Numbering();
  const messages = new Numbering();
  const tasks = new Map<TaskResult, number>();
  const taskNumber = (result: TaskResult) => {
    const number = tasks.get(result) ?? tasks.size;
    tasks.set(result, number);
    return number;
  };
  const attempts = {
    row: drawn.attempts.map(({ row }) => row),
    from: drawn.attempts.map(({ startedAt }) => at(startedAt)),
    to: drawn.attempts.map(({ finishedAt }) => at(finishedAt)),
    task: drawn.attempts.map(({ result }) => taskNumber(result)),
    number: drawn.attempts.map(({ number }) => number),
    status: drawn.attempts.map(({ status }) => STATUSES.indexOf(status)),
    message: drawn.attempts.map((attempt) => {
      const text = explanation(attempt);
      return text === undefined ? -1 : messages.of(cut(text, MAX_MESSAGE));
    }),
  };
  const shown = [...tasks.keys()];
  const failures = groupByCause(results, "failed");
  const cancellations = groupByCause(results, "cancelled");
  return {
    verdict: verdict(summary),
    ...{ total, succeeded, failed, cancelled, kept: results.length },
    retries: all.filter(({ status }) => status === "retried").length,
    ...{ duration: micros(duration), span: micros(span) },
    latency: all.length === 0 ? null : summary.latency(),
    throughput: throughput(results, start, end),
    workers: workerLoads(rows).map((load) => ({ ...load, busy: micros(load.busy) })),
    rows: rows.map(({ name }) => name),
    statuses: STATUSES,
    tasks: {
      id: shown.map(({ id }) => cut(id, MAX_NAME)),
      name: shown.map(({ name }) => names.of(cut(name, MAX_NAME))),
      priority: shown.map(({ priority }) => priority),
      attempts: shown.map(({ attempts }) => attempts),
      createdAt: shown.map(({ createdAt }) => at(createdAt)),
      waited: shown.map((result) => waited(result)!),
    },
    attempts,
    blocks: {
      row: drawn.blocks.map(({ row }) => row),
      from: drawn.blocks.map(({ startedAt }) => at(startedAt)),
      to: drawn.blocks.map(({ finishedAt }) => at(finishedAt)),
      count: drawn.blocks.map(({ count }) => count),
      busy: drawn.blocks.map(({ busy }) => micros(busy)),
    },
    names: names.texts,
    messages: messages.texts,
    slowest: results.filter(({ startedAt }) => startedAt !== undefined)
      .sort((a, b) => b.duration - a.duration).slice(0, MAX_SLOWEST).map(listed),
    failures: failures.slice(0, MAX_CAUSES).map(listedCause),
    cancellations: cancellations.slice(0, MAX_CAUSES).map(listedCause),
    moreFailures: Math.max(0, failures.length - MAX_CAUSES),
    moreCancellations: Math.max(0, cancellations.length - MAX_CAUSES),
  };
}

/** Numbers texts that come again and again. */
class Numbering {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}

function verdict({ ok, timedOut, failed }: RunSummary): PageData["verdict"] {
  if (ok) return "passed";
  if (timedOut) return "timed out";
  return failed > 0 ? "failed" : "cancelled";
}

/** As `latency()` counts it. */
function waited({ createdAt, scheduledFor, startedAt }: TaskResult): number | null {
  return startedAt === undefined ? null : micros(startedAt - (scheduledFor ?? createdAt));
}

function listed(result: TaskResult): ListedTask {
  const { id, name, status, attempts, workerId, duration } = result;
  return {
    ...{ id: cut(id, MAX_NAME), name: cut(name, MAX_NAME), status, attempts },
    ...{ worker: workerId ?? null, waited: waited(result), ran: micros(duration) },
  };
}

function listedCause({ errorName, message, count, example, stack }: CauseGroup): ListedCause {
  return {
    name: errorName === undefined ? null : cut(errorName, MAX_NAME),
    message: cut(message, MAX_MESSAGE),
    ...{ count, example: listed(example) },
    stack: stack === undefined ? null : cut(stack, MAX_STACK),
  };
}

/** Whole microseconds, in milliseconds: so precise are the times, and more digits only cost room. */
function micros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
