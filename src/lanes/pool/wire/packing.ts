import { isInstance, NotPortableError, show } from "../../../base/errors.ts";

/**
 * Structured clone would carry some things wrong. Here they are brought into a form in which it carries them right:
 *
 * * A view sends only the bytes it shows, not the whole buffer behind it, which for a Node `Buffer` is a pool.
 * * An error keeps its class, `cause` and fields, as one that is thrown does.
 * * What would silently arrive as an empty object is refused.
 *
 * Values that need nothing, nearly all, are only looked at. Objects inside `Map`, `Set`, other objects and
 * arrays are looked at too.
 */

/**
 * The one key of an object that stands for another: for an error; for an object that has this key itself; and, outermost,
 * for a value that has such objects in it.
 */
const STAND_IN = "trilane:value";
type StandIn = { readonly [STAND_IN]: EncodedThrown };

/** Anything that was thrown: an error encoded, anything else as it is. */
export type EncodedThrown = { readonly error: EncodedError } | { readonly value: unknown };

/**
 * An error as plain data that any channel carries. Structured clone alone would lose class, name, own fields,
 * `cause` (on Bun) and the errors of an aggregate.
 */
export interface EncodedError {
  /** The nearest class that both sides know. */
  readonly base: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Own enumerable fields that can be sent, by name. */
  readonly fields: readonly (readonly [string, EncodedThrown])[] | undefined;
  readonly cause: EncodedThrown | undefined;
  readonly errors: readonly EncodedThrown[] | undefined;
}

/** Makes plain data of an error that is part of a value. */
export type EncodeError = (error: Error) => EncodedThrown;

/** Makes an error of its plain data again. */
export type DecodeError = (encoded: EncodedThrown) => unknown;

/** Classes, by their `Symbol.toStringTag`, whose instances one runtime clones to empty objects and another refuses. */
const LOST = new Set([
  ...["URL", "URLSearchParams", "Headers", "FormData", "Request", "Response"],
  ...["AbortSignal", "AbortController", "Event", "CustomEvent", "ErrorEvent", "MessageEvent"],
  ...["TextEncoder", "TextDecoder", "Crypto", "SubtleCrypto", "Performance", "BroadcastChannel"],
  ...["Promise", "WeakMap", "WeakSet", "WeakRef"],
]);

/**
 * Makes a value ready to be sent, to be read by {@linkcode unpack}.
 *
 * @param value The value.
 * @param kept Buffers that are to be transferred as they are.
 * @param encodeError How errors in it are encoded.
 * @returns The value itself, or a copy with the parts replaced.
 * @throws {NotPortableError} When it holds something that would be lost.
 */
export function pack(
  value: unknown,
  kept: readonly unknown[],
  encodeError: EncodeError,
): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!needsPacking(value, kept, true, new Set())) return value;
  const packer = new Packer(kept, encodeError);
  const copy = packer.pack(value);
  return packer.hasStandIns ? standIn({ value: copy }) : copy;
}

/**
 * Makes a value of what was sent.
 *
 * @param sent A copy of what `pack` returned; it is used up.
 * @param decodeError How errors in it are decoded.
 * @returns The value.
 */
export function unpack(sent: unknown, decodeError: DecodeError): unknown {
  if (!isStandIn(sent)) return sent;
  return new Unpacker(decodeError).unpack((sent[STAND_IN] as { value: unknown }).value);
}

/**
 * Makes a value ready for structured clone where errors need not arrive whole: what is sent need not be decoded.
 *
 * @param value The value.
 * @param kept Buffers that are to be transferred as they are.
 * @returns The value itself, or a copy with the parts replaced.
 * @throws {NotPortableError} When it holds something that would be lost.
 */
export function packed(value: unknown, kept: readonly unknown[] = []): unknown {
  if (typeof value !== "object" || value === null) return value;
  return needsPacking(value, kept, false, new Set()) ? new Packer(kept).pack(value) : value;
}

/** Whether a value can be sent to a thread. */
export function canClone(value: unknown): boolean {
  try {
    structuredClone(packed(value));
    return true;
  } catch {
    return false;
  }
}

/** Stands for every error: what their encoded forms have in common is not looked for. */
const ANY_ERROR = {};

/**
 * Whether a value has an object in common with others. In copies that are made together it would have it in common
 * with theirs.
 *
 * @param value The value.
 * @param owner Its number.
 * @param owners The objects of the others, each with the number of its value; this one's are added.
 * @returns Whether it has, or can't be looked at. Memory that is shared by design doesn't count.
 */
export function hasInCommon(
  value: unknown,
  owner: number,
  owners: Map<object, number>,
): boolean {
  try {
    return isCommon(value);
  } catch {
    return true;
  }

  function isCommon(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    if (value instanceof SharedArrayBuffer) return false;
    const known = owners.get(value);
    if (known !== undefined) return known !== owner;
    owners.set(value, owner);
    if (ArrayBuffer.isView(value)) return !isPartial(value, []) && isCommon(value.buffer);
    if (isInstance(value, Error)) return isCommon(ANY_ERROR);
    if (!isContainer(value)) return false;
    if (value instanceof Map) return value.entries().some((entry) => entry.some(isCommon));
    if (value instanceof Set) return value.values().some(isCommon);
    return Object.values(value).some(isCommon);
  }
}

