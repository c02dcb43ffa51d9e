import { isDeepStrictEqual } from "node:util";
import { deserialize, serialize } from "node:v8";
import { show } from "../base/errors.ts";

/**
 * Turns a value into text, as JSON, if that gives exactly this value back, or into bytes, by structured clone, if
 * that does. `undefined`, of which neither text nor bytes tell more, needs none.
 *
 * @param value The value.
 * @returns What `decodeValue` turns into the same value.
 * @throws {TypeError} When there is no such thing.
 */
export function encodeValue(value: unknown): string | Uint8Array | null {
  if (value === undefined) return null;
  const json = attempt(() => JSON.stringify(value));
  if (json !== undefined && isSame(JSON.parse(json), value)) return json;
  const bytes = attempt(() => serialize(value));
  if (bytes !== undefined && isSame(deserialize(bytes), value)) return bytes;
  throw new TypeError(`neither JSON nor structured clone gives ${show(value)} back as it is`);
}

/**
 * Turns back what `encodeValue` made.
 *
 * @param encoded The text or bytes.
 * @returns The value.
 * @throws When it is something else, or bytes of another runtime.
 */
export function decodeValue(encoded: string | Uint8Array): unknown {
  return typeof encoded === "string" ? JSON.parse(encoded) : deserialize(encoded);
}

/** What most values are can be told without a look at their structure. */
function isSame(restored: unknown, value: unknown): boolean {
  return Object.is(restored, value) || isDeepStrictEqual(restored, value);
}

/** `undefined` when it throws: a function can't be cloned, nor a cycle be written as JSON. */
function attempt<T>(encode: () => T): T | undefined {
  try {
    return encode();
  } catch {
    return undefined;
  }
}
