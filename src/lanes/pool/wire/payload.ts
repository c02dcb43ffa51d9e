import { jsonCopy, NOT_JSON } from "./json.ts";
import { JsonText, STAND_IN } from "./packed.ts";
import { encodeValue } from "./values.ts";

/** Fewer objects than this are cloned as fast as JSON is written and read, and so are objects that hold many numbers each. */
const MIN_OBJECTS = 6;
/** Among so many values there must be that many objects. */
const MAX_LOOKED_AT = 32;

/**
 * Makes a value ready to be sent between a pool and a worker, to be read by `decodeValue`: many plain objects as JSON, which takes
 * half as long as to clone them, all else as `encodeValue` makes it.
 *
 * @param value The value.
 * @param kept Objects that are to be transferred as they are.
 * @returns The value, a {@linkcode JsonText}, or a copy with the parts replaced.
 * @throws {NotPortableError} When it holds something that would be lost.
 */
export function encodePayload(value: unknown, kept: readonly unknown[] = []): unknown {
  if (typeof value !== "object" || value === null) return value;
  const copy = holdsManyObjects(value) ? jsonCopy(value) as object : NOT_JSON;
  if (copy === NOT_JSON) return encodeValue(value, kept);
  // A process gets the text as a part of its message, where this would be taken for what stands in for another.
  if (Object.hasOwn(copy, STAND_IN)) return encodeValue(copy);
  return new JsonText(JSON.stringify(copy));
}

/** Whether many plain objects are among the first values that it holds, and none of another kind before them. */
function holdsManyObjects(value: object): boolean {
  let missing = MIN_OBJECTS;
  let left = MAX_LOOKED_AT;
  return lookAt(value);

  function lookAt(object: object): boolean {
    if (--missing === 0) return true;
    if (Array.isArray(object)) {
      for (let i = 0; i < object.length; i++) if (hasSeenEnough(object[i])) return missing === 0;
    } else if (Object.getPrototypeOf(object) === Object.prototype) {
      for (const key in object) {
        if (hasSeenEnough((object as Record<string, unknown>)[key])) return missing === 0;
      }
    } else left = 0;
    return false;
  }

  function hasSeenEnough(part: unknown): boolean {
    if (--left < 0) return true;
    return typeof part === "object" && part !== null && (lookAt(part) || left <= 0);
  }
}
