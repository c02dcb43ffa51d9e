/** What goes wrong with an attempt. */
export type Fault =
  /** Its worker dies, which fails it with `WorkerCrashError`. */
  | "crash"
  /** It never ends, until it is interrupted. Its function isn't called. */
  | "hang"
  /**
   * It begins late, by this many milliseconds of the queue's clock: its timeout counts from then on. A worker that keeps its
   * task waiting for longer than the timeout, and for a second at least, is replaced, and the task goes to another one.
   */
  | { readonly delay: number }
  /** It throws this. Its function isn't called. */
  | Error;

/** An attempt that something may go wrong with. */
export interface InlineAttempt {
  /** The task's name. */
  readonly name: string;
  /** 1 on the first attempt. */
  readonly attempt: number;
  /** A copy of its arguments. */
  readonly args: readonly unknown[];
}

/**
 * Decides what goes wrong.
 *
 * @param attempt The attempt that is about to begin.
 * @returns What goes wrong with it; nothing if `undefined`. What this throws, the attempt throws.
 */
export type Faults = (attempt: InlineAttempt) => Fault | undefined;
