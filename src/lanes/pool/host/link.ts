import type { Task } from "../../../task/task.ts";
import type { PoolClaims } from "../wire/claims.ts";
import type { PoolJournal } from "../wire/journal.ts";
import type { DownMessage, Greeting, UpMessage } from "../wire/protocol.ts";

/** How a worker ended. */
export interface Exit {
  readonly exitCode?: number;
  readonly signal?: string;
  /** That it ran out of memory, and how that is known. */
  readonly outOfMemory?: string;
  /** The error that ended it. */
  readonly error?: unknown;
}

/** Who is told what a worker says and does. */
export interface LinkListener {
  /** The worker says something. */
  received(message: UpMessage): void;
  /** The task that a ticket stands for, while the worker has it. */
  taskOf(ticket: number): Task | undefined;
  /** The worker should be replaced once it has done what it has begun. */
  outgrown(): void;
  /** The worker is gone; all it said has been received. */
  closed(exit: Exit): void;
}

/** The pool's end of one worker: a thread or a process. */
export interface WorkerLink {
  /** Who has the tasks that were sent. */
  readonly claims: PoolClaims;
  /** Results that the worker has not sent yet. */
  readonly journal: PoolJournal | undefined;
  /**
   * Sends a message.
   *
   * @throws When something in it can't be sent; then nothing is.
   */
  post(message: DownMessage, transferables?: Transferable[]): void;
  /** Whether what is transferred is gone here, instead of being copied. */
  readonly handsOver?: boolean;
  /** Whether it is still being loaded and can't hear that it is to end. Absent where it can be ended at any time. */
  readonly loading?: boolean;
  /** Whether so much has been sent that was not taken yet that no task should be sent ahead. */
  readonly full?: boolean;
  /** Whether a value could be sent, where that isn't just whether it can be cloned. */
  canSend?(value: unknown): boolean;
  /** Resolves when what the worker has sent so far has been received. Absent where it always has been. */
  catchUp?(): Promise<void>;
  /** Whether the worker keeps the program alive: while it has something to do. */
  hold(busy: boolean): void;
  /** Ends the worker, by force if need be. `closed` is said when it has ended. */
  kill(): void;
  /** Gives up waiting for the worker's end: it doesn't keep the program alive. `closed` may still be said. */
  forget(): void;
}

/**
 * Starts a worker.
 *
 * @param kind Its kind, where a pool's workers are not all alike.
 * @throws When it can't be: not permitted, or something in the greeting can't be sent.
 */
export type StartWorker = (
  greeting: Greeting,
  listener: LinkListener,
  kind: string | undefined,
) => WorkerLink;
