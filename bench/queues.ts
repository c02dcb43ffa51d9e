/**
 * Queues of async functions, all filled in the same way.
 *
 * @module
 */
import { pQueues } from "./p_queues.ts";
import { type Loader, LOCAL } from "./work.ts";

export type Noop = () => Promise<void>;

/** A queue with what the works need of it. */
export interface Queue {
  /** Submits `noop` so many times, to be run by `finish`. */
  fill(count: number, noop: Noop): void;
  /** Runs all that was submitted, none awaited by itself. */
  finish(): Promise<unknown>;
  /** Submits `noop` so many times and returns what tells of each. */
  each(count: number, noop: Noop): PromiseLike<unknown>[];
}

/** Loads a maker of queues that run so many at a time. */
export interface QueueContender extends Loader<(concurrency: number) => Partial<Queue>> {
  /** What it has no way to do: to run what it was filled with, or to tell of each task. */
  readonly lacks?: "run" | "each";
}

const repeat = <T>(count: number, action: () => T): T[] => Array.from({ length: count }, action);

/** A peer that is filled while it is paused. */
interface Pausable {
  push(noop: Noop): unknown;
  pause(): void;
  resume(): void;
}

/**
 * Fills a peer while it is paused.
 *
 * @param drained Tells when all has run.
 * @param push Submits one and tells of it.
 */
function paused(
  queue: Pausable,
  drained: () => Promise<unknown>,
  push?: (noop: Noop) => Promise<unknown>,
): Partial<Queue> {
  queue.pause();
  return {
    fill(count, noop) {
      for (let i = 0; i < count; i++) queue.push(noop);
    },
    finish() {
      const end = drained();
      queue.resume();
      return end;
    },
    ...push && {
      each(count, noop) {
        queue.resume();
        return repeat(count, () => push(noop));
      },
    },
  };
}

/** Ways to use an `AsyncQueue`: what tells of a task, and whether it keeps its submitter's context. */
function trilane(waiting: "value()" | "await handle", asyncContext: boolean): QueueContender {
  const name = waiting === "value()" ? "Trilane AsyncQueue" : "Trilane AsyncQueue, await handle";
  return {
    name: asyncContext ? name : `${name}, asyncContext: false`,
    kind: "trilane",
    // Pages have no such context.
    ...!asyncContext && { runsOn: LOCAL },
    ...waiting === "await handle" && { lacks: "run" },
    async load() {
      const { AsyncQueue } = await import("@trilane/trilane/async");
      return (workers) => {
        const queue = new AsyncQueue({ workers, asyncContext });
        return {
          fill(count, noop) {
            for (let i = 0; i < count; i++) queue.submit(noop);
          },
          finish: () => queue.run(),
          each(count, noop) {
            queue.start();
            return waiting === "value()"
              ? repeat(count, () => queue.submit(noop).value())
              : repeat(count, () => queue.submit(noop));
          },
        };
      };
    },
  };
}

/** All of them: what people get who set nothing is the last of Trilane's, to which the others are compared. */
export const queues: readonly QueueContender[] = [
  trilane("await handle", false),
  trilane("value()", false),
  trilane("await handle", true),
  trilane("value()", true),
  {
    name: "fastq (callbacks)",
    kind: "peer",
    lacks: "each",
    async load() {
      const { default: fastq } = await import("fastq");
      return (concurrency) => {
        const worker = (noop: Noop, done: (error: null) => void) => {
          noop().then(() => done(null));
        };
        const queue = fastq(worker, concurrency);
        return paused(queue, () => new Promise<void>((resolve) => queue.drain = resolve));
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
        return paused(queue, () => queue.drained(), (noop) => queue.push(noop));
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
    lacks: "run",
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
        const push = (noop: Noop) => queue.pushAsync(noop) as Promise<unknown>;
        return paused(queue, () => queue.drain(), push);
      };
    },
  },
  {
    name: "pooledMap of @std/async",
    kind: "peer",
    lacks: "each",
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
    lacks: "each",
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
    lacks: "run",
    load() {
      return Promise.resolve(() => ({ each: (count, noop) => repeat(count, noop) }));
    },
  },
];
