/**
 * Queues that are filled with tasks of random priorities before the first one may start: what the order costs.
 *
 * @module
 */
import { pQueues } from "../p_queues.ts";
import { assertSame, contendersOf, type Loader, timed, type Work } from "../work.ts";

/** A kind of random priorities. */
export interface Distribution {
  readonly name: string;
  next(): number;
}

/** Many different priorities, and few. */
export const distributions: readonly Distribution[] = [
  { name: "random floats", next: Math.random },
  { name: "random integers 0 to 9", next: () => Math.floor(Math.random() * 10) },
];

/** Draws priorities. */
export function draw(distribution: Distribution, count: number): Float64Array {
  return Float64Array.from({ length: count }, distribution.next);
}

const CONCURRENCY = 16;

/** Submits a task for each priority, then lets them run. */
type Run = (priorities: Float64Array, task: (index: number) => Promise<void>) => Promise<unknown>;

interface PriorityContender extends Loader<Run> {
  /** The most tasks that it is given: more would take minutes. */
  readonly atMost: number;
}

const queues: readonly PriorityContender[] = [
  {
    name: "Trilane AsyncQueue",
    kind: "trilane",
    atMost: Infinity,
    async load() {
      const { AsyncQueue } = await import("@trilane/trilane/async");
      return (priorities, task) => {
        const queue = new AsyncQueue({ workers: CONCURRENCY });
        for (let i = 0; i < priorities.length; i++) {
          queue.submit(task, [i], { priority: priorities[i] });
        }
        return queue.run();
      };
    },
  },
  ...pQueues.map(({ name, load }): PriorityContender => ({
    name,
    kind: "peer",
    // It inserts into a sorted array, so that each task costs more the more there are.
    atMost: 10_000,
    async load() {
      const { default: PQueue } = await load();
      return (priorities, task) => {
        const queue = new PQueue({ concurrency: CONCURRENCY, autoStart: false });
        for (let i = 0; i < priorities.length; i++) {
          queue.add(() => task(i), { priority: -priorities[i] });
        }
        queue.start();
        return queue.onIdle();
      };
    },
  })),
  {
    name: "async.priorityQueue",
    kind: "peer",
    atMost: Infinity,
    async load() {
      const { default: async } = await import("async");
      return (priorities, task) => {
        const queue = async.priorityQueue(
          (i: number, done: () => void) => void task(i).then(() => done()),
          CONCURRENCY,
        );
        queue.pause();
        for (let i = 0; i < priorities.length; i++) queue.push(i, priorities[i]);
        queue.resume();
        return queue.drain();
      };
    },
  },
];

/** Whether tasks were started by priority, those that were submitted first first. */
function isInOrder(order: readonly number[], priorities: Float64Array): boolean {
  return order.every((index, i) => {
    if (i === 0) return true;
    const before = order[i - 1];
    return priorities[before] < priorities[index] ||
      (priorities[before] === priorities[index] && before < index);
  });
}

function work(count: number, distribution: Distribution): Work {
  return {
    id: `priorities-${count}-${distribution.name.split(" ")[1]}`,
    title: `${count.toLocaleString("en")} async no-ops with ${distribution.name} as priorities, ` +
      `queued before the first one starts, ${CONCURRENCY} at a time, awaited all together`,
    rounds: count > 10_000 ? 3 : 11,
    figures: { time: { unit: "ns/task", better: "less" } },
    contenders: contendersOf(queues.filter(({ atMost }) => count <= atMost), (run) => async () => {
      const priorities = draw(distribution, count);
      const order: number[] = [];
      // deno-lint-ignore require-await -- what is queued is async
      const ms = await timed(() => run(priorities, async (index) => void order.push(index)));
      assertSame(order.length, count, "Tasks that ran");
      assertSame(isInOrder(order, priorities), true, "In order");
      return { time: ms * 1e6 / count };
    }),
  };
}

/** The works. */
export const priorities: readonly Work[] = distributions.flatMap((distribution) =>
  [10_000, 200_000].map((count) => work(count, distribution))
);
