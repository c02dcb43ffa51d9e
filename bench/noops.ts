/**
 * Queues that run many async no-ops: what a queue costs by itself.
 *
 * @module
 */
import { AsyncQueue } from "@trilane/trilane";
import fastq from "fastq";
import PQueue from "p-queue";

/** A queue's way to run tasks. */
export interface Contender {
  readonly name: string;
  /**
   * Submits tasks that do nothing and waits for them.
   *
   * @param count How many.
   * @returns How many the queue says have succeeded.
   */
  run(count: number): Promise<number>;
}

/** Tasks that a queue runs at once. */
export const CONCURRENCY = 16;

/** Tasks that have been run, by whatever queue. */
export let ran = 0;

// deno-lint-ignore require-await -- what is queued is async
const noop = async () => {
  ran++;
};

async function awaitEach(promises: PromiseLike<unknown>[]): Promise<number> {
  let settled = 0;
  for (const promise of promises) {
    await promise;
    settled++;
  }
  return settled;
}

/** The caller waits once, for the queue to have nothing left to do. */
export const together: readonly Contender[] = [
  {
    name: "Trilane AsyncQueue",
    async run(count) {
      const queue = new AsyncQueue({ workers: CONCURRENCY });
      for (let i = 0; i < count; i++) queue.submit(noop);
      return (await queue.run()).succeeded;
    },
  },
  {
    name: "fastq.promise",
    async run(count) {
      const before = ran;
      const queue = fastq.promise(noop, CONCURRENCY);
      for (let i = 0; i < count; i++) queue.push(i);
      await queue.drained();
      return ran - before; // It doesn't count.
    },
  },
  {
    name: "p-queue",
    async run(count) {
      const before = ran;
      const queue = new PQueue({ concurrency: CONCURRENCY });
      for (let i = 0; i < count; i++) queue.add(noop);
      await queue.onIdle();
      return ran - before; // It doesn't count.
    },
  },
];

/** The caller awaits the promise of every task, one after the other. */
export const oneByOne: readonly Contender[] = [
  {
    name: "Trilane AsyncQueue",
    async run(count) {
      const queue = new AsyncQueue({ workers: CONCURRENCY });
      await queue.start();
      const values: Promise<void>[] = [];
      for (let i = 0; i < count; i++) values.push(queue.submit(noop).value());
      return await awaitEach(values);
    },
  },
  {
    name: "fastq.promise",
    run(count) {
      const queue = fastq.promise(noop, CONCURRENCY);
      const values: Promise<void>[] = [];
      for (let i = 0; i < count; i++) values.push(queue.push(i));
      return awaitEach(values);
    },
  },
  {
    name: "p-queue",
    run(count) {
      const queue = new PQueue({ concurrency: CONCURRENCY });
      const values: Promise<unknown>[] = [];
      for (let i = 0; i < count; i++) values.push(queue.add(noop));
      return awaitEach(values);
    },
  },
];
