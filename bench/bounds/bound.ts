/**
 * What the platform itself costs, measured without Trilane: no queue on top can be quicker.
 *
 * @module
 */

/** Something that the platform does. */
export interface Bound {
  readonly name: string;
  readonly unit: string;
  /** Does it for a while, and tells what once of it takes. */
  measure(): number | Promise<number>;
}

const ROUNDS = 7;

/** Three digits that count. */
const shown = (value: number) => `${Number(value.toPrecision(3))}`;

/**
 * Measures bounds in turns, after a round to warm up, and prints a table of the medians.
 *
 * @param title What they are about.
 * @param bounds Them.
 */
export async function report(title: string, bounds: readonly Bound[]): Promise<void> {
  const values = bounds.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, bound] of bounds.entries()) {
      const value = await bound.measure();
      if (round > 0) values[index]!.push(value);
    }
  }
  const lines = bounds.map(({ name, unit }, index) => {
    const sorted = values[index]!.toSorted((a, b) => a - b);
    const [least, median, most] = [0, ROUNDS >> 1, ROUNDS - 1].map((at) => shown(sorted[at]!));
    return `| ${name} | ${median} ${unit} | ${least} to ${most} |`;
  });
  console.log(
    `### ${title}\n\n| | median | spread |\n| --- | ---: | ---: |\n${lines.join("\n")}\n`,
  );
}

/**
 * Does something many times in a row.
 *
 * @returns Nanoseconds for each time.
 */
export async function perCall(
  times: number,
  action: (index: number) => unknown,
): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < times; i++) await action(i);
  return (performance.now() - start) * 1e6 / times;
}
