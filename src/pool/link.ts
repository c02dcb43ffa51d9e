import type { PoolClaims } from "./claims.ts";
import type { Journal } from "./journal.ts";
import type { DownMessage, Greeting, UpMessage } from "./protocol.ts";

/** How a worker ended. */
export interface Exit {
  readonly exitCode?: number;
  readonly signal?: string;
  /** The error that ended it. */
  readonly error?: unknown;
}

/** Who is told what a worker says and does. */
export interface LinkListener {
  /** The worker says something. */
  received(message: UpMessage): void;
  /** The worker is gone; all it said has been received. */
  closed(exit: Exit): void;
}

/** The pool's end of one worker: a thread or a process. */
export interface WorkerLink {
  /** Who has the tasks that were sent. */
  readonly claims: PoolClaims;
  /** Results that the worker has not sent yet. */
  readonly journal: Journal | undefined;
  /**
   * Sends a message.
   *
   * @throws When something in it can't be sent; then nothing is.
   */
  post(message: DownMessage, transferables?: Transferable[]): void;
  /** Whether the worker keeps the program alive: while it has something to do. */
  hold(busy: boolean): void;
  /** Ends the worker, by force if need be. `closed` is said when it has ended, if that can be had. */
  kill(): void;
  /** Gives the worker up: it can't be ended, and nothing more is said of it. */
  forget(): void;
}

/** Starts a worker. */
export type StartWorker = (greeting: Greeting, listener: LinkListener) => WorkerLink;
