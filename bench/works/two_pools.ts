/**
 * Two pools in one program, which share the processors.
 *
 * @module
 */
import { type PoolContender, processPools, threadPools } from "../pools.ts";
import { LOCAL, type Runtime, type Work } from "../work.ts";
import { calibrate, spinAll } from "./cpu.ts";

const WORKERS = 2;
const TASK_MS = 1;
const TASKS = 300;

function twoPoolsOf(
  plural: string,
  pools: readonly PoolContender[],
  on?: readonly Runtime[],
): Work {
  return {
    id: `${plural}-two-pools`,
    title: `${TASKS} tasks of ${TASK_MS} ms in a pool of ${WORKERS} ${plural}, ` +
      "which is the only one that works",
    rounds: 5,
    ...on && { on },
    figures: {
      shared: { unit: "of its speed when another pool does half of them", better: "more" },
      beside: { unit: "of its speed while another pool does x + 1 one at a time", better: "more" },
    },
    contenders: pools.map((contender) => ({
      ...contender,
      async open() {
        const [pool, other] = [await contender.open(WORKERS), await contender.open(WORKERS)];
        const turns = Math.round(TASK_MS * await calibrate(pool));
        await calibrate(other);
        return {
          async round() {
            const alone = await spinAll(pool, TASKS, turns);
            const start = performance.now();
            await Promise.all([spinAll(pool, TASKS / 2, turns), spinAll(other, TASKS / 2, turns)]);
            const shared = performance.now() - start;
            let isBusy = true;
            const busy = spinAll(pool, TASKS, turns).finally(() => isBusy = false);
            for (let i = 0; isBusy; i++) await other.run("increment", i);
            return { shared: alone / shared, beside: alone / await busy };
          },
          close: () => Promise.all([pool.close(), other.close()]),
        };
      },
    })),
  };
}

/** The works. */
export const twoPools: readonly Work[] = [
  twoPoolsOf("threads", threadPools),
  twoPoolsOf("processes", processPools, LOCAL),
];
