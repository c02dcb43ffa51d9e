/**
 * Small functions in workers: how many a second, and how long one takes.
 *
 * @module
 */
import { bareProcesses, bareThreads } from "../bare.ts";
import {
  inPools,
  type Lane,
  openQueue,
  type Pool,
  type PoolContender,
  portableTasks,
  processPools,
  threadPools,
} from "../pools.ts";
import {
  assertSame,
  type Contender,
  type Figures,
  LOCAL,
  quantile,
  timed,
  type Work,
} from "../work.ts";

const WORKERS = 2;
/** What is submitted at once. */
const TASKS = 20_000;
/** How many round trips make a latency round. */
const TRIPS = 2_000;

const LANES = {
  thread: { pools: [...threadPools, bareThreads], plural: "threads" },
  process: { pools: [...processPools, bareProcesses], plural: "processes", on: LOCAL },
} as const;

/** All at once, each awaited. */
async function saturate(pool: Pool, count: number): Promise<number> {
  let sum = 0;
  const ms = await timed(async () => {
    const values: Promise<unknown>[] = [];
    for (let i = 0; i < count; i++) values.push(pool.run("increment", i));
    for (const value of await Promise.all(values)) sum += value as number;
  });
  assertSame(sum, count * (count + 1) / 2, "Sum of the values");
  return ms;
}

/** The way to submit a batch that Trilane has of its own. */
function batch(lane: Lane): Contender {
  return {
    name: `Trilane ${lane === "thread" ? "ThreadQueue" : "ProcessQueue"}, run() and its summary`,
    kind: "trilane",
    async open() {
      const { increment } = await portableTasks();
      const queue = await openQueue(lane, { workers: WORKERS });
      const numbers = Array.from({ length: TASKS }, (_, i) => i);
      return {
        async round() {
          let sum = 0;
          const ms = await timed(async () => {
            queue.map(increment, numbers);
            for (const value of (await queue.run()).values) sum += value as number;
          });
          assertSame(sum, TASKS * (TASKS + 1) / 2, "Sum of the values");
          queue.clearResults();
          return { tasks: TASKS / ms * 1000 };
        },
        close: () => queue.shutdown(),
      };
    },
  };
}

function saturated(lane: Lane): Work {
  const { plural, pools, ...where } = LANES[lane];
  return {
    id: `${plural}-saturated`,
    title: `x + 1 in ${WORKERS} ${plural}: ${TASKS.toLocaleString("en")} submitted at once`,
    rounds: 9,
    ...where,
    figures: { tasks: { unit: "tasks/s", better: "more" } },
    contenders: [
      batch(lane),
      ...inPools(pools as readonly PoolContender[], WORKERS, (pool) => async () => ({
        tasks: TASKS / await saturate(pool, TASKS) * 1000,
      })),
    ],
  };
}

/** One awaited after another. */
async function trips(pool: Pool): Promise<Figures> {
  const times = new Float64Array(TRIPS);
  for (let i = 0; i < TRIPS; i++) {
    let value: unknown;
    times[i] = 1000 * await timed(async () => value = await pool.run("increment", i));
    assertSame(value, i + 1, "Value");
  }
  times.sort();
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

function latency(
  lane: Lane,
  workers: number,
  after: "cold" | "saturated",
): Work {
  const { plural, pools, ...where } = LANES[lane];
  return {
    id: `${lane}-latency-${workers}-${after}`,
    title: `x + 1 in ${workers === 1 ? `a ${lane}` : `${workers} ${plural}`}, ` +
      `${TRIPS.toLocaleString("en")} one after another, ` +
      (after === "cold" ? "the first that the program does" : "after a saturated phase"),
    rounds: after === "cold" ? 5 : 7,
    cold: after === "cold",
    ...where,
    figures: {
      p50: { unit: "µs, p50", better: "less" },
      p99: { unit: "µs, p99", better: "less" },
    },
    contenders: inPools(pools as readonly PoolContender[], workers, (pool) => async () => {
      if (after === "saturated") await saturate(pool, TRIPS);
      return await trips(pool);
    }),
  };
}

/** The works of one lane. */
export function roundTrips(lane: Lane): readonly Work[] {
  return [
    saturated(lane),
    // A worker that has not run for a while is woken on another processor or not, as the system likes, which makes
    // more of a difference than any pool does: least with one worker.
    latency(lane, 1, "saturated"),
    latency(lane, WORKERS, "saturated"),
    latency(lane, WORKERS, "cold"),
  ];
}
