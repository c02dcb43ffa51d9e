/**
 * Sources for streams that tell how they were used.
 *
 * @module
 */

/** What a source has seen. */
export interface SourceLog {
  /** How many items it was asked for. */
  pulled: number;
  /** How often it was told to return. */
  returned: number;
}

/** A source and its log. */
export interface LoggedSource<T> {
  readonly log: SourceLog;
  readonly source: Iterable<T> | AsyncIterable<T>;
}

/**
 * Makes a source of the given kind.
 *
 * @param kind whether it answers at once or by a promise
 * @param item makes the item of a number from 0; what it throws is thrown by the source
 * @param length after how many items it ends
 */
export function makeSource<T>(
  kind: "sync" | "async",
  item: (n: number) => T,
  length = Infinity,
): LoggedSource<T> {
  const log = { pulled: 0, returned: 0 };
  const next = (): IteratorResult<T> => {
    if (log.pulled >= length) return { done: true, value: undefined };
    return { done: false, value: item(log.pulled++) };
  };
  const over = (): IteratorResult<T> => {
    log.returned++;
    return { done: true, value: undefined };
  };
  const source = kind === "sync" ? { [Symbol.iterator]: () => ({ next, return: over }) } : {
    [Symbol.asyncIterator]: () => ({
      next: async () => await Promise.resolve(next()),
      return: async () => await Promise.resolve(over()),
    }),
  };
  return { log, source };
}
