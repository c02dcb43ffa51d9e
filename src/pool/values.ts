import { NotPortableError, show } from "../core/errors.ts";

/**
 * Makes a value ready for structured clone where that would carry the wrong thing: a view sends only the bytes it
 * shows (not the whole buffer behind it, which for a Node `Buffer` is a pool), and what would silently
 * arrive as an empty object is refused.
 *
 * Values that need nothing, nearly all, are only looked at. Objects inside `Map`, `Set` and plain objects
 * and arrays are looked at too.
 *
 * @param value The value to send.
 * @param kept Buffers that are to be transferred as they are.
 * @returns The value itself, or a copy with the parts replaced.
 * @throws {NotPortableError} When it holds something that would be lost.
 */
export function packed(value: unknown, kept: readonly unknown[] = []): unknown {
  if (typeof value !== "object" || value === null) return value;
  return needsPacking(value, kept, new Set()) ? pack(value, kept, new Map()) : value;
}

function needsPacking(value: object, kept: readonly unknown[], seen: Set<object>): boolean {
  if (ArrayBuffer.isView(value)) return isPartial(value, kept);
  if (isLost(value)) {
    throw new NotPortableError(`${show(value)} cannot be cloned: send its text instead`);
  }
  if (!isContainer(value) || seen.has(value)) return false;
  seen.add(value);
  for (const part of partsOf(value)) {
    if (typeof part === "object" && part !== null && needsPacking(part, kept, seen)) return true;
  }
  return false;
}

function pack(value: unknown, kept: readonly unknown[], copies: Map<object, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const copy = copies.get(value);
  if (copy !== undefined) return copy;
  if (ArrayBuffer.isView(value)) {
    const own = isPartial(value, kept) ? ownBytes(value) : value;
    copies.set(value, own);
    return own;
  }
  if (!isContainer(value)) return value;
  const inner = (part: unknown) => pack(part, kept, copies);
  if (Array.isArray(value)) {
    const array: unknown[] = new Array(value.length);
    copies.set(value, array);
    value.forEach((part, index) => array[index] = inner(part));
    return array;
  }
  if (value instanceof Map) {
    const map = new Map();
    copies.set(value, map);
    for (const [key, part] of value) map.set(inner(key), inner(part));
    return map;
  }
  if (value instanceof Set) {
    const set = new Set();
    copies.set(value, set);
    for (const part of value) set.add(inner(part));
    return set;
  }
  const object: Record<string, unknown> = {};
  copies.set(value, object);
  for (const key of Object.keys(value)) {
    object[key] = inner((value as Record<string, unknown>)[key]);
  }
  return object;
}

/** Whether structured clone goes into it. */
function isContainer(value: object): boolean {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function* partsOf(value: object): Iterable<unknown> {
  if (value instanceof Map) {
    yield* value.keys();
    yield* value.values();
  } else if (Array.isArray(value) || value instanceof Set) {
    yield* value;
  } else {
    yield* Object.values(value);
  }
}

function isPartial(view: ArrayBufferView, kept: readonly unknown[]): boolean {
  return view.byteLength < view.buffer.byteLength && view.buffer instanceof ArrayBuffer &&
    !kept.includes(view.buffer);
}

/** A view of the same class and content on a buffer of its own. */
function ownBytes(view: ArrayBufferView): ArrayBufferView {
  const buffer = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  if (view instanceof DataView) return new DataView(buffer);
  // A Node Buffer is a Uint8Array to structured clone.
  const View = (view instanceof Uint8Array ? Uint8Array : view.constructor) as new (
    buffer: ArrayBufferLike,
  ) => ArrayBufferView;
  return new View(buffer);
}

/** Whether a runtime clones it to an empty object, or refuses where another does. */
function isLost(value: object): boolean {
  return value instanceof URL || value instanceof URLSearchParams || value instanceof Promise ||
    value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef;
}
