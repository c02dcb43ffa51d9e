import { deserialize, serialize } from "node:v8";
import { NotPortableError, show } from "../core/errors.ts";
import { packed } from "../pool/values.ts";

/** The first byte says how the rest is written. */
const JSON_TEXT = 0;
const CLONE = 1;

/** JSON is looked into only so far: it is for small messages, of which a serializer's set-up is most of the cost. */
const MAX_JSON_PARTS = 500;

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
  const parts = { left: MAX_JSON_PARTS };
  if (isJson(message, parts)) return withKind(JSON_TEXT, encoder.encode(JSON.stringify(message)));
  assertCopies(message, new Set());
  return withKind(CLONE, serialize(message));
}

/**
 * Makes a message of its bytes again.
 *
 * @param bytes What `encode` made.
 * @returns The message.
 * @throws {SyntaxError} When the bytes are no message.
 */
export function decode(bytes: Uint8Array): unknown {
  const body = bytes.subarray(1);
  if (bytes[0] === JSON_TEXT) return JSON.parse(decoder.decode(body));
  if (bytes[0] !== CLONE) throw new SyntaxError(`A message can't begin with byte ${bytes[0]}`);
  // What is read may lie in the buffer of the whole message: then it gets one of its own.
  return packed(deserialize(body));
}

function withKind(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = kind;
  bytes.set(body, 1);
  return bytes;
}

/** Whether JSON carries a value as it is. */
function isJson(value: unknown, parts: { left: number }): boolean {
  if (--parts.left < 0) return false;
  switch (typeof value) {
    case "string":
      return value.length < 10_000 && value.isWellFormed();
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isJson(value[i], parts)) return false;
    return Object.keys(value).length === value.length && !("toJSON" in value);
  }
  if (Object.getPrototypeOf(value) !== Object.prototype || "toJSON" in value) return false;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  for (const key of Object.getOwnPropertyNames(value)) {
    if (key === "__proto__") return false;
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
  const inner = value instanceof Map
    ? [...value.keys(), ...value.values()]
    : value instanceof Set
    ? value
    : Object.values(value);
  for (const part of inner) assertCopies(part, seen);
}
