import { candidates } from "./candidates.ts";
import { Clusters } from "./clusters.ts";
import type { Comparer, Pair } from "./comparer.ts";
import type { Content } from "./exact.ts";

/** Texts of which each is similar to another one of the group. */
export interface NearGroup {
  /** The one whose path is the first. */
  readonly first: Content;
  /** The others and how similar they are to the first, 0 to 1: the most similar first. */
  readonly others: readonly { readonly content: Content; readonly similarity: number }[];
}

/**
 * Finds groups of similar texts.
 *
 * @param texts The texts, each content once, by their first path.
 * @param threshold How similar two texts must be, 0 to 1.
 * @param comparer Compares the same texts.
 * @returns The groups, those of most texts first.
 */
export async function findNearDuplicates(
  texts: readonly Content[],
  threshold: number,
  comparer: Comparer,
): Promise<NearGroup[]> {
  const clusters = new Clusters(texts.length);
  const signatures = texts.map(({ signature }) => signature!);
  // Who is in one group already needs no comparing: of many similar texts that is nearly every pair.
  const pairs = candidates(signatures, threshold, (a, b) => clusters.joined(a, b));
  for await (const pair of comparer.compare(pairs)) {
    if (comparer.similarity(pair)! >= threshold) clusters.join(...pair);
  }
  const groups = clusters.groups();
  await compareWithFirst(groups, comparer);
  return groups.map(([first, ...others]): NearGroup => ({
    first: texts[first],
    others: others.filter((n) => comparer.similarity([first, n]) !== undefined)
      .map((n) => ({ content: texts[n], similarity: comparer.similarity([first, n])! }))
      .sort((a, b) => b.similarity - a.similarity),
  })).sort((a, b) => b.others.length - a.others.length);
}

/** Finds out how similar each text of a group is to the first: it may be there for another one's sake. */
async function compareWithFirst(groups: number[][], comparer: Comparer): Promise<void> {
  const pairs = groups.flatMap(([first, ...others]) => others.map((n): Pair => [first, n]))
    .filter((pair) => comparer.similarity(pair) === undefined);
  for await (const _ of comparer.compare(pairs));
}
