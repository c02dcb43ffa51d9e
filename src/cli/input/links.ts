import { UsageError } from "../options/usage.ts";

/** Words that arguments are separated by: inputs come after it. */
const SOURCE = ":::";

/** The same, of inputs that go with those of the source before, one with one. */
const LINKED = ":::+";

/** The arguments of a command, told apart. */
export interface Separated {
  /** The command itself. */
  readonly command: readonly string[];
  /** Its sources of inputs; none if it has no `:::`. Those of one group belong together, one with one. */
  readonly groups: readonly (readonly (readonly string[])[])[];
}

/**
 * Tells a command from its inputs.
 *
 * @param words All words.
 * @returns The parts.
 * @throws {UsageError} When a linked source has none to be linked to.
 */
export function separate(words: readonly string[]): Separated {
  const command: string[] = [];
  const groups: string[][][] = [];
  let current = command;
  for (const word of words) {
    if (word === SOURCE) groups.push([current = []]);
    else if (word === LINKED) {
      const group = groups.at(-1);
      if (group === undefined) throw new UsageError("':::+' must come after inputs after ':::'");
      group.push(current = []);
    } else current.push(word);
  }
  return { command, groups };
}

/**
 * All combinations of sources, the last going round fastest. Linked ones are as many as the shortest has.
 *
 * @param groups The sources.
 * @returns The words of each combination.
 */
export function* combinations(groups: Separated["groups"]): Generator<string[]> {
  const [group, ...rest] = groups;
  if (group === undefined) return;
  const count = Math.min(...group.map((source) => source.length));
  for (let n = 0; n < count; n++) {
    const words = group.map((source) => source[n]);
    if (rest.length === 0) yield words;
    else for (const others of combinations(rest)) yield [...words, ...others];
  }
}

/** How many combinations there are. */
export function countCombinations(groups: Separated["groups"]): number {
  if (groups.length === 0) return 0;
  return groups.reduce(
    (count, group) => count * Math.min(...group.map((source) => source.length)),
    1,
  );
}
