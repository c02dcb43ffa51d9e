import type { SketchedFile } from "./read.ts";

/** One content and the files that have it. */
export interface Content {
  readonly digest: string;
  readonly signature?: readonly number[];
  readonly size: number;
  /** The paths of each copy: its hard links share its bytes. */
  readonly copies: string[][];
}

/**
 * Brings together the files of equal content: those with the same SHA-256.
 *
 * @param files All files.
 * @returns The contents, by their first path.
 */
export function contentsOf(files: Iterable<SketchedFile>): Content[] {
  const groups = Map.groupBy(files, (file) => file.digest).values();
  const contents = Array.from(groups, (same): Content => {
    const links = Map.groupBy(same, (file) => file.inode);
    const copies = Array.from(links.values(), (copy) => copy.map((file) => file.path).sort());
    const { digest, signature, size } = same[0];
    return { digest, signature, size, copies: copies.sort(byFirst) };
  });
  return contents.sort((a, b) => byFirst(a.copies[0], b.copies[0]));
}

/** Whether a content is text with words. */
export function isText({ signature }: Content): boolean {
  return signature !== undefined;
}

/** What all copies but one take. */
export function wasted({ size, copies }: Content): number {
  return size * (copies.length - 1);
}

/**
 * Picks the contents that there are copies of.
 *
 * @param contents All contents, by their first path.
 * @returns Those, the ones that waste most first.
 */
export function duplicatesIn(contents: readonly Content[]): Content[] {
  return contents.filter(({ copies }) => copies.length > 1)
    .sort((a, b) => wasted(b) - wasted(a));
}

function byFirst([a]: string[], [b]: string[]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
