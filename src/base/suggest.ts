/**
 * The known name that an unknown one was probably meant to be.
 *
 * @param unknown What was written.
 * @param known What would have been understood.
 * @returns The nearest known name by edit distance, or `undefined` when none is near: more than
 * half of the letters would have to change.
 */
export function nearest(unknown: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Infinity;
  for (const name of known) {
    const distance = misspelling(unknown.toLowerCase(), name.toLowerCase());
    if (distance * 2 > Math.max(unknown.length, name.length) || distance >= least) continue;
    best = name;
    least = distance;
  }
  return best;
}

/** How far off one is: "retry" for "retries" is one slip, though three letters differ. */
function misspelling(unknown: string, known: string): number {
  const singular = known.replace(/ies$/, "y");
  const distance = editDistance(unknown, known);
  return singular === known ? distance : Math.min(distance, 1 + editDistance(unknown, singular));
}

/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
      }
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}
