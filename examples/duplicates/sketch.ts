import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mix, shingles, textOf } from "./shingles.ts";

/** What is known of a file's content. */
export interface Sketch {
  /** Its SHA-256. */
  readonly digest: string;
  /** Its MinHash signature, if it is a text with words. */
  readonly signature?: readonly number[];
}

/** How many minima a signature has: an estimate from it is off by 0.04 or less in two of three cases. */
const MINIMA = 128;

/** What makes one permutation of hashes another. */
const SEEDS = Int32Array.from({ length: MINIMA }, (_, n) => mix(n + 1));

/**
 * Hashes and sketches a file's content. To be run in a thread.
 *
 * @param bytes The content.
 * @returns What is known of it.
 */
export function sketch(bytes: Uint8Array): Sketch {
  const digest = createHash("sha256").update(bytes).digest("hex");
  const hashes = shingles(textOf(bytes) ?? "");
  return hashes.length === 0 ? { digest } : { digest, signature: minHash(hashes) };
}

/**
 * Hashes a file piece by piece, in memory that doesn't grow with it. To be run in a thread.
 *
 * @param path The file.
 * @returns What is known of it.
 */
export async function hashFile(path: string): Promise<Sketch> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return { digest: hash.digest("hex") };
}

/**
 * Makes a MinHash signature: of each of many permutations of all hashes the least that is in the set. Of two sets'
 * signatures as large a share is equal as of the sets is common, on average.
 *
 * A. Broder, "On the resemblance and containment of documents", 1997.
 */
function minHash(hashes: Uint32Array): number[] {
  const minima = new Uint32Array(MINIMA).fill(0xffffffff);
  for (const hash of hashes) {
    for (let n = 0; n < MINIMA; n++) {
      const permuted = mix(hash ^ SEEDS[n]) >>> 0;
      if (permuted < minima[n]) minima[n] = permuted;
    }
  }
  return Array.from(minima);
}
