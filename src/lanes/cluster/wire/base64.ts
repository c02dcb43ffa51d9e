/** `String.fromCharCode` takes no more arguments than this on every runtime. */
const MAX_CHARACTERS = 0x8000;

/**
 * Makes text of bytes.
 *
 * @param bytes The bytes.
 * @returns Their base64.
 */
export function base64Of(bytes: Uint8Array): string {
  const native = (bytes as { toBase64?(): string }).toBase64;
  if (native !== undefined) return native.call(bytes);
  let text = "";
  for (let i = 0; i < bytes.length; i += MAX_CHARACTERS) {
    text += String.fromCharCode(...bytes.subarray(i, i + MAX_CHARACTERS));
  }
  return btoa(text);
}

/**
 * Makes bytes of text again.
 *
 * @param text Their base64.
 * @returns The memory that holds them, and nothing else.
 * @throws {Error} When it is none.
 */
export function bytesOf(text: string): ArrayBuffer {
  const native = (Uint8Array as { fromBase64?(text: string): Uint8Array<ArrayBuffer> }).fromBase64;
  if (native !== undefined) return native.call(Uint8Array, text).buffer;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes.buffer;
}
