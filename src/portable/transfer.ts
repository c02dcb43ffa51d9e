import { show } from "../base/errors.ts";
import { shared } from "../base/shared.ts";

/** What is to be transferred with a value, by the value. */
const marks = shared("transfers", () => new WeakMap<object, readonly Transferable[]>());

/**
 * Marks an argument or a return value for transfer on `ThreadQueue`: what is transferred changes hands without
 * being copied and can't be used here afterwards. On other lanes it is copied.
 *
 * It holds for the value itself, given as an argument or returned by the task's function. What has been
 * transferred is gone: a task with such arguments is not retried there, and fails with what its first attempt failed with.
 *
 * @param value The value to send.
 * @param transferables What to hand over: buffers, ports or streams that the value holds.
 * @returns The value.
 * @throws {TypeError} When the value isn't an object.
 *
 * @example
 * ```ts
 * import { inlineTask, transfer } from "@trilane/trilane";
 *
 * const sum = inlineTask((numbers: Float64Array) => numbers.reduce((a, b) => a + b, 0));
 * const numbers = new Float64Array([1, 2, 3]);
 * console.log(sum(transfer(numbers, [numbers.buffer]))); // 6
 * ```
 */
export function transfer<T extends object>(value: T, transferables: readonly Transferable[]): T {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`Only an object can be transferred: got ${show(value)}`);
  }
  marks.set(value, [...transferables]);
  return value;
}

/** What is to be transferred with these values. */
export function transfersOf(values: readonly unknown[]): Transferable[] {
  const transferables: Transferable[] = [];
  for (const value of values) {
    if (typeof value !== "object" || value === null) continue;
    const marked = marks.get(value);
    for (const one of marked ?? []) transferables.push(one);
  }
  return transferables;
}
