/** How many words a shingle has. */
const LENGTH = 4;

/** A run of letters, digits and what belongs to them; of scripts that put no space between words one character. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}\p{N}_]+/gu;

/**
 * Tells what is in a text by its shingles: all runs of four words in it, as 32-bit hashes. White space and
 * punctuation don't count.
 *
 * A. Broder, "On the resemblance and containment of documents", 1997.
 *
 * @param text The text.
 * @returns The hashes of its shingles, each as often as the shingle is there. A text of fewer than four
 * words is one shingle, a text without words has none.
 */
export function shingles(text: string): Uint32Array {
  const words = Uint32Array.from(text.match(WORD) ?? [], hashWord);
  if (words.length === 0) return words;
  const length = Math.min(LENGTH, words.length);
  const hashes = new Uint32Array(words.length - length + 1);
  for (let start = 0; start < hashes.length; start++) {
    let hash = 0;
    for (let i = start; i < start + length; i++) hash = mix(hash ^ words[i]);
    hashes[start] = hash;
  }
  return hashes;
}

/**
 * Decides whether bytes are text: UTF-8 without NUL characters.
 *
 * @param bytes The bytes.
 * @returns The text, `undefined` if they aren't one.
 */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** FNV-1a, of UTF-16 code units. */
function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash;
}

/** The finalizer of MurmurHash3: a permutation of the 32-bit numbers in which each bit depends on every one. */
export function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
