/**
 * A success, as it is recorded.
 *
 * @example
 * ```ts
 * import type { Success } from "@trilane/trilane/checkpoint";
 *
 * const success: Success = { namespace: "visit", key: "ada", value: 3 };
 * console.log(`${success.namespace} ${success.key}: ${success.value}`); // visit ada: 3
 * ```
 */
export interface Success {
  /** What kind of work it is of. */
  readonly namespace: string;
  /** Which input it is of. */
  readonly key: string;
  /** What the task returned. */
  readonly value: unknown;
}

/**
 * What has been recorded of a success.
 *
 * @example
 * ```ts
 * import { Checkpoint, type RecordedValue } from "@trilane/trilane/checkpoint";
 *
 * using checkpoint = new Checkpoint(":memory:");
 * checkpoint.record("visit", "ada", 3);
 * const recorded: RecordedValue | undefined = checkpoint.lookup("visit", "ada");
 * console.log(recorded?.value); // 3
 * ```
 */
export interface RecordedValue {
  /** What the task returned, as far as it was kept. */
  readonly value: unknown;
}

/**
 * Where the successes of tasks are recorded, so that they need not be run again. The class `Checkpoint` of
 * `@trilane/trilane/checkpoint` is one on SQLite.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type Recorder } from "@trilane/trilane";
 *
 * // Remembers in memory alone.
 * const values = new Map<string, unknown>();
 * const memory: Recorder = {
 *   lookupAll: (namespace, keys) =>
 *     keys.map((key) => `${namespace} ${key}`).map((id) =>
 *       values.has(id) ? { value: values.get(id) } : undefined
 *     ),
 *   recordAll(successes) {
 *     for (const { namespace, key, value } of successes) values.set(`${namespace} ${key}`, value);
 *   },
 * };
 * const double = (n: number) => n * 2;
 * await using queue = new AsyncQueue();
 * await queue.submit(double, [21], { checkpoint: memory });
 * const again = await queue.submit(double, [21], { checkpoint: memory });
 * console.log(again.status, again.attempts); // succeeded 0
 * ```
 */
export interface Recorder {
  /**
   * Looks successes up.
   *
   * @param namespace What kind of work they are of.
   * @param keys Which inputs they are of.
   * @returns For each key what is recorded; `undefined` if no success is.
   * @throws When it can't tell.
   */
  lookupAll(namespace: string, keys: readonly string[]): (RecordedValue | undefined)[];
  /**
   * Records successes: all of them, for good, before it returns. A value that can't be recorded is left out
   * and reported.
   *
   * @param successes The successes. A later one replaces an earlier one of the same namespace and key.
   * @throws When none of them could be recorded.
   */
  recordAll(successes: readonly Success[]): void;
}

/** Where the success of one task is recorded. */
export interface Entry extends Omit<Success, "value"> {
  readonly recorder: Recorder;
}

/**
 * How work goes on where an earlier run of the program stopped. An input whose success is recorded is not submitted: its
 * handle is done from the start, with the recorded value and no attempt.
 *
 * * Such a task counts as succeeded, in groups, summaries and `onComplete` as well. `onStart` is not
 *   called for it, a full queue has room for it, and its options are of no consequence.
 * * Only successes are recorded, each before its handle settles. A value that the checkpoint can't record
 *   is reported and its input runs again next time; the task has succeeded all the same.
 * * A success that can't be recorded because the checkpoint fails (the disk is full, it was closed) is none:
 *   the task fails with a `TrilaneError` whose `cause` says why, and isn't retried. An input whose task has
 *   succeeded for all that the program knows is never run again.
 * * While a success is being recorded its task can't be cancelled any more, not by force either.
 * * The queue doesn't close the checkpoint.
 *
 * `I` is what one item of a batch may be.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type ResumeOptions } from "@trilane/trilane";
 * import { Checkpoint } from "@trilane/trilane/checkpoint";
 *
 * using checkpoint = new Checkpoint(":memory:");
 * const resume: ResumeOptions<{ id: number }> = { checkpoint, key: ({ id }) => `${id}`, namespace: "v2" };
 * await using queue = new AsyncQueue();
 * await queue.group(({ id }: { id: number }) => id * 2, [{ id: 1 }, { id: 2 }], resume).wait();
 * console.log(checkpoint.count("v2")); // 2
 * ```
 */
export interface ResumeOptions<I = unknown> {
  /** Where successes are recorded: a `Checkpoint`. Default: nowhere. */
  readonly checkpoint?: Recorder;
  /**
   * What an item is known by: the same text in each run, different for different work. Default: the item as
   * canonical JSON, with sorted keys; for a call of a group of different functions the function's name comes
   * first. Of no consequence without `checkpoint`.
   *
   * @param item The item as it was given: for arguments in an array, the array. Of `submit` the one argument, if there is
   * one that is no array, or else the array of all.
   * @returns The key.
   */
  key?(item: I): string;
  /**
   * What keeps the keys apart from those of other work in the same checkpoint. Default: the task's name, which
   * is `"anonymous"` for a function without one; a group of different functions must be given one. Of no
   * consequence without `checkpoint`.
   */
  readonly namespace?: string;
}
