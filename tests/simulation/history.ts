/**
 * What is written down while a program runs: all that can be seen of the queues from without, and what really
 * happens to attempts and workers. The checker knows nothing else.
 *
 * @module
 */
import type { QueueStats, RunSummary, TaskStatus } from "../../mod.ts";
import type { QueueScript, RunScript, TaskScript } from "./program.ts";

/** The counts of a summary, and how many results it holds. */
export type SummaryCounts =
  & Pick<RunSummary, "total" | "succeeded" | "failed" | "cancelled" | "timedOut">
  & { readonly results: readonly number[] };

/** When an attempt was under way, as the result of its task has it. */
export interface Span {
  /** The worker's id. */
  readonly worker: number;
  readonly from: number;
  readonly to: number;
}

/** What a call was that settles some time. */
export type Call =
  | { readonly what: "run"; readonly run: RunScript; readonly signal?: number }
  | { readonly what: "submitWhenReady"; readonly signal?: number }
  | { readonly what: "stream"; readonly window: number; readonly signal?: number }
  | { readonly what: "group"; readonly tasks: readonly number[] }
  | { readonly what: "wait"; readonly task: number }
  | { readonly what: "shutdown"; readonly force: boolean }
  | { readonly what: "start" | "join" };

/** Something that happened. Tasks and signals are known by their numbers. */
export type Happening =
  // What is done to the queue
  | { readonly is: "opened"; readonly options: QueueScript }
  | {
    readonly is: "admitted";
    readonly task: number;
    readonly script: TaskScript;
    readonly signal?: number;
    /** The wall-clock time of its `runAt`. */
    readonly runAt?: number;
    /** When it was submitted, at the earliest and at the latest. */
    readonly createdFrom: number;
    readonly createdAt: number;
    /** The tasks that say that they have ended, even if that has not been told; it may be one of them. */
    readonly ended: readonly number[];
    /** The tasks that it waits for, of all queues. */
    readonly after: readonly string[];
    /** How those of them have ended that say that they have, even if that has not been told. */
    readonly endsBefore: readonly (readonly [id: string, status: TaskStatus])[];
    /** Whether it may have been admitted before it is heard of. */
    readonly unheard: boolean;
  }
  /** A call that submits several tasks begins, or is over: in between hooks may be called. */
  | { readonly is: "submitting" | "submitted"; readonly count: number }
  | { readonly is: "refused"; readonly wanted: number; readonly error: string }
  | {
    /** A submission with a `dedupe`: the tasks that could stand for it, and which does. */
    readonly is: "deduped";
    readonly twins: readonly number[];
    readonly task?: number;
    readonly isNew: boolean;
    readonly error?: string;
  }
  | { readonly is: "cancelling"; readonly task: number; readonly why: string }
  | {
    readonly is: "cancelled";
    readonly task: number;
    readonly said: boolean;
    readonly status: TaskStatus;
  }
  | { readonly is: "leaving"; readonly tasks: readonly number[] }
  | { readonly is: "aborting"; readonly signal: number }
  | {
    readonly is: "aborted";
    readonly signal: number;
    /** The tasks that say that they have ended, even if that has not been told. */
    readonly ended: readonly number[];
  }
  | { readonly is: "resized"; readonly workers: number }
  | { readonly is: "paused" | "resumed" | "cleared" | "resetting" }
  | { readonly is: "reset"; readonly error?: string }
  | { readonly is: "wall clock set" }
  | { readonly is: "asked"; readonly call: number } & Call
  | {
    readonly is: "answered";
    readonly call: number;
    readonly error?: string;
    readonly summary?: SummaryCounts;
  }
  // What the queue says
  | { readonly is: "started"; readonly task: number; readonly attempt: number }
  | {
    readonly is: "retried";
    readonly task: number;
    readonly attempt: number;
    readonly error: string;
  }
  | {
    readonly is: "done";
    readonly task: number;
    readonly status: TaskStatus;
    readonly attempts: number;
    /** The value, the error or the reason. */
    readonly outcome: string;
    /** When its attempts were under way, and by which workers, as its result has it. */
    readonly spans: readonly Span[];
  }
  | { readonly is: "heard done"; readonly task: number }
  // What really happens to workers, which are numbered in the order of their starts
  | { readonly is: "worker starts"; readonly worker: number; readonly id: number }
  | {
    /** It has said that it is ready; its start has failed; it is told to end; it is gone. */
    readonly is: "worker ready" | "worker fails" | "worker killed" | "worker gone";
    readonly worker: number;
  }
  /** Whether a worker keeps the program alive. */
  | { readonly is: "worker held"; readonly worker: number; readonly busy: boolean }
  /** A worker that was told to end goes on all the same. */
  | { readonly is: "worker abandoned"; readonly worker: number }
  | {
    readonly is: "sent";
    readonly task: number;
    readonly attempt: number;
    readonly worker: number;
  }
  /** A task that was sent has not begun and never will, there. */
  | { readonly is: "taken back"; readonly task: number; readonly worker: number }
  // What really happens to attempts
  | {
    readonly is: "begins";
    readonly task: number;
    readonly attempt: number;
    readonly worker?: number;
  }
  /** Its function is called; it has asked for its signal or its state. */
  | { readonly is: "called"; readonly task: number; readonly attempt: number }
  | { readonly is: "touched"; readonly task: number; readonly attempt: number }
  /** It listens to its signal; that has aborted. */
  | { readonly is: "listens" | "hears"; readonly task: number; readonly attempt: number }
  /** How it ended is noted where the pool can read it, has come to the pool, or never will. */
  | {
    readonly is: "noted" | "on its way" | "told" | "lost";
    readonly task: number;
    readonly attempt: number;
  }
  | {
    readonly is: "ends";
    readonly task: number;
    readonly attempt: number;
    readonly how: "value" | "throw" | "crash" | "stopped";
  }
  | { readonly is: "is abandoned"; readonly task: number; readonly attempt: number }
  | { readonly is: "lends"; readonly task: number; readonly attempt: number }
  | { readonly is: "goes on"; readonly task: number; readonly attempt: number }
  /** The program has done nothing but run one function until now. */
  | { readonly is: "computed" }
  // What can be seen when all that could happen at this time has happened
  | {
    readonly is: "still";
    readonly stats: QueueStats;
    readonly activeCount: number;
    readonly pendingCount: number;
    readonly results: number;
    readonly statuses: readonly (readonly [task: number, status: TaskStatus])[];
    readonly limit: number;
    /** Timers that the queue has set, and among them those that close idle workers. */
    readonly timers: number;
    readonly idleTimers: number;
    /** Whether nothing will happen any more by itself. */
    readonly calm: boolean;
  }
  | {
    readonly is: "listened";
    readonly listeners: readonly (readonly [signal: number, count: number])[];
  }
  | { readonly is: "failure"; readonly error: string }
  /** All is over: nothing may be left. */
  | { readonly is: "ended" };

/** Something that happened, with the times on both clocks. */
export type Event = Happening & {
  /** The queue that it happened to; -1: all. */
  readonly queue: number;
  readonly at: number;
  readonly wall: number;
};

/** All that happened, in order. */
export type History = readonly Event[];
