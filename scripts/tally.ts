/**
 * How many tests passed and failed, read from the JUnit report that each runner writes.
 *
 * @module
 */

/** A count of tests. */
export interface Tally {
  /** Tests that ran and passed. */
  passed: number;
  /** Tests that failed, were cancelled or ran into an error. */
  failed: number;
}

/**
 * Counts what a run reported. A run that failed without naming a failed test (a type error, an
 * error outside the tests, a crash) counts as one failure, and so does one that left no report.
 *
 * @param report the JUnit report, `undefined` when there is none
 * @param succeeded whether the runner exited with status 0
 * @returns the count
 */
export function tally(report: string | undefined, succeeded: boolean): Tally {
  const totals = report?.match(/<testsuites [^>]*>/)?.[0];
  if (report === undefined || totals === undefined) return { passed: 0, failed: 1 };
  const total = (name: string) => Number(totals.match(` ${name}="(\\d+)"`)?.[1] ?? 0);
  const failed = total("failures") + total("errors");
  const skipped = report.match(/<skipped\b/g)?.length ?? 0;
  return {
    passed: total("tests") - failed - skipped,
    failed: failed === 0 && !succeeded ? 1 : failed,
  };
}
