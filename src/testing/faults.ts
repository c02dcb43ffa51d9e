/**
 * What goes wrong with an attempt.
 *
 * @example
 * ```ts
 * import { inlineTask } from "@trilane/trilane";
 * import { type Fault, InlineQueue } from "@trilane/trilane/testing";
 *
 * const trouble: (Fault | undefined)[] = ["crash", new Error("Out of luck"), undefined];
 * await using queue = new InlineQueue({ faults: ({ attempt }) => trouble[attempt - 1] });
 * const result = await queue.submit(inlineTask(() => 42), { retries: 2 });
 * console.log(result.status, result.attempts); // succeeded 3
 * ```
 */
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

/**
 * An attempt that something may go wrong with.
 *
 * @example
 * ```ts
 * import { inlineTask } from "@trilane/trilane";
 * import { type InlineAttempt, InlineQueue } from "@trilane/trilane/testing";
 *
 * const crashOnZero = ({ args }: InlineAttempt) => args[0] === 0 ? "crash" as const : undefined;
 * await using queue = new InlineQueue({ faults: crashOnZero });
 * const handles = queue.map(inlineTask((n: number) => 1 / n), [1, 0]);
 * await queue.run();
 * console.log(handles.map(({ status }) => status)); // [ "succeeded", "failed" ]
 * ```
 */
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
 *
 * @example
 * ```ts
 * import { inlineTask } from "@trilane/trilane";
 * import { type Faults, InlineQueue } from "@trilane/trilane/testing";
 *
 * const onceInThree: Faults = ({ attempt }) => attempt % 3 === 1 ? new Error("Busy") : undefined;
 * await using queue = new InlineQueue({ faults: onceInThree });
 * const result = await queue.submit(inlineTask(() => "saved"), { retries: 1 });
 * console.log(result.status, result.attempts); // succeeded 2
 * ```
 */
export type Faults = (attempt: InlineAttempt) => Fault | undefined;
