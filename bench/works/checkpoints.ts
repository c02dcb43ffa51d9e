/**
 * The same run with a checkpoint and without.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Checkpoint } from "@trilane/trilane/checkpoint";
import { openQueue, portableTasks } from "../pools.ts";
import { assertSame, type Contender, LOCAL, timed, type Work } from "../work.ts";

const TASKS = 20_000;
const WORKERS = 2;
const numbers = Array.from({ length: TASKS }, (_, i) => i);

/** What is used of a queue of any lane. */
interface Queue {
  map(
    // deno-lint-ignore no-explicit-any -- each lane takes its own kind of functions
    fn: any,
    items: Iterable<number>,
    options?: { checkpoint: Checkpoint; namespace: string },
  ): unknown;
  run(): Promise<{ readonly succeeded: number }>;
  clearResults(): void;
  shutdown(): Promise<void>;
}

function contender(name: string, load: () => Promise<[Queue, unknown]>): Contender {
  return {
    name,
    kind: "trilane",
    async open() {
      const { Checkpoint } = await import("@trilane/trilane/checkpoint");
      const [queue, fn] = await load();
      const folder = await mkdtemp(join(tmpdir(), "trilane-bench-"));
      const run = async (checkpoint?: Checkpoint) => {
        const ms = await timed(async () => {
          queue.map(fn, numbers, checkpoint && { checkpoint, namespace: "increment" });
          assertSame((await queue.run()).succeeded, TASKS, "Tasks that succeeded");
        });
        queue.clearResults();
        return ms;
      };
      let round = 0;
      return {
        async round() {
          const plain = await run();
          using checkpoint = new Checkpoint(join(folder, `${round++}.db`));
          const recorded = await run(checkpoint);
          return {
            ratio: recorded / plain,
            with: recorded * 1e6 / TASKS,
            without: plain * 1e6 / TASKS,
          };
        },
        async close() {
          await queue.shutdown();
          await rm(folder, { recursive: true });
        },
      };
    },
  };
}

/** The work. */
export const checkpoints: Work = {
  id: "checkpoint",
  title: `${TASKS.toLocaleString("en")} tasks that do nothing, with a checkpoint and without`,
  rounds: 7,
  on: LOCAL,
  figures: {
    ratio: { unit: "times as long with it", better: "less" },
    with: { unit: "ns/task with it", better: "less" },
    without: { unit: "ns/task without", better: "less" },
  },
  contenders: [
    contender("Trilane AsyncQueue", async () => {
      const { AsyncQueue } = await import("@trilane/trilane/async");
      // deno-lint-ignore require-await -- what is queued is async
      return [new AsyncQueue({ workers: 16 }), async (n: number) => n + 1];
    }),
    contender("Trilane ThreadQueue", async () => [
      await openQueue("thread", { workers: WORKERS }),
      (await portableTasks()).increment,
    ]),
    contender("Trilane ProcessQueue", async () => [
      await openQueue("process", { workers: WORKERS }),
      (await portableTasks()).increment,
    ]),
  ],
};
