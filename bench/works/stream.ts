/**
 * A source that is pulled no faster than its consumer takes.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { heapInUse, heapSize } from "../memory.ts";
import { assertSame, type Contender, LOCAL, timed, type Work } from "../work.ts";

const ITEMS = 200_000;
const CONCURRENCY = 16;
/** The consumer lets others run every so many items. */
const PAUSE_EVERY = 1_000;

const MIB = 2 ** 20;

/** What one runs a source through: yields each item's value. */
type Through = (source: Iterable<number>) => AsyncIterable<number> | Promise<AsyncIterable<number>>;

// deno-lint-ignore require-await -- what is queued is async
const task = async (n: number) => n + 1;

function* numbers(): Generator<number> {
  for (let i = 0; i < ITEMS; i++) yield i;
}

const turn = () => delay(0);

function contender(
  facts: Omit<Contender, "open">,
  load: () => Promise<Through>,
): Contender {
  return {
    ...facts,
    async open() {
      const through = await load();
      return {
        async round() {
          const start = await heapSize();
          let peak = 0;
          let sum = 0;
          let count = 0;
          const ms = await timed(async () => {
            for await (const value of await through(numbers())) {
              sum += value;
              if (++count % PAUSE_EVERY !== 0) continue;
              await turn();
              if (count % (ITEMS / 20) === 0) peak = Math.max(peak, await heapSize());
            }
          });
          assertSame(sum, ITEMS * (ITEMS + 1) / 2, "Sum of the values");
          return { items: ITEMS / ms * 1000, live: (peak - start) / MIB, heap: heapInUse() / MIB };
        },
      };
    },
  };
}

/** The work. */
export const stream: Work = {
  id: "stream",
  title: `${ITEMS.toLocaleString("en")} items streamed to a slow consumer, ` +
    `${CONCURRENCY} at a time, values in order`,
  rounds: 3,
  on: LOCAL,
  figures: {
    items: { unit: "items/s", better: "more" },
    live: { unit: "MiB more live objects at the peak", better: "less" },
    heap: { unit: "MiB of heap at the end", better: "less" },
  },
  contenders: [
    contender({ name: "Trilane stream", kind: "trilane" }, async () => {
      const { AsyncQueue } = await import("@trilane/trilane/async");
      return (source) =>
        new AsyncQueue({ workers: CONCURRENCY, retain: "none" }).stream(task, source);
    }),
    contender({ name: "p-queue and onSizeLessThan", kind: "peer" }, async () => {
      const { default: PQueue } = await import("p-queue");
      return async function* (source) {
        const queue = new PQueue({ concurrency: CONCURRENCY });
        const window: Promise<number>[] = [];
        for (const n of source) {
          await queue.onSizeLessThan(CONCURRENCY);
          window.push(queue.add(() => task(n)));
          if (window.length === 2 * CONCURRENCY) yield await window.shift()!;
        }
        for (const value of window) yield await value;
      };
    }),
    contender(
      { name: "a bare loop", kind: "floor" },
      () =>
        Promise.resolve(async function* (source) {
          for (const n of source) yield await task(n);
        }),
    ),
  ],
};
