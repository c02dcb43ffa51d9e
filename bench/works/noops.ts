/**
 * Async functions that do nothing: what a queue costs by itself.
 *
 * @module
 */
import { heapSize } from "../memory.ts";
import { TRILANE } from "../pools.ts";
import { pQueues } from "../p_queues.ts";
import {
  assertSame,
  type Contender,
  contendersOf,
  type Figure,
  type Loader,
  timed,
  type Work,
} from "../work.ts";

type Noop = () => Promise<void>;

/** A queue with what the works need of it. */
interface Queue {
  /** Submits `noop` so many times, to be run by `finish`. */
  fill(count: number, noop: Noop): void;
  /** Runs all that was submitted, none awaited by itself. */
  finish(): Promise<unknown>;
  /** Submits `noop` so many times and returns what tells of each. */
  each(count: number, noop: Noop): PromiseLike<unknown>[];
}

/** Loads a maker of queues that run so many at a time. */
type QueueContender = Loader<(concurrency: number) => Partial<Queue>>;

const repeat = <T>(count: number, action: () => T): T[] => Array.from({ length: count }, action);

const queues: readonly QueueContender[] = [
  {
    name: "Trilane AsyncQueue",
    kind: "trilane",
    runsOn: TRILANE,
    async load() {
      const { AsyncQueue } = await import("@trilane/trilane");
      return (workers) => {
        const queue = new AsyncQueue({ workers });
        return {
          fill(count, noop) {
            for (let i = 0; i < count; i++) queue.submit(noop);
          },
          finish: () => queue.run(),
          each(count, noop) {
            queue.start();
            return repeat(count, () => queue.submit(noop).value());
          },
        };
      };
    },
  },
  {
    name: "fastq (callbacks)",
    kind: "peer",
    async load() {
      const { default: fastq } = await import("fastq");
      return (concurrency) => {
        const worker = (noop: Noop, done: (error: null) => void) => {
          noop().then(() => done(null));
        };
        const queue = fastq(worker, concurrency);
        queue.pause();
        return {
          fill(count, noop) {
            for (let i = 0; i < count; i++) queue.push(noop);
          },
          finish() {
            return new Promise<void>((resolve) => {
              queue.drain = resolve;
              queue.resume();
            });
          },
        };
      };
    },
  },
  {
    name: "fastq.promise",
    kind: "peer",
    async load() {
      const { default: fastq } = await import("fastq");
      return (concurrency) => {
        const queue = fastq.promise((noop: Noop) => noop(), concurrency);
        queue.pause();
        return {
          fill(count, noop) {
            for (let i = 0; i < count; i++) queue.push(noop);
          },
          finish() {
            queue.resume();
            return queue.drained();
          },
          each(count, noop) {
            queue.resume();
            return repeat(count, () => queue.push(noop));
          },
        };
      };
    },
  },
  ...pQueues.map(({ name, load }): QueueContender => ({
    name,
    kind: "peer",
    async load() {
      const { default: PQueue } = await load();
      return (concurrency) => {
        const queue = new PQueue({ concurrency, autoStart: false });
        return {
          fill(count, noop) {
            for (let i = 0; i < count; i++) queue.add(noop);
          },
          finish() {
            queue.start();
            return queue.onIdle();
          },
          each(count, noop) {
            queue.start();
            return repeat(count, () => queue.add(noop));
          },
        };
      };
    },
  })),
  {
    name: "p-limit",
    kind: "peer",
    async load() {
      const { default: pLimit } = await import("p-limit");
      return (concurrency) => {
        const limit = pLimit(concurrency);
        return { each: (count, noop) => repeat(count, () => limit(noop)) };
      };
    },
  },
  {
    name: "async.queue",
    kind: "peer",
    async load() {
      const { default: async } = await import("async");
      return (concurrency) => {
        const queue = async.queue(
          (noop: Noop, done: () => void) => void noop().then(() => done()),
          concurrency,
        );
        queue.pause();
        return {
          fill(count, noop) {
            for (let i = 0; i < count; i++) queue.push(noop);
          },
          finish() {
            queue.resume();
            return queue.drain();
          },
          each(count, noop) {
            queue.resume();
            return repeat(count, () => queue.pushAsync(noop) as Promise<unknown>);
          },
        };
      };
    },
  },
  {
    name: "pooledMap of @std/async",
    kind: "peer",
    runsOn: ["deno"],
    async load() {
      const pool = "@std/async/pool";
      const { pooledMap } = await import(pool).catch(() => {
        throw new Error("it can't be loaded here");
      });
      return (concurrency) => {
        let items = 0;
        let task: Noop;
        return {
          fill(count, noop) {
            items = count;
            task = noop;
          },
          async finish() {
            for await (const _ of pooledMap(concurrency, new Array(items).fill(0), () => task()));
          },
        };
      };
    },
  },
  {
    name: "a bare loop per slot",
    kind: "floor",
    load() {
      return Promise.resolve((concurrency) => {
        const waiting: Noop[] = [];
        return {
          fill(count, noop) {
            for (let i = 0; i < count; i++) waiting.push(noop);
          },
          finish() {
            let next = 0;
            return Promise.all(repeat(concurrency, async () => {
              while (next < waiting.length) await waiting[next++]();
            }));
          },
        };
      });
    },
  },
  {
    name: "Promise.all, no limit",
    kind: "floor",
    load() {
      return Promise.resolve(() => ({ each: (count, noop) => repeat(count, noop) }));
    },
  },
];

