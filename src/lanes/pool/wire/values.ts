import { decodeThrown, encodeThrown } from "./error_codec.ts";
import { canClone, pack, unpack } from "./packing.ts";

export { canClone, hasInCommon, packed } from "./packing.ts";

/**
 * Makes a value ready to be sent, to be read by {@linkcode decodeValue}.
 *
 * @param value The value.
 * @param kept Buffers that are to be transferred as they are.
 * @returns The value itself, or a copy with the parts replaced.
 * @throws {NotPortableError} When it holds something that would be lost.
 */
export function encodeValue(value: unknown, kept: readonly unknown[] = []): unknown {
  return pack(value, kept, (error) => encodeThrown(error, canClone));
}

/**
 * Makes a value of what was sent.
 *
 * @param sent A copy of what `encodeValue` returned; it is used up.
 * @returns The value.
 */
export function decodeValue(sent: unknown): unknown {
  return unpack(sent, decodeThrown);
}
