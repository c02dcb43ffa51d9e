/**
 * Times contenders against each other.
 *
 * @module
 */

/** What is timed. */
export interface Trial {
  /** What is timed; checks its outcome, and throws when it is wrong. */
  run(): Promise<void>;
}

/** How long something took, in milliseconds, over several rounds. */
export interface Times {
  readonly median: number;
  readonly shortest: number;
  readonly longest: number;
}

/**
 * Times trials in interleaved rounds, so that whatever else the machine does meets all of them alike, and
 * in each round in another order, so that none always follows the same.
 *
 * @param trials What to time.
 * @param rounds How many timed rounds, after a third as many to warm up.
 * @returns The times of each trial.
 */
export async function measure(
  trials: readonly Trial[],
  rounds: number,
): Promise<Times[]> {
  const times: number[][] = trials.map(() => []);
  const warmUp = Math.ceil(rounds / 3);
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const index of shuffle([...trials.keys()])) {
      collectGarbage();
      const start = performance.now();
      await trials[index].run();
      const time = performance.now() - start;
      if (round >= warmUp) times[index].push(time);
    }
  }
  return times.map(summarize);
}

function shuffle<T>(items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

function summarize(times: number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, shortest: sorted[0], longest: sorted[sorted.length - 1] };
}

/**
 * So that nobody pays for another's garbage. On Deno it takes `--v8-flags=--expose-gc` and only young objects
 * are collected: a full collection shrinks V8's heap, and whoever runs next pays for its growth.
 */
function collectGarbage(): void {
  const { Bun, gc } = globalThis as {
    Bun?: { gc(wait: boolean): void };
    gc?: (options: { type: "minor" }) => void;
  };
  if (Bun !== undefined) Bun.gc(true);
  else gc?.({ type: "minor" });
}
