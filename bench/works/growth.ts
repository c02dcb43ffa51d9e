/**
 * More and more of the same: what a task costs should not depend on how many there are, nor on how many workers.
 *
 * @module
 */
import { bareThreads } from "../bare.ts";
import { type Pool, threadPools } from "../pools.ts";
import { assertSame, type Loader, timed, type Work } from "../work.ts";

const CONCURRENCY = 16;
/** Few tasks are over before the clock has moved: a point has at least so many. */
const MIN_TASKS = 100_000;

/** Runs so many no-ops, so many at a time. */
type Run = (count: number, concurrency: number, noop: () => Promise<void>) => Promise<unknown>;

interface LineContender extends Loader<Run> {
  /** The most tasks that it is given: more take more memory than there is by default. */
  readonly atMost?: number;
}

const loaders: readonly LineContender[] = [
  {
    name: "Trilane AsyncQueue",
    kind: "trilane",
    async load() {
      const { AsyncQueue } = await import("@trilane/trilane/async");
      return (count, workers, noop) => {
        // What has ended is let go, as in a program that runs for days.
        const queue = new AsyncQueue({ workers, retain: "none" });
        for (let i = 0; i < count; i++) queue.submit(noop);
        return queue.run();
      };
    },
  },
  {
    name: "fastq.promise",
    kind: "peer",
    atMost: 1_000_000,
    async load() {
      const { default: fastq } = await import("fastq");
      return (count, concurrency, noop) => {
        const queue = fastq.promise((task: typeof noop) => task(), concurrency);
        queue.pause();
        for (let i = 0; i < count; i++) queue.push(noop);
        queue.resume();
        return queue.drained();
      };
    },
  },
  {
    name: "a bare list of objects",
    kind: "floor",
    load() {
      interface Node {
        readonly run: () => Promise<void>;
        readonly at: number;
        next: Node | undefined;
      }
      return Promise.resolve((count, concurrency, noop) => {
        const first: Node = { run: noop, at: 0, next: undefined };
        let last = first;
        for (let at = 1; at < count; at++) last = last.next = { run: noop, at, next: undefined };
        let next: Node | undefined = first;
        return Promise.all(Array.from({ length: concurrency }, async () => {
          while (next !== undefined) {
            const { run } = next;
            next = next.next;
            await run();
          }
        }));
      });
    },
  },
];

/** A point of a line: how many tasks are submitted at once, and how many of them run at once. */
type Point = readonly [count: number, concurrency: number];

function line(
  id: string,
  title: string,
  axis: string,
  points: Readonly<Record<string, Point>>,
  rounds: number,
): Work {
  return {
    id,
    title,
    axis,
    rounds,
    // The memory of ten million tasks is another's afterwards.
    cold: true,
    figures: figuresOf(Object.keys(points)),
    contenders: loaders.map(({ load, atMost = Infinity, ...contender }) => ({
      ...contender,
      async open() {
        const run = await load();
        await run(MIN_TASKS, CONCURRENCY, async () => {});
        return {
          async round() {
            const figures: Record<string, number> = {};
            for (const [key, [count, concurrency]] of Object.entries(points)) {
              if (count > atMost) continue;
              const times = Math.max(1, Math.ceil(MIN_TASKS / count));
              let ran = 0;
              // deno-lint-ignore require-await -- what is queued is async
              const noop = async () => {
                ran++;
              };
              const ms = await timed(async () => {
                for (let i = 0; i < times; i++) await run(count, concurrency, noop);
              });
              assertSame(ran, times * count, "Tasks that ran");
              figures[key] = ms * 1e6 / ran;
            }
            return figures;
          },
        };
      },
    })),
  };
}

function figuresOf(keys: readonly string[]): Work["figures"] {
  return Object.fromEntries(keys.map((key) => [key, { unit: "ns/task", better: "less" }]));
}

const THREAD_TASKS = 20_000;
const THREADS = [1, 4, 16, 64];

const threads: Work = {
  id: "growth-threads",
  title: `x + 1 in more and more threads: ${THREAD_TASKS.toLocaleString("en")} submitted at once`,
  axis: "threads",
  rounds: 3,
  figures: figuresOf(THREADS.map((count) => `${count}`)),
  contenders: [threadPools[0]!, bareThreads].map((contender) => ({
    ...contender,
    open: () =>
      Promise.resolve({
        async round() {
          const figures: Record<string, number> = {};
          for (const count of THREADS) {
            const pool = await contender.open(count);
            // What they load and compile at first is none of it.
            await incrementAll(pool);
            figures[`${count}`] = await incrementAll(pool) * 1e6 / THREAD_TASKS;
            await pool.close();
          }
          return figures;
        },
      }),
  })),
};

function incrementAll(pool: Pool): Promise<number> {
  return timed(() =>
    Promise.all(Array.from({ length: THREAD_TASKS }, (_, i) => pool.run("increment", i)))
  );
}

/** The works. */
export const growth: readonly Work[] = [
  line(
    "growth-tasks",
    `More and more async no-ops submitted at once, ${CONCURRENCY} at a time`,
    "tasks",
    {
      "1,000": [1_000, CONCURRENCY],
      "10,000": [10_000, CONCURRENCY],
      "100,000": [100_000, CONCURRENCY],
      "1,000,000": [1_000_000, CONCURRENCY],
      "10,000,000": [10_000_000, CONCURRENCY],
    },
    3,
  ),
  line(
    "growth-workers",
    "100,000 async no-ops submitted at once, more and more at a time",
    "at a time",
    {
      "1": [100_000, 1],
      "10": [100_000, 10],
      "100": [100_000, 100],
      "1,000": [100_000, 1_000],
      "10,000": [100_000, 10_000],
    },
    3,
  ),
  threads,
];
