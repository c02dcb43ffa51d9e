/**
 * Functions that take the processor: what two workers gain.
 *
 * @module
 */
import { inPools, type Pool, type PoolContender, processPools, threadPools } from "../pools.ts";
import { assertSame, LOCAL, type Runtime, timed, type Work } from "../work.ts";

const FACTORIALS = 4_000;
const FACTOR = 1_000;
/** 1000! ends in so many zeros. */
const ZEROS = 249;

const factorial: Work = {
  id: "factorial",
  title: `${FACTORIALS.toLocaleString("en")} × factorial(${FACTOR}) in 2 threads, each awaited`,
  rounds: 5,
  figures: { time: { unit: "ms", better: "less" } },
  contenders: inPools(threadPools, 2, (pool) => async () => {
    let last: unknown;
    const ms = await timed(async () => {
      const values: Promise<unknown>[] = [];
      for (let i = 0; i < FACTORIALS; i++) values.push(pool.run("factorial", FACTOR));
      for (const value of values) last = await value;
    });
    assertSame(/0*$/.exec(`${last}`)?.[0].length, ZEROS, "Zeros at the end");
    return { time: ms };
  }),
};

/** Turns of the loop in `spin` that take about a millisecond. */
export async function calibrate(pool: Pool): Promise<number> {
  const turns = 5_000_000;
  await pool.run("spin", turns);
  return turns / await timed(() => pool.run("spin", turns));
}

/** Keeps a pool's workers busy with so many tasks, and tells the milliseconds that it took. */
export async function spinAll(pool: Pool, count: number, turns: number): Promise<number> {
  return await timed(() =>
    Promise.all(Array.from({ length: count }, () => pool.run("spin", turns)))
  );
}

/** How many milliseconds of work a round has: enough for the first and the last of them not to matter. */
const WORK_MS = 300;

/** The same work with one worker and with two. */
function speedUp(
  lane: string,
  pools: readonly PoolContender[],
  taskMs: number,
  on?: readonly Runtime[],
): Work {
  const count = Math.round(WORK_MS / taskMs);
  return {
    id: `${lane}-speed-up-${taskMs}`,
    title: `${count} tasks that take the processor for ${taskMs} ms each: ` +
      `two ${lane} beside one`,
    rounds: 5,
    ...on && { on },
    figures: { gain: { unit: "times as fast", better: "more" } },
    contenders: pools.map((contender) => ({
      ...contender,
      async open() {
        // A pool has one size: the one worker is another pool's.
        const [one, two] = [await contender.open(1), await contender.open(2)];
        const turns = Math.round(taskMs * await calibrate(one));
        return {
          round: async () => ({
            gain: await spinAll(one, count, turns) / await spinAll(two, count, turns),
          }),
          close: () => Promise.all([one.close(), two.close()]),
        };
      },
    })),
  };
}

/** The works. */
export const cpu: readonly Work[] = [
  factorial,
  ...[0.1, 1, 10].flatMap((taskMs) => [
    speedUp("threads", threadPools, taskMs),
    speedUp("processes", processPools, taskMs, LOCAL),
  ]),
];