/** @param errorsToo Whether errors and stand-ins need it. */
function needsPacking(
  value: object,
  kept: readonly unknown[],
  errorsToo: boolean,
  seen: Set<object>,
): boolean {
  if (ArrayBuffer.isView(value)) return isPartial(value, kept);
  if (!isContainer(value)) {
    assertNotLost(value);
    return errorsToo && isInstance(value, Error);
  }
  if (seen.has(value)) return false;
  seen.add(value);
  if (value instanceof Map) {
    for (const [key, part] of value) if (partNeeds(key) || partNeeds(part)) return true;
  } else if (value instanceof Set) {
    for (const part of value) if (partNeeds(part)) return true;
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (partNeeds(value[i])) return true;
  } else {
    if (errorsToo && Object.hasOwn(value, STAND_IN)) return true;
    for (const key of Object.keys(value)) {
      if (partNeeds((value as Record<string, unknown>)[key])) return true;
    }
  }
  return false;

  function partNeeds(part: unknown): boolean {
    return typeof part === "object" && part !== null && needsPacking(part, kept, errorsToo, seen);
  }
}

/** Copies a value with the parts replaced that need it; what occurs twice in it does so in the copy. */
class Packer {
  /** Whether something in the copy stands for another. */
  hasStandIns = false;
  readonly #kept: readonly unknown[];
  readonly #encodeError: EncodeError | undefined;
  readonly #copies = new Map<object, unknown>();

  constructor(kept: readonly unknown[], encodeError?: EncodeError) {
    this.#kept = kept;
    this.#encodeError = encodeError;
  }

  pack(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (!this.#copies.has(value)) this.#copy(value);
    return this.#copies.get(value);
  }

  #copy(value: object): void {
    if (ArrayBuffer.isView(value)) {
      this.#copies.set(value, isPartial(value, this.#kept) ? ownBytes(value) : value);
    } else if (!isContainer(value)) {
      this.#copies.set(value, this.#single(value));
    } else if (value instanceof Map) {
      const map = new Map();
      this.#copies.set(value, map);
      for (const [key, part] of value) map.set(this.pack(key), this.pack(part));
    } else if (value instanceof Set) {
      const set = new Set();
      this.#copies.set(value, set);
      for (const part of value) set.add(this.pack(part));
    } else {
      const object = Array.isArray(value) ? new Array(value.length) : {};
      const hidden = this.#encodeError !== undefined && Object.hasOwn(value, STAND_IN);
      this.#copies.set(value, hidden ? this.#standIn({ value: object }) : object);
      for (const key of Object.keys(value)) {
        set(object, key, this.pack((value as Record<string, unknown>)[key]));
      }
    }
  }

  #single(value: object): unknown {
    assertNotLost(value);
    return this.#encodeError !== undefined && isInstance(value, Error)
      ? this.#standIn(this.#encodeError(value))
      : value;
  }

  #standIn(encoded: EncodedThrown): StandIn {
    this.hasStandIns = true;
    return standIn(encoded);
  }
}

/** Puts back, within a value, what something stands for. */
class Unpacker {
  readonly #decodeError: DecodeError;
  readonly #known = new Map<object, unknown>();

  constructor(decodeError: DecodeError) {
    this.#decodeError = decodeError;
  }

  unpack(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (!this.#known.has(value)) this.#look(value);
    return this.#known.get(value);
  }

  #look(value: object): void {
    if (!isStandIn(value)) {
      this.#known.set(value, value);
      return this.#lookWithin(value);
    }
    const encoded = value[STAND_IN];
    if ("error" in encoded) {
      this.#known.set(value, this.#decodeError(encoded));
    } else {
      this.#known.set(value, encoded.value);
      if (typeof encoded.value === "object") this.#lookWithin(encoded.value!);
    }
  }

  #lookWithin(value: object): void {
    if (value instanceof Map) {
      const entries = [...value];
      value.clear();
      for (const [key, part] of entries) value.set(this.unpack(key), this.unpack(part));
    } else if (value instanceof Set) {
      const parts = [...value];
      value.clear();
      for (const part of parts) value.add(this.unpack(part));
    } else if (isContainer(value)) {
      for (const key of Object.keys(value)) {
        const part = (value as Record<string, unknown>)[key];
        const whole = this.unpack(part);
        if (whole !== part) set(value, key, whole);
      }
    }
  }
}

function standIn(encoded: EncodedThrown): StandIn {
  return { [STAND_IN]: encoded };
}

function isStandIn(value: unknown): value is StandIn {
  return typeof value === "object" && value !== null && Object.hasOwn(value, STAND_IN);
}

/** Sets a property, of whatever name, as an object literal does. */
function set(object: object, key: string, value: unknown): void {
  if (key !== "__proto__") (object as Record<string, unknown>)[key] = value;
  else Object.defineProperty(object, key, { ...DATA, value });
}

const DATA = { enumerable: true, configurable: true, writable: true };

/** Whether structured clone goes into it. It makes plain objects of instances of classes, too. */
function isContainer(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null || Array.isArray(value)) return true;
  if (value instanceof Map || value instanceof Set) return true;
  return Object.prototype.toString.call(value) === "[object Object]";
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

/**
 * Refuses what would arrive as an empty object.
 *
 * @throws {NotPortableError}
 */
function assertNotLost(value: object): void {
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (typeof tag === "string" && LOST.has(tag)) {
    throw new NotPortableError(`${show(value)} cannot be cloned: send what it is made of instead`);
  }
}