/** Those that have what a work needs. */
const having = (...names: string[]) => queues.filter(({ name }) => !names.includes(name));
const WITHOUT_RUN = ["p-limit", "Promise.all, no limit"];
const WITHOUT_EACH = ["fastq (callbacks)", "pooledMap of @std/async", "a bare loop per slot"];

const PER_SECOND: Record<string, Figure> = { tasks: { unit: "tasks/s", better: "more" } };

function contenders(
  list: readonly QueueContender[],
  count: number,
  concurrency: number,
  work: (queue: Queue, noop: Noop) => Promise<unknown>,
): Contender[] {
  return contendersOf(list, (create) => async () => {
    let ran = 0;
    // deno-lint-ignore require-await -- what is queued is async
    const noop = async () => {
      ran++;
    };
    // Few tasks are over before the clock has moved.
    const times = Math.max(1, 100_000 / count);
    const ms = await timed(async () => {
      for (let i = 0; i < times; i++) await work(create(concurrency) as Queue, noop);
    });
    assertSame(ran, times * count, "Tasks that ran");
    return { tasks: ran / ms * 1000 };
  });
}

const digits = (count: number) => count.toLocaleString("en");
const roundsFor = (count: number) => count >= 1_000_000 ? 5 : 11;

function run(count: number, concurrency: number): Work {
  return {
    id: `noops-run-${count}-${concurrency}`,
    title: `${digits(count)} async no-ops submitted at once, ${concurrency} at a time, ` +
      "awaited all together",
    rounds: roundsFor(count),
    figures: PER_SECOND,
    contenders: contenders(having(...WITHOUT_RUN), count, concurrency, (queue, noop) => {
      queue.fill(count, noop);
      return queue.finish();
    }),
  };
}

function each(count: number, concurrency: number): Work {
  return {
    id: `noops-each-${count}-${concurrency}`,
    title: `${digits(count)} async no-ops submitted at once, ${concurrency} at a time, ` +
      "each awaited",
    rounds: roundsFor(count),
    figures: PER_SECOND,
    contenders: contenders(having(...WITHOUT_EACH), count, concurrency, async (queue, noop) => {
      for (const promise of queue.each(count, noop)) await promise;
    }),
  };
}

const QUEUED = 100_000;

const bytes: Work = {
  id: "noops-bytes",
  title: `Heap that ${digits(QUEUED)} queued tasks take`,
  rounds: 3,
  figures: { bytes: { unit: "bytes a task", better: "less" } },
  contenders: contendersOf(
    having(...WITHOUT_RUN, "pooledMap of @std/async", "a bare loop per slot"),
    (create) => async () => {
      const queue = create(16) as Queue;
      const before = await heapSize();
      queue.fill(QUEUED, () => Promise.resolve());
      const after = await heapSize();
      await queue.finish();
      return { bytes: (after - before) / QUEUED };
    },
  ),
};

/** The works. */
export const noops: readonly Work[] = [
  ...[1_000, 10_000, 100_000, 1_000_000].flatMap((count) => [run(count, 16), each(count, 16)]),
  ...[1, 64].flatMap((concurrency) => [run(100_000, concurrency), each(100_000, concurrency)]),
  bytes,
];
