import { causeKey } from "../base/cause_key.ts";
import { checks, ownOptions } from "../base/checks.ts";
import { ExecutionError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type { Tally } from "../engine/history.ts";
import { outcomeError } from "../task/outcome.ts";
import type { CancelledResult, FailedResult, SucceededResult, TaskResult } from "../task/result.ts";
import { resultJson } from "../task/result_json.ts";

/**
 * How a set of durations is spread, in milliseconds; all 0 for an empty set.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type Percentiles } from "@trilane/trilane";
 *
 * const line = ({ p50, p99 }: Percentiles) => `half within ${p50} ms, nearly all within ${p99} ms`;
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * const { run, wait } = (await queue.run()).latency();
 * console.log(line(wait), line(run));
 * ```
 */
export interface Percentiles {
  /** Half of them took no longer than this. */
  readonly p50: number;
  /** 95 of 100 took no longer. */
  readonly p95: number;
  /** 99 of 100 took no longer. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
}

/** How many causes of failures the printed summary lists. */
const MAX_LISTED_CAUSES = 10;

/**
 * What came of a run or a group: counts of all its tasks that are not `detached`, and the results that the
 * queue's `retain` option keeps.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * const summary = await queue.run();
 * console.log(summary.ok, summary.values); // true [ 1, 4, 9 ]
 * summary.display();
 * ```
 */
export class RunSummary<T = unknown> {
  /** How many tasks ended. */
  readonly total: number;
  /** How many of them succeeded. */
  readonly succeeded: number;
  /** How many of them failed. */
  readonly failed: number;
  /** How many of them were cancelled. */
  readonly cancelled: number;
  /** Whether the run was ended by its timeout. */
  readonly timedOut: boolean;
  /** When it started, on the `performance.now()` time line, in milliseconds. */
  readonly startedAt: number;
  /** How long it took, in milliseconds. */
  readonly duration: number;
  readonly #makeResults: () => readonly TaskResult<T>[];
  #results: readonly TaskResult<T>[] | undefined;

  /**
   * Made by `run()` and `group.wait()`.
   *
   * @param tally How many tasks ended in which way.
   * @param results Makes the results that are kept, in order of completion, when they are first asked for.
   * @param run How the run went.
   */
  constructor(
    tally: Tally,
    results: () => readonly TaskResult<T>[],
    run: { readonly timedOut: boolean; readonly startedAt: number; readonly duration: number },
  ) {
    this.succeeded = tally.succeeded;
    this.failed = tally.failed;
    this.cancelled = tally.cancelled;
    this.total = tally.succeeded + tally.failed + tally.cancelled;
    this.timedOut = run.timedOut;
    this.startedAt = run.startedAt;
    this.duration = run.duration;
    this.#makeResults = results;
  }

  /** The results that are kept, in order of completion. */
  get results(): readonly TaskResult<T>[] {
    return this.#results ??= this.#makeResults();
  }

  /** Whether every task succeeded, within the time. */
  get ok(): boolean {
    return this.failed === 0 && this.cancelled === 0 && !this.timedOut;
  }

  /** The values of the tasks that succeeded, in order of completion. */
  get values(): T[] {
    return this.successes().map((result) => result.value);
  }

  /** The results of the tasks that failed. */
  get errors(): FailedResult[] {
    return this.results.filter((result) => result.status === "failed");
  }

  /**
   * Picks the tasks that succeeded.
   *
   * @returns Their results.
   */
  successes(): SucceededResult<T>[] {
    return this.results.filter((result) => result.status === "succeeded");
  }

  /**
   * Picks the tasks that were cancelled.
   *
   * @returns Their results.
   */
  cancellations(): CancelledResult[] {
    return this.results.filter((result) => result.status === "cancelled");
  }

  /**
   * Looks results up by task.
   *
   * @returns The result of each task id.
   */
  byId(): Map<string, TaskResult<T>> {
    return new Map(this.results.map((result) => [result.id, result]));
  }

  /**
   * Looks results up by name.
   *
   * @returns The results of each task name.
   */
  byName(): Map<string, TaskResult<T>[]> {
    return Map.groupBy(this.results, (result) => result.name);
  }

  /**
   * Looks results up by group.
   *
   * @returns The results of each `groupId`; those of no group under `undefined`.
   */
  byGroup(): Map<string | undefined, TaskResult<T>[]> {
    return Map.groupBy(this.results, (result) => result.groupId);
  }

  /**
   * Throws unless all went well.
   *
   * @param options Whether cancelled tasks count too. Default: only failed ones.
   * @throws {ExecutionError} When a task failed.
   * @throws {TypeError} When an option is unknown or of the wrong type.
   */
  throwIfFailed(options: { readonly includeCancelled?: boolean } = {}): void {
    const { includeCancelled = false } = ownOptions("throwIfFailed", options, {
      includeCancelled: checks.boolean,
    });
    const count = this.failed + (includeCancelled ? this.cancelled : 0);
    if (count === 0) return;
    const bad = this.results.filter((result) =>
      result.status === "failed" || (includeCancelled && result.status === "cancelled")
    );
    throw executionError(bad, count, this.total);
  }

  /**
   * How long tasks waited (from submission, or from when they were due, to their first start) and ran
   * (from the first start to the end, waits between attempts included). Percentiles are taken by the nearest rank,
   * over the results that are kept.
   *
   * @returns Percentiles in milliseconds, of the tasks that started.
   */
  latency(): { wait: Percentiles; run: Percentiles } {
    const started = this.results.filter((result) => result.startedAt !== undefined);
    return {
      wait: percentiles(
        started.map((result) => result.startedAt! - (result.scheduledFor ?? result.createdAt)),
      ),
      run: percentiles(started.map((result) => result.duration)),
    };
  }

  /** Prints the summary to the console. */
  display(): void {
    console.log(this.toString());
  }

  /**
   * Makes the text that `display` prints.
   *
   * @returns Counts, times and the failures, a line for each cause, the most frequent first: messages that differ in numbers
   * alone are one. Control characters are escaped.
   */
  toString(): string {
    const rule = "-".repeat(48);
    const verdict = this.ok
      ? "passed"
      : this.timedOut
      ? "timed out"
      : this.failed > 0
      ? "completed with failures"
      : "completed with cancellations";
    const lines = [
      rule,
      `Run summary: ${verdict}`,
      rule,
      `Tasks      ${this.total}`,
      `Succeeded  ${this.succeeded}`,
      `Failed     ${this.failed}`,
      `Cancelled  ${this.cancelled}`,
      `Duration   ${seconds(this.duration)}`,
    ];
    if (this.results.length > 0) {
      const { wait, run } = this.latency();
      lines.push(`Waited     ${spread(wait)}`, `Ran        ${spread(run)}`);
    }
    const { errors } = this;
    if (errors.length > 0) {
      lines.push(rule, "Failures:");
      lines.push(...causeLines(errors, this.failed));
    }
    return [...lines, rule].join("\n");
  }

  /**
   * Makes what `JSON.stringify` writes.
   *
   * @returns Plain data: times as ISO dates, errors as objects, what JSON can't hold as text.
   */
  toJSON(): unknown {
    const { total, succeeded, failed, cancelled, timedOut, duration } = this;
    const results = this.results.map(resultJson);
    return { total, succeeded, failed, cancelled, timedOut, duration, results };
  }
}

/**
 * The error for a batch that did not wholly succeed.
 *
 * @param bad The results that are known of those that did not succeed.
 * @param count How many did not succeed.
 * @param total Of how many.
 * @returns The error to throw.
 */
export function executionError<T>(
  bad: readonly TaskResult<T>[],
  count: number,
  total: number,
): ExecutionError<TaskResult<T>> {
  const [first] = bad;
  const detail = first === undefined ? "" : `; the first was '${first.name}': ${first.message}`;
  return new ExecutionError(
    bad.map(outcomeError),
    `${count} of ${total} tasks did not succeed${detail}`,
    bad,
  );
}

function percentiles(values: number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: rank(1) };
}

function spread({ p50, p95, max }: Percentiles): string {
  return `${seconds(p50)} (median), ${seconds(p95)} (95 %), ${seconds(max)} (longest)`;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/**
 * Lists why tasks failed.
 *
 * @param errors The failures that are kept.
 * @param failed How many tasks failed.
 * @returns A line for each of the most frequent causes, and one for all that these leave out.
 */
function causeLines(errors: readonly FailedResult[], failed: number): string[] {
  const causes = [...Map.groupBy(errors, ({ message }) => causeKey(`${message}`)).values()]
    .sort((a, b) => b.length - a.length)
    .slice(0, MAX_LISTED_CAUSES);
  const lines = causes.map((group) => {
    const { name, attempts, message } = group[0]!;
    const others = group.some((each) => each.name !== name) ? ", …" : "";
    const tries = group.length > 1
      ? ` (${group.length} tasks)`
      : attempts > 1
      ? ` (${attempts} attempts)`
      : "";
    return printable(`  ${name}${others}${tries}: ${message}`);
  });
  const more = failed - causes.flat().length;
  return more > 0 ? [...lines, `  and ${more} more`] : lines;
}
