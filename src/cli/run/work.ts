import type { QueueOptions } from "../../engine/options.ts";
import type { TaskQueue } from "../../queue/queue.ts";
import type { TaskResult } from "../../task/result.ts";
import type { AnyFunction } from "../../task/task.ts";
import type { Input } from "../input/format.ts";
import type { Outcome } from "../output/outcome.ts";

/** What is done for each input: a function is called, or a command run. */
export interface Work {
  /** What its tasks are called. */
  readonly name: string;
  /** What it is called as a whole. */
  readonly title: string;
  /** What keeps its checkpoint's records apart from those of other work. */
  readonly namespace: string;
  /** Whether an earlier version may have recorded under this namespace. */
  isEarlierNamespace(namespace: string): boolean;
  /** Whether its values are texts to be printed as they are, without a line end added. */
  readonly printsWhole: boolean;
  /**
   * Makes the queue that it runs on.
   *
   * @param options The queue's options.
   */
  createQueue(options: QueueOptions): TaskQueue;
  /**
   * Finds the function that its tasks run.
   *
   * @param signal Gives it up.
   * @throws {UsageError} (rejects) When there is none.
   */
  prepare(signal: AbortSignal): Promise<AnyFunction>;
  /** The arguments for some inputs: one, or several where the work takes batches. */
  argsFor(inputs: readonly Input[]): unknown[];
  /**
   * What came of some inputs, one for each.
   *
   * @param inputs The inputs of a task.
   * @param result How the task ended.
   */
  outcomes(inputs: readonly Input[], result: TaskResult): Outcome[];
  /** What came of an input in an earlier run, of which its value is known. */
  earlier(input: Input, value: unknown): Outcome;
  /** What would be run, as text. */
  describe(inputs: readonly Input[]): string;
  /** Ends whatever runs, at once. */
  kill(): void;
  /** Waits until nothing runs any more that the queue doesn't know of. */
  gone(): Promise<void>;
}
