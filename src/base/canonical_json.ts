import { show } from "./errors.ts";

/**
 * A value as JSON text that is the same for equal values: without white space, the keys of objects sorted.
 *
 * It refuses what JSON would lose or change, so that different values have different texts. An object
 * with `toJSON` (a `Date`, a `URL`) says itself what it is written as.
 *
 * @param value The value.
 * @returns The text.
 * @throws {TypeError} When JSON can't encode the value, or something in it.
 */
export function canonicalJson(value: unknown): string {
  return write(value);
}

/** @param around The objects that the value is in. */
function write(value: unknown, around?: Set<object>): string {
  if (typeof value === "string" || typeof value === "boolean" || value === null) {
    return JSON.stringify(value);
  }
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object") throw unencodable(show(value));
  // Most values are in none.
  around ??= new Set();
  if (around.has(value)) throw unencodable("an object that contains itself");
  around.add(value);
  const text = writeObject(value, around);
  around.delete(value);
  return text;
}

function writeObject(value: object, around: Set<object>): string {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") {
    const json: unknown = toJSON.call(value, "");
    // An invalid Date, say.
    if (json === null) throw unencodable(show(value));
    return write(json, around);
  }
  // By index: `map` passes over what is missing.
  if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, around)).join()}]`;
  if (!isPlain(value)) throw unencodable(show(value));
  const fields = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${write(item, around)}`).join()}}`;
}

/** Whether an object is no more than its enumerable fields. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  // Another realm's plain objects have another prototype, which inherits from nothing either.
  return (prototype === null || Object.getPrototypeOf(prototype) === null) &&
    Object.getOwnPropertySymbols(value).length === 0;
}

function unencodable(what: string): TypeError {
  return new TypeError(`JSON cannot encode ${what}`);
}
