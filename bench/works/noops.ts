/**
 * Async functions that do nothing: what a queue costs by itself.
 *
 * @module
 */
import { heapSize } from "../memory.ts";
import { type Noop, type Queue, type QueueContender, queues } from "../queues.ts";
import {
  assertSame,
  type Contender,
  contendersOf,
  type Figure,
  LOCAL,
  timed,
  type Work,
} from "../work.ts";

const CONCURRENCY = 16;

/** Few tasks are over before the clock has moved: a round has at least so many. */
const MIN_TASKS = 100_000;

const PER_SECOND: Record<string, Figure> = { tasks: { unit: "tasks/s", better: "more" } };

const having = (way: "run" | "each") => queues.filter(({ lacks }) => lacks !== way);

function contenders(
  list: readonly QueueContender[],
  count: number,
  work: (queue: Queue, noop: Noop) => Promise<unknown>,
): Contender[] {
  return contendersOf(list, (create) => async () => {
    let ran = 0;
    // deno-lint-ignore require-await -- what is queued is async
    const noop = async () => {
      ran++;
    };
    const times = Math.max(1, MIN_TASKS / count);
    const ms = await timed(async () => {
      for (let i = 0; i < times; i++) await work(create(CONCURRENCY) as Queue, noop);
    });
    assertSame(ran, times * count, "Tasks that ran");
    return { tasks: ran / ms * 1000 };
  });
}

const digits = (count: number) => count.toLocaleString("en");
const title = (count: number) =>
  `${digits(count)} async no-ops submitted at once, ${CONCURRENCY} at a time`;

function run(count: number): Work {
  return {
    id: `noops-run-${count}`,
    title: `${title(count)}, awaited all together`,
    rounds: 11,
    figures: PER_SECOND,
    contenders: contenders(having("run"), count, (queue, noop) => {
      queue.fill(count, noop);
      return queue.finish();
    }),
  };
}

function each(count: number): Work {
  return {
    id: `noops-each-${count}`,
    title: `${title(count)}, each awaited`,
    rounds: 11,
    figures: PER_SECOND,
    contenders: contenders(having("each"), count, async (queue, noop) => {
      for (const promise of queue.each(count, noop)) await promise;
    }),
  };
}

const QUEUED = 100_000;

/** Those that hold tasks. */
const holders = having("run")
  .filter(({ name, kind }) => kind !== "floor" && name !== "pooledMap of @std/async");

const bytes: Work = {
  id: "noops-bytes",
  title: `Heap that ${digits(QUEUED)} queued tasks take`,
  rounds: 3,
  on: LOCAL,
  figures: { bytes: { unit: "bytes a task", better: "less" } },
  contenders: contendersOf(holders, (create) => async () => {
    const queue = create(CONCURRENCY) as Queue;
    const before = await heapSize();
    queue.fill(QUEUED, () => Promise.resolve());
    const after = await heapSize();
    await queue.finish();
    return { bytes: (after - before) / QUEUED };
  }),
};

/** The works. */
export const noops: readonly Work[] = [
  ...[1_000, 100_000].flatMap((count) => [run(count), each(count)]),
  bytes,
];
