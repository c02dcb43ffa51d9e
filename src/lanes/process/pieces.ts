/** How many bytes pieces have together. */
export function lengthOf(pieces: readonly Uint8Array[]): number {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
}

/**
 * Puts pieces one after the other.
 *
 * @param pieces The pieces.
 * @param room How many bytes are left free before them.
 * @returns Bytes of their own.
 */
export function joined(pieces: readonly Uint8Array[], room = 0): Uint8Array {
  const bytes = new Uint8Array(room + lengthOf(pieces));
  let at = room;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
