import type { Percentiles } from "../queue/summary.ts";
import type { AttemptStatus } from "./attempts.ts";
import type { Peaks } from "./levels.ts";
import type { PackedTexts } from "./packing.ts";
import type { Throughput } from "./statistics.ts";

/** The statuses of attempts, as pages number them: the usual one first. Tasks have the first three. */
export const STATUSES: readonly (AttemptStatus | "running")[] = [
  ...["succeeded", "failed", "cancelled", "retried", "running"] as const,
];

/** Tasks or attempts that ended for one cause, as a page lists them. */
export interface ListedCause {
  readonly name: string | null;
  readonly message: string;
  readonly count: number;
  /** What one of them is called. */
  readonly example: { readonly id: string; readonly name: string };
  readonly stack: string | null;
}

/** The tasks of one name. Times are in milliseconds. */
export interface Kind {
  readonly name: string;
  readonly tasks: number;
  readonly started: number;
  readonly failed: number;
  readonly retries: number;
  /** How long their attempts ran, together. */
  readonly busy: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/**
 * All that a report shows, as plain data. Times are in milliseconds, points in time from the start of what is shown.
 * What there is much of comes in columns, one for each field, packed; times in them are in whole microseconds.
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
  /** How much waited and ran, in the same stretches of time as `throughput`. */
  readonly peaks: Peaks;
  readonly workers: readonly {
    readonly name: string;
    readonly attempts: number;
    readonly busy: number;
  }[];
  /** The names that took the most time. */
  readonly kinds: readonly Kind[];
  readonly moreKinds: number;
  readonly failures: readonly ListedCause[];
  readonly retryCauses: readonly ListedCause[];
  readonly cancellations: readonly ListedCause[];
  /** How many causes there are that are not listed. */
  readonly moreFailures: number;
  readonly moreRetryCauses: number;
  readonly moreCancellations: number;
  readonly rows: readonly string[];
  /** The names of `kinds` come first, in their order. */
  readonly names: PackedTexts;
  readonly messages: PackedTexts;
  readonly metadata: PackedTexts;
  readonly groups: PackedTexts;
  readonly priorities: PackedTexts;
  readonly idPrefixes: readonly string[];
  /** How many texts were too much for the page. */
  readonly textsLeftOut: number;
  /** The tasks that are listed and drawn one by one. -1 stands for none. */
  readonly tasks: {
    readonly count: number;
    readonly idPrefix: string;
    /** The number that its id ends with, as the difference to the one before. */
    readonly idNumber: string;
    readonly name: string;
    readonly status: string;
    readonly priority: string;
    readonly attempts: string;
    readonly waited: string;
    readonly message: string;
    readonly metadata: string;
    readonly group: string;
  };
  readonly attempts: {
    readonly row: string;
    /** Since the end of the one before on its row. */
    readonly gap: string;
    readonly ran: string;
    /** As the difference to the one before. */
    readonly task: string;
    readonly number: string;
    readonly status: string;
    readonly message: string;
  };
  /** What is drawn together. */
  readonly blocks: {
    readonly row: readonly number[];
    readonly from: readonly number[];
    readonly to: readonly number[];
    readonly count: readonly number[];
    readonly busy: readonly number[];
  };
}
