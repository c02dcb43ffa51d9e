/**
 * Queues that are filled with tasks of random priorities before the first one may start: what the
 * order costs.
 *
 * @module
 */
import { AsyncQueue } from "@trilane/trilane";
import PQueue from "p-queue";
import { CONCURRENCY } from "./noops.ts";

/** A queue that knows priorities. */
export interface PriorityContender {
  readonly name: string;
  /** The most tasks that it is given: more would take minutes. */
  readonly atMost: number;
  /**
   * Submits a task for each priority, then lets them run.
   *
   * @param priorities The lowest runs first.
   * @param task Called with the index of its priority.
   */
  run(
    priorities: Float64Array,
    task: (index: number) => Promise<void>,
  ): Promise<void>;
}

/** A kind of random priorities. */
export interface Distribution {
  readonly name: string;
  next(): number;
}

/** Many different priorities, and few. */
export const distributions: readonly Distribution[] = [
  { name: "random floats", next: () => Math.random() },
  {
    name: "random integers 0 to 9",
    next: () => Math.floor(Math.random() * 10),
  },
];

/** Draws priorities. */
export function draw(distribution: Distribution, count: number): Float64Array {
  return Float64Array.from({ length: count }, distribution.next);
}

/** fastq, without priorities, is not among them. */
export const contenders: readonly PriorityContender[] = [
  {
    name: "Trilane AsyncQueue",
    atMost: Infinity,
    async run(priorities, task) {
      const queue = new AsyncQueue({ workers: CONCURRENCY });
      for (let i = 0; i < priorities.length; i++) {
        queue.submit(task, [i], { priority: priorities[i] });
      }
      await queue.run();
    },
  },
  {
    name: "p-queue",
    // It inserts into a sorted array, so that each task costs more the more there are.
    atMost: 10_000,
    async run(priorities, task) {
      const queue = new PQueue({ concurrency: CONCURRENCY, autoStart: false });
      for (let i = 0; i < priorities.length; i++) {
        queue.add(() => task(i), { priority: -priorities[i] });
      }
      queue.start();
      await queue.onIdle();
    },
  },
];

/**
 * Runs a contender and looks at the order in which it started the tasks.
 *
 * @throws {Error} When that is not by priority, first submitted first.
 */
export async function checkOrder(
  contender: PriorityContender,
  priorities: Float64Array,
): Promise<void> {
  const order: number[] = [];
  // deno-lint-ignore require-await -- what is queued is async
  await contender.run(priorities, async (index) => {
    order.push(index);
  });
  const right = Array.from(priorities.keys())
    .sort((a, b) => priorities[a] - priorities[b] || a - b);
  if (
    order.length !== right.length ||
    order.some((index, i) => index !== right[i])
  ) {
    throw new Error(
      `${contender.name} did not run its tasks in the order of their priorities`,
    );
  }
}
