/*
 * The form of a value that holds what structured clone alone would carry wrong: `{ "trilane:value": [root, ...nodes] }`. Within it
 * `{ "trilane:value": 3 }` stands for what node 3 is of. Nodes don't lie within each other, however deep the value goes.
 * A value that went as JSON is `{ "trilane:value": "text" }`.
 */

/** The one key of an object that stands for another. */
export const STAND_IN = "trilane:value";

/** A node that is an object itself: `[LITERAL, object]`. It has this key of its own, or lies deep. */
export const LITERAL = 0;
/** An error: `[ERROR, base, name, message, stack or null, ...keys and values]`. */
export const ERROR_NODE = 1;
/** An array with far more holes than elements: `[SPARSE, length, { …elements }]`. */
export const SPARSE = 2;
/** Where the properties of an error begin. */
export const PROPERTIES = 5;

/** `[root, ...nodes]` */
export type Table = unknown[];

/** A value as JSON, before it is sent: nobody else's object is of this class. */
export class JsonText {
  readonly [STAND_IN]: string;

  constructor(text: string) {
    this[STAND_IN] = text;
  }
}

/** A packed value. */
export interface Packed {
  readonly [STAND_IN]: Table;
}

/** What stands, within a packed value, for a node. */
export interface Reference {
  [STAND_IN]: number;
}

/** Whether it may stand for another: nobody else's objects with this key are in a packed value, but for literal nodes. */
export function isStandIn(value: unknown): value is { readonly [STAND_IN]: unknown } {
  return typeof value === "object" && value !== null && Object.hasOwn(value, STAND_IN) &&
    !Array.isArray(value);
}

/** Sets a property, of whatever name, as an object literal does. */
export function set(object: object, key: string, value: unknown): void {
  if (key !== "__proto__") (object as Record<string, unknown>)[key] = value;
  else Object.defineProperty(object, key, { ...DATA, value });
}

const DATA = { enumerable: true, configurable: true, writable: true };

/** An array is sparse if it has at least this many holes, and more holes than elements: Bun takes 10 ns for each of up to 4 billion. */
export const MIN_HOLES = 1_000;

/** Whether an array has far more holes than elements. Takes no longer than its elements do. */
export function isSparse(array: readonly unknown[]): boolean {
  let holes = 0;
  for (let i = 0; i < array.length; i++) {
    if (array[i] !== undefined || i in array) continue;
    if (++holes >= MIN_HOLES && holes > i / 2) return true;
  }
  return false;
}
