import { isError, show } from "./errors.ts";

/**
 * What stands for a value in JSON: errors as objects, what JSON can't hold as text.
 *
 * @param value The value.
 * @param outer The errors that the value is a cause of: one may be its own.
 */
export function jsonable(value: unknown, outer: readonly unknown[] = []): unknown {
  if (value === undefined) return undefined;
  try {
    if (isError(value) && !outer.includes(value)) {
      const { name, message, stack, cause } = value;
      return Object.fromEntries(
        Object.entries({ name, message, stack, cause })
          .map(([key, field]) => [key, jsonable(field, [...outer, value])]),
      );
    }
    return isError(value) || JSON.stringify(value) === undefined ? String(value) : value;
  } catch {
    return asText(value);
  }
}

function asText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return show(value);
  }
}

/**
 * A time of `performance.now()` as an ISO date, as it stands in JSON.
 *
 * @param time Milliseconds on the `performance.now()` time line.
 * @returns The date; `null` for what is no date.
 */
export function isoTime(time: number): string | null {
  const date = new Date(performance.timeOrigin + time);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
