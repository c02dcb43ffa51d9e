import { deserialize, serialize } from "node:v8";
import { crc32 } from "node:zlib";
import { NotPortableError, show } from "../../base/errors.ts";
import { packed } from "../pool/wire/values.ts";

/** The first byte says how the rest is written. */
const JSON_TEXT = 0;
/** The runtime's format, before which stands its checksum in four bytes. */
const CLONE = 1;
/** JSON, before which stands where in the outermost array `undefined` is: its place in one byte. */
const JSON_WITH_HOLE = 2;

/** JSON is looked into only so far: it is for small messages, of which a serializer's set-up is most of the cost. */
const MAX_JSON_PARTS = 500;
const MAX_JSON_STRING = 10_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Makes bytes of a message: JSON where that loses nothing and is short, otherwise the runtime's own structured
 * clone format.
 *
 * @param message Plain data.
 * @returns Its bytes.
 * @throws When something in it can't be cloned.
 */
export function encode(message: unknown): Uint8Array {
  // A task that returns nothing is common, and JSON has no word for it.
  const hole = Array.isArray(message) ? message.indexOf(undefined) : -1;
  const known = hole >= 0 && hole < 256 ? (message as unknown[]).with(hole, null) : message;
  if (isJson(known, { left: MAX_JSON_PARTS })) {
    const text = encoder.encode(JSON.stringify(known));
    return known === message ? joined([JSON_TEXT], text) : joined([JSON_WITH_HOLE, hole], text);
  }
  assertCopies(message, new Set());
  const body = serialize(message);
  const bytes = joined([CLONE, 0, 0, 0, 0], body);
  checksumOf(bytes).setUint32(0, crc32(body));
  return bytes;
}

/**
 * Makes a message of its bytes again.
 *
 * @param bytes What `encode` made.
 * @returns The message.
 * @throws {SyntaxError} When the bytes are no message.
 */
export function decode(bytes: Uint8Array): unknown {
  switch (bytes[0]) {
    case JSON_TEXT:
      return JSON.parse(decoder.decode(bytes.subarray(1)));
    case JSON_WITH_HOLE: {
      const message: unknown = JSON.parse(decoder.decode(bytes.subarray(2)));
      if (!Array.isArray(message)) throw new SyntaxError(`Only an array can have a hole`);
      message[bytes[1]] = undefined;
      return message;
    }
    case CLONE:
      // What is read may lie in the buffer of the whole message: then it gets one of its own.
      return packed(read(bytes));
    default:
      throw new SyntaxError(`A message can't begin with byte ${bytes[0]}`);
  }
}

/** @throws When it is not what was written: reading garbage can crash the whole runtime (Bun 1.4). */
function read(bytes: Uint8Array): unknown {
  const body = bytes.subarray(5);
  if (body.length > 0 && checksumOf(bytes).getUint32(0) === crc32(body)) return deserialize(body);
  throw new SyntaxError("A message has been damaged");
}

function checksumOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + 1, 4);
}

function joined(head: readonly number[], body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** Whether JSON carries a value as it is. */
function isJson(value: unknown, parts: { left: number }): boolean {
  if (--parts.left < 0) return false;
  switch (typeof value) {
    case "string":
      return value.length < MAX_JSON_STRING && value.isWellFormed();
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      return value === null || isJsonObject(value, parts);
    default:
      return false;
  }
}

function isJsonObject(value: object, parts: { left: number }): boolean {
  if (Array.isArray(value)) {
    if (value.length > parts.left || "toJSON" in value) return false;
    for (let i = 0; i < value.length; i++) if (!isJson(value[i], parts)) return false;
    return Object.keys(value).length === value.length;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype || "toJSON" in value) return false;
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === "symbol" || key === "__proto__") return false;
    const property = Object.getOwnPropertyDescriptor(value, key)!;
    if (!property.enumerable || !("value" in property) || !isJson(property.value, parts)) {
      return false;
    }
  }
  return true;
}

/** Refuses shared memory, which can't be shared with a process and which runtimes treat differently. */
function assertCopies(value: unknown, seen: Set<object>): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  if (buffer instanceof SharedArrayBuffer) {
    throw new NotPortableError(
      `${show(buffer)} cannot be sent to a process: memory can't be shared with it`,
    );
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
  seen.add(value);
  if (value instanceof Map) {
    for (const [key, part] of value) {
      assertCopies(key, seen);
      assertCopies(part, seen);
    }
  } else if (value instanceof Set) {
    for (const part of value) assertCopies(part, seen);
  } else {
    for (const key of Object.keys(value)) {
      assertCopies((value as Record<string, unknown>)[key], seen);
    }
  }
}
