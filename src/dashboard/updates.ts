/**
 * What the server sends to the page. Times are in milliseconds, points in time from when the dashboard was opened.
 *
 * @module
 */
import type { KeyLoad } from "../engine/options.ts";
import type { Percentiles } from "../queue/summary.ts";
import type { ListedCause } from "../report/page_data.ts";
import type { SecondsSeries } from "./seconds.ts";

/** How far back the timeline goes. */
export const TIMELINE_MS = 60_000;

/** What a queue is doing. */
export type QueueState = "running" | "waiting" | "idle" | "paused" | "closed";

/** A queue in the list of all. */
export interface Overview {
  readonly label: string;
  readonly state: QueueState;
  readonly waiting: number;
  readonly running: number;
  readonly failed: number;
  readonly ended: number;
  /** Tasks that ended a second, lately. */
  readonly perSecond: number;
}

/** The numbers of a queue. */
export interface Counts {
  readonly waiting: number;
  readonly scheduled: number;
  readonly running: number;
  /** How many attempts may run at once. */
  readonly workers: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly retried: number;
  readonly abandoned: number;
  /** Held back by a rate or a key. */
  readonly limited: number;
  /** Wait for other tasks. */
  readonly blocked: number;
}

/** The tasks of one name that have ended. */
export interface LiveKind {
  readonly name: string;
  readonly tasks: number;
  readonly failed: number;
  readonly retries: number;
  readonly busy: number;
  /** `null` if none of them started. */
  readonly run: Percentiles | null;
}

/** An attempt that has ended, or runs. */
export interface LiveAttempt {
  readonly id: string;
  readonly name: string;
  readonly worker: number;
  readonly number: number;
  readonly from: number;
  /** What its task was submitted with; `null` if that is nothing. */
  readonly input: string | null;
  /** `null` if it runs. */
  readonly to: number | null;
  /** An index in the statuses of pages. */
  readonly status: number;
  readonly message: string | null;
}

/** Attempts of one worker that follow each other closely. */
export interface LiveBlock {
  readonly worker: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly busy: number;
}

/** One update. */
export interface Update {
  /** Another one is another dashboard: what is known of the one before is of no use. */
  readonly instance: string;
  /** Whether `attempts` and `blocks` are all that the timeline shows, or those since the last update. */
  readonly whole: boolean;
  readonly now: number;
  readonly queues: readonly Overview[];
  /** Which of them all below is of. */
  readonly queue: number;
  readonly counts: Counts;
  readonly perSecond: number;
  /** In how many milliseconds all that there is will have ended; `null` if that can't be told. */
  readonly emptyIn: number | null;
  readonly seconds: SecondsSeries;
  readonly latency: {
    readonly recent: { readonly wait: Percentiles | null; readonly run: Percentiles | null };
    readonly all: { readonly wait: Percentiles | null; readonly run: Percentiles | null };
  };
  readonly kinds: readonly LiveKind[];
  readonly failures: readonly ListedCause[];
  readonly retries: readonly ListedCause[];
  readonly cancellations: readonly ListedCause[];
  readonly keys: readonly KeyLoad[];
  /** Those that have run the longest first. */
  readonly running: readonly LiveAttempt[];
  readonly attempts: readonly LiveAttempt[];
  readonly blocks: readonly LiveBlock[];
}
