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
  if (isScalar(value)) return JSON.stringify(value);
  const json = attempt(() => JSON.stringify(value));
  if (json !== undefined && isDeepStrictEqual(JSON.parse(json), value)) return json;
  const bytes = attempt(() => serialize(value));
  if (bytes !== undefined && isDeepStrictEqual(deserialize(bytes), value)) return bytes;
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

/** Whether JSON gives a value back for certain. Most values are such, and needn't be read back. */
function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || value === null ||
    Number.isFinite(value) && !Object.is(value, -0);
}

/** `undefined` when it throws: a function can't be cloned, nor a cycle be written as JSON. */
function attempt<T>(encode: () => T): T | undefined {
  try {
    return encode();
  } catch {
    return undefined;
  }
}
