/**
 * Many tasks that one signal cancels.
 *
 * @module
 */
import { assertSame, contendersOf, type Loader, timed, type Work } from "../work.ts";

/** Queues tasks with one signal, aborts it and tells how many were cancelled. */
type CancelAll = (count: number, task: () => void) => Promise<number>;

interface SignalContender extends Loader<CancelAll> {
  /** The most tasks that it is given: more would take minutes. */
  readonly atMost: number;
}

const queues: readonly SignalContender[] = [
  {
    name: "Trilane AsyncQueue",
    kind: "trilane",
    atMost: Infinity,
    async load() {
      const { AsyncQueue } = await import("@trilane/trilane/async");
      return async (count, task) => {
        const queue = new AsyncQueue();
        const controller = new AbortController();
        const options = { signal: controller.signal };
        for (let i = 0; i < count; i++) queue.submit(task, options);
        controller.abort();
        await queue.join();
        return queue.stats.cancelled;
      };
    },
  },
  {
    name: "p-queue",
    kind: "peer",
    // Each task takes its own listener off the signal, which looks through all of them.
    atMost: 10_000,
    async load() {
      const { default: PQueue } = await import("p-queue");
      return async (count, task) => {
        const queue = new PQueue({ autoStart: false });
        const controller = new AbortController();
        const options = { signal: controller.signal };
        let cancelled = 0;
        const refused = () => cancelled++;
        const settled: Promise<unknown>[] = [];
        for (let i = 0; i < count; i++) settled.push(queue.add(task, options).catch(refused));
        controller.abort();
        queue.start();
        await Promise.all(settled);
        return cancelled;
      };
    },
  },
];

/** The works. */
export const signals: readonly Work[] = [10_000, 100_000].map((count) => ({
  id: `signal-${count}`,
  title: `${count.toLocaleString("en")} queued tasks with one AbortSignal, which aborts`,
  rounds: 7,
  figures: { time: { unit: "ns/task", better: "less" } },
  contenders: contendersOf(
    queues.filter(({ atMost }) => count <= atMost),
    (cancelAll) => async () => {
      let ran = 0;
      let cancelled = 0;
      const ms = await timed(async () => cancelled = await cancelAll(count, () => ran++));
      assertSame(ran, 0, "Tasks that ran");
      assertSame(cancelled, count, "Tasks that were cancelled");
      return { time: ms * 1e6 / count };
    },
  ),
}));
