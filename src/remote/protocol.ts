import type { EncodedThrown } from "../lanes/pool/wire/error_codec.ts";
import type { TaskReference } from "../portable/portable.ts";
import type { QueueStats } from "../queue/queue.ts";
import type { TaskStatus } from "../task/handle.ts";
import type { TaskOptions } from "../task/options.ts";
import type { TaskResult, TaskResultBase } from "../task/result.ts";

/**
 * What a shared queue and those who hold an end of one of its ports say to each other. A request has a number,
 * which its answer repeats; a task is named by its id.
 *
 * Up, to the queue: the requests, one a message. Down: an answer to each request; of each admitted task its
 * changes, the last of several in one turn of the event loop, and in the end how it ended; when the queue has
 * closed, that, as the last word. What is said down in one turn goes in one message.
 */
export const SUBMIT = 0;
/** Up: `[ABORT, request, reason]`: the signal of what that request submitted has aborted. */
export const ABORT = 1;
/** Up: `[CANCEL, request, ids, reason]`: cancel tasks. Answered with how many were. */
export const CANCEL = 2;
/** Up: `[SHUTDOWN, request]`: cancel everything. Answered when the queue has closed. */
export const SHUTDOWN = 3;
/** Up: `[STATS, request]`. Answered with the queue's statistics. */
export const STATS = 4;
/** Up: `[AWAIT, 0]`: somebody waits for a task, which starts a queue that was never started. It has no answer. */
export const AWAIT = 5;

/** Down: `[ADMITTED, request, admission]` */
export const ADMITTED = 0;
/** Down: `[ANSWER, request, value]` */
export const ANSWER = 1;
/** Down: `[REFUSED, request, thrown]`: the answer to a request that failed. */
export const REFUSED = 2;
/** Down: `[CHANGED, id, status, attempts, progress]` */
export const CHANGED = 3;
/** Down: `[ENDED, id, result]` */
export const ENDED = 4;
/** Down: `[CLOSED, statistics]`: the queue has closed. */
export const CLOSED = 5;

/** What is said to the queue. */
export type UpMessage =
  | readonly [typeof SUBMIT, number, Batch]
  | readonly [typeof ABORT, number, EncodedThrown]
  | readonly [typeof CANCEL, number, readonly string[], EncodedThrown | undefined]
  | readonly [typeof SHUTDOWN, number]
  | readonly [typeof STATS, number]
  | readonly [typeof AWAIT, 0];

/** What the queue says. */
export type DownMessage =
  | readonly [typeof ADMITTED, number, Admission]
  | readonly [typeof ANSWER, number, unknown]
  | readonly [typeof REFUSED, number, EncodedThrown]
  | readonly [typeof CHANGED, string, TaskStatus, number, unknown]
  | readonly [typeof ENDED, string, SentResult]
  | readonly [typeof CLOSED, QueueStats];

/** What one call submits: all of it or nothing. */
export interface Batch {
  /** The functions, each once, with the name that a task of it has. */
  readonly functions: readonly (readonly [TaskReference, string])[];
  readonly calls: readonly SentCall[];
  /** Whether the tasks are a group; else they are calls of the one function. */
  readonly group: boolean;
  readonly options: Omit<TaskOptions, "signal" | "retryIf">;
  /** Whether they hang on a signal: an `ABORT` may follow. */
  readonly signal: boolean;
  /** The reason, if it has aborted already. */
  readonly aborted: EncodedThrown | undefined;
}

/** Which function, its arguments, and what is to be transferred with them by their positions. */
export type SentCall = readonly [
  number,
  readonly unknown[],
  readonly (readonly [number, readonly Transferable[]])[],
];

/** What became of a batch. */
export interface Admission {
  /** The name of the group, if there is one. */
  readonly groupId: string | undefined;
  readonly tasks: readonly Admitted[];
  /** Whether the queue has been started: otherwise it is to be told when somebody waits. */
  readonly started: boolean;
  /** The zero of the owner's `performance.now()`: each thread has its own. */
  readonly timeOrigin: number;
}

/** What is known of a task once it is admitted. */
export interface Admitted {
  readonly id: string;
  readonly name: string;
  readonly priority: number;
  readonly groupId: string | undefined;
  readonly mustComplete: boolean;
  readonly detached: boolean;
  readonly createdAt: number;
  readonly scheduledFor: number | undefined;
  readonly status: TaskStatus;
}

/** How a task ended. */
export interface SentResult {
  readonly status: TaskResult["status"];
  /** The encoded value of a task that succeeded, else the encoded error or reason. */
  readonly outcome: unknown;
  /** What the result says besides; the metadata the submitter has. */
  readonly base: Omit<TaskResultBase, "metadata">;
  /** What the task last reported. */
  readonly progress: unknown;
}
