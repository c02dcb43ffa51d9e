import type { HashedFile } from "./files.ts";
import { formatBytes, formatPath } from "./format.ts";

/** Files of equal content, more than one of them. */
export interface Duplicates {
  /** The size of each copy. */
  readonly size: number;
  /** The paths of each copy: its hard links share its bytes. */
  readonly copies: string[][];
  /** What all copies but one take. */
  readonly wasted: number;
}

/**
 * Finds files of equal content: those with the same SHA-256.
 *
 * @param files All files.
 * @returns The sets of duplicates, those that waste most first.
 */
export function findDuplicates(files: Iterable<HashedFile>): Duplicates[] {
  const sets: Duplicates[] = [];
  for (const same of Map.groupBy(files, (file) => file.digest).values()) {
    const links = Map.groupBy(same, (file) => file.inode);
    if (links.size < 2) continue;
    const copies = Array.from(links.values(), (copy) => copy.map((file) => file.path).sort());
    copies.sort(byFirst);
    const { size } = same[0];
    sets.push({ size, copies, wasted: size * (copies.length - 1) });
  }
  return sets.sort((a, b) => b.wasted - a.wasted || byFirst(a.copies[0], b.copies[0]));
}

function byFirst([a]: string[], [b]: string[]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The sets of duplicates and what they waste together, line by line. */
export function* describeDuplicates(sets: Duplicates[]): Generator<string> {
  let files = 0;
  let bytes = 0;
  for (const { size, copies, wasted } of sets) {
    files += copies.length;
    bytes += wasted;
    yield `${exactBytes(wasted)} wasted: ${copies.length} copies of ${count(size, "byte")}`;
    for (const [path, ...links] of copies) {
      yield `  ${formatPath(path)}`;
      for (const link of links) yield `    hard link: ${formatPath(link)}`;
    }
  }
  const found = `${count(sets.length, "set")} of duplicates`;
  yield sets.length === 0
    ? "No duplicates"
    : `${exactBytes(bytes)} wasted by ${files} files in ${found}`;
}

function exactBytes(bytes: number): string {
  return count(bytes, "byte") + (bytes < 1000 ? "" : ` (${formatBytes(bytes)})`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
