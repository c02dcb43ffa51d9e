import type { TaskReference } from "../../../portable/portable.ts";

/** Small numbers that stand for references in messages. */
const numbers = new WeakMap<TaskReference, number>();
let last = 0;

/**
 * The number of a reference, the same for all workers of this thread.
 *
 * @param reference What a portable task refers to.
 * @returns A whole number from 1.
 */
export function numberOf(reference: TaskReference): number {
  let number = numbers.get(reference);
  if (number === undefined) numbers.set(reference, number = ++last);
  return number;
}
