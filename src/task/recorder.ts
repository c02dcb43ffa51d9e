/** A success, as it is recorded. */
export interface Success {
  /** What kind of work it is of. */
  readonly namespace: string;
  /** Which input it is of. */
  readonly key: string;
  /** What the task returned. */
  readonly value: unknown;
}

/** What has been recorded of a success. */
export interface RecordedValue {
  /** What the task returned, as far as it was kept. */
  readonly value: unknown;
}

/**
 * Where the successes of tasks are recorded, so that they need not be run again. The class `Checkpoint` of
 * `@trilane/trilane/checkpoint` is one on SQLite.
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
