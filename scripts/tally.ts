/**
 * How many tests passed and failed, and which, read from the JUnit report that each runner writes.
 *
 * @module
 */

/** A count of tests. */
export interface Tally {
  /** Tests that ran and passed. */
  passed: number;
  /** Tests that failed, were cancelled or ran into an error. */
  failed: number;
  /** The name of each failed test with the error below it. */
  failures: string[];
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** XML's named and decimal references, all that the runners write. */
function decode(text: string): string {
  return text.replace(
    /&(?:#(\d+)|(\w+));/g,
    (whole, code, name) => code ? String.fromCodePoint(Number(code)) : ENTITIES[name] ?? whole,
  );
}

/** What counts the tests: attributes of the whole or, from Node, comments at its end. */
const TOTALS = /<testsuites [^>]*>|<!-- tests \d+ -->(?:\s*<!-- \w+ [\d.]+ -->)*/;

/** What tests that did not pass are counted as. */
const FAILED = ["failures", "errors", "fail", "cancelled"];

/** A test's name, then what its error says: at length or, without a stack, as an attribute alone. */
const FAILURE =
  /<testcase name="([^"]*)"[^>]*[^/]>\s*<(?:failure|error)\b(?:[^>]*[^/]>([^<]*)<|[^>]* message="([^"]*)"[^>]*\/>)/g;

/**
 * Counts what a run reported. A run that failed without naming a failed test (a type error, an
 * error outside the tests, a crash) counts as one failure, and so does one that left no report.
 *
 * @param report the JUnit report, `undefined` when there is none
 * @param succeeded whether the runner exited with status 0
 * @returns the count, and what failed
 */
export function tally(report: string | undefined, succeeded: boolean): Tally {
  const totals = report?.match(TOTALS)?.[0];
  if (report === undefined || totals === undefined) return { passed: 0, failed: 1, failures: [] };
  const total = (name: string) => Number(totals.match(`\\b${name}[ =]"?(\\d+)`)?.[1] ?? 0);
  const failed = FAILED.reduce((sum, name) => sum + total(name), 0);
  const skipped = report.match(/<skipped\b/g)?.length ?? 0;
  return {
    passed: total("tests") - failed - skipped,
    failed: failed === 0 && !succeeded ? 1 : failed,
    failures: Array.from(
      report.matchAll(FAILURE),
      ([, name, text, message]) => `${decode(name!)}\n${decode(text ?? message!).trim()}`,
    ),
  };
}
