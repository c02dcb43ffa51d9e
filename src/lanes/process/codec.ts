import process from "node:process";
import type * as V8 from "node:v8";
import type * as Zlib from "node:zlib";
import { NotPortableError } from "../../base/errors.ts";
import type { EncodedThrown } from "../pool/wire/error_codec.ts";
import { assertCopies, forEachPart } from "../pool/wire/copies.ts";
import { jsonCopy, NOT_JSON } from "../pool/wire/json.ts";
import { ARRAY, kindOf, MAP, RECORD, SET, VIEW } from "../pool/wire/kinds.ts";
import { JsonText, set, STAND_IN } from "../pool/wire/packed.ts";
import { shorterForms } from "../pool/wire/shorten.ts";
import { isPartial, ownBytes } from "../pool/wire/views.ts";
import { joined, lengthOf } from "./pieces.ts";

/** The first byte says how the rest is written. */
const JSON_TEXT = 0;
/** The runtime's format, before which stands its checksum in four bytes. */
const CLONE = 1;
/** JSON, before which stands where in the outermost array `undefined` is: its place in one byte. */
const JSON_WITH_HOLE = 2;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What reads and writes the runtime's format, loaded with the first such message: on Bun it takes longer than half a child's modules. */
let format:
  | { readonly v8: typeof V8; readonly crc32: typeof Zlib.crc32 }
  | undefined;

function loadFormat() {
  return format ??= {
    // By the import: a task may have put something else in the place of the global `process`.
    v8: process.getBuiltinModule("node:v8"),
    crc32: process.getBuiltinModule("node:zlib").crc32,
  };
}

/**
 * Makes bytes of a message: JSON where that loses nothing, which is read up to ten times as fast, otherwise the runtime's own
 * structured clone format.
 *
 * @param message Plain data.
 * @returns Its bytes.
 * @throws When something in it can't be cloned.
 */
export function encode(message: unknown): Uint8Array {
  return joined(piecesOf(message));
}

/** The same, in pieces that come one after the other: to join large ones takes as much memory again. */
function piecesOf(message: unknown): Uint8Array[] {
  // A task that returns nothing is common, and JSON has no word for it.
  const hole = Array.isArray(message) ? message.indexOf(undefined) : -1;
  const known = hole >= 0 && hole < 256 ? (message as unknown[]).with(hole, null) : message;
  const text = jsonOf(known);
  if (text !== undefined) {
    const head = Uint8Array.from(known === message ? [JSON_TEXT] : [JSON_WITH_HOLE, hole]);
    return [head, encoder.encode(text)];
  }
  assertCopies(message);
  const { v8, crc32 } = loadFormat();
  const body = v8.serialize(message);
  const head = Uint8Array.of(CLONE, 0, 0, 0, 0);
  checksumOf(head).setUint32(0, crc32(body));
  return [head, body];
}

/** JSON of a message, in which a value that is JSON already is itself; `undefined` where something would be lost. */
function jsonOf(message: unknown): string | undefined {
  const hasTexts = Array.isArray(message) && message.some(isText);
  const copy = jsonCopy(hasTexts ? message.map((part) => isText(part) ? null : part) : message);
  if (copy === NOT_JSON) return undefined;
  if (!hasTexts) return JSON.stringify(copy);
  const rest = copy as unknown[];
  const texts = message.map((part, i) => isText(part) ? part[STAND_IN] : JSON.stringify(rest[i]));
  return `[${texts.join()}]`;
}

function isText(value: unknown): value is JsonText {
  return value instanceof JsonText;
}

/**
 * Makes bytes of a message, of which there may be only a limited number.
 *
 * @param message Plain data.
 * @param maxBytes How many it may have.
 * @param thrownAt Where in it something thrown is, which is shortened if need be.
 * @returns Its bytes, in pieces that come one after the other.
 * @throws {NotPortableError} When it has more and holds nothing that was thrown.
 * @throws When something in it can't be cloned.
 */
export function encodeWithin(
  message: readonly unknown[],
  maxBytes: number,
  thrownAt?: number,
): Uint8Array[] {
  try {
    const pieces = piecesOf(message);
    const length = lengthOf(pieces);
    if (length <= maxBytes) return pieces;
    throw new NotPortableError(`it takes ${length} bytes, and maxMessageSize is ${maxBytes}`);
  } catch (error) {
    if (thrownAt === undefined) throw error;
    const thrown = message[thrownAt] as EncodedThrown;
    for (const form of shorterForms(thrown, maxBytes, (value) => fits(value, maxBytes / 2))) {
      const short = message.with(thrownAt, form);
      if (fits(short, maxBytes)) return piecesOf(short);
    }
    throw error;
  }
}

function fits(value: unknown, maxBytes: number): boolean {
  try {
    return lengthOf(piecesOf(value)) <= maxBytes;
  } catch {
    return false;
  }
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
      return withOwnBytes(read(bytes), new Map());
    default:
      throw new SyntaxError(`A message can't begin with byte ${bytes[0]}`);
  }
}

/** @throws When it is not what was written: reading garbage can crash the whole runtime (Bun 1.4). */
function read(bytes: Uint8Array): unknown {
  const { v8, crc32 } = loadFormat();
  const body = bytes.subarray(5);
  if (body.length > 0 && checksumOf(bytes).getUint32(0) === crc32(body)) {
    return v8.deserialize(body);
  }
  throw new SyntaxError("A message has been damaged");
}

function checksumOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + 1, 4);
}

/**
 * Gives views buffers of their own, in place.
 *
 * @param known What has been looked at, and what stands for it now.
 */
function withOwnBytes(value: unknown, known: Map<object, object>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const before = known.get(value);
  if (before !== undefined) return before;
  const kind = kindOf(value);
  const own = kind === VIEW && isPartial(value as ArrayBufferView, [])
    ? ownBytes(value as ArrayBufferView)
    : value;
  known.set(value, own);
  let changed = false;
  forEachPart(value, kind, (part, key) => {
    const whole = withOwnBytes(part, known);
    if (whole === part) return;
    changed = true;
    if (kind === RECORD || kind === ARRAY) set(value, key as string, whole);
  });
  if (!changed) return own;
  // What a map or a set holds stays in its order.
  if (kind === MAP) {
    const map = value as Map<unknown, unknown>;
    const entries = [...map];
    map.clear();
    for (const [key, part] of entries) {
      map.set(withOwnBytes(key, known), withOwnBytes(part, known));
    }
  } else if (kind === SET) {
    const members = value as Set<unknown>;
    const parts = [...members];
    members.clear();
    for (const part of parts) members.add(withOwnBytes(part, known));
  }
  return own;
}
