import { readFileSync } from "node:fs";
import { shingles, textOf } from "./shingles.ts";

/**
 * Compares two texts. To be run in a process.
 *
 * @param a The one's file.
 * @param b The other's.
 * @returns Their Jaccard similarity, 0 to 1: which share of all shingles they have in common.
 */
export function compare(a: string, b: string): number {
  return jaccard(shinglesOf(a), shinglesOf(b));
}

function shinglesOf(path: string): Set<number> {
  return new Set(shingles(textOf(readFileSync(path)) ?? ""));
}

function jaccard(a: Set<number>, b: Set<number>): number {
  const common = a.intersection(b).size;
  return common / (a.size + b.size - common || 1);
}
