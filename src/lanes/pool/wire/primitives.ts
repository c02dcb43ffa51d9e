/*
 * Values that a number and a kind say all of, and two that need text besides: what a worker can write into memory or a
 * file that it shares with the pool.
 */
const UNDEFINED = 0;
const NULL = 1;
const FALSE = 2;
const TRUE = 3;
/** The number itself. */
export const NUMBER = 4;
/** Kinds from here on need text. */
export const TEXT = 5;
/** Its text is in hexadecimal digits. */
export const BIG_INTEGER = 6;
/** No such value. */
export const OTHER = 7;

/** Says of which kind a value is. */
export function kindOf(value: unknown): number {
  switch (typeof value) {
    case "number":
      return NUMBER;
    case "string":
      return TEXT;
    case "bigint":
      return BIG_INTEGER;
    case "boolean":
      return value ? TRUE : FALSE;
    case "undefined":
      return UNDEFINED;
    default:
      return value === null ? NULL : OTHER;
  }
}

/** The value of a kind that needs no text. */
export function primitiveOf(kind: number, number: number): unknown {
  switch (kind) {
    case NULL:
      return null;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case NUMBER:
      return number;
    default:
      return undefined;
  }
}
