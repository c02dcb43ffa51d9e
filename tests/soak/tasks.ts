/**
 * The tasks of the soak tests.
 *
 * @module
 */
export function next(n: number): number {
  return n + 1;
}
