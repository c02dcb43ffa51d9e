import { show } from "./errors.ts";

/** Whether a value can be iterated over, a string included. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof (value as Iterable<unknown> | null | undefined)?.[Symbol.iterator] === "function";
}

/** Whether a value can be iterated over with `for await` alone. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof (value as AsyncIterable<unknown> | null | undefined)?.[Symbol.asyncIterator] ===
    "function";
}

/**
 * Refuses items that can't be iterated over.
 *
 * @param items What the caller gave.
 * @throws {TypeError} Unless it can be iterated over.
 */
export function assertIterable(items: unknown): asserts items is Iterable<unknown> {
  if (isIterable(items)) return;
  throw new TypeError(`The items must be something to iterate over: got ${show(items)}`);
}
