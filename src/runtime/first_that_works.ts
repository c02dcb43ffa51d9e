/**
 * Does something in the first way that works.
 *
 * @param ways The ways, the best one first; at least one.
 * @param attempt Does it.
 * @returns What the first gave that didn't throw.
 * @throws What the last threw, when none works.
 */
export function firstThatWorks<W, R>(ways: readonly W[], attempt: (way: W) => R): R {
  let failure: unknown;
  for (const way of ways) {
    try {
      return attempt(way);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
