/**
 * What a result of 100 MB takes of memory, beside itself.
 *
 * @module
 */
import process from "node:process";
import { type PoolContender, processPools, type TaskName } from "../pools.ts";
import { assertSame, LOCAL, type Work } from "../work.ts";

const SIZE = 100_000_000;

function work(what: string, task: TaskName, pools: readonly PoolContender[]): Work {
  return {
    id: `processes-100mb-${what}`,
    title: `A result of 100 MB of ${what} from a process`,
    rounds: 3,
    on: LOCAL,
    // What one has taken once the system counts for ever.
    cold: true,
    figures: {
      parent: { unit: "copies of it in the parent's memory", better: "less" },
      child: { unit: "copies in the child's", better: "less" },
      time: { unit: "ms", better: "less" },
    },
    contenders: pools.map((contender) => ({
      ...contender,
      async open() {
        const pool = await contender.open(1);
        return {
          async round() {
            const memory = async () => await pool.run("memory", 0) as { now: number; peak: number };
            await pool.run("increment", 1);
            const child = await memory();
            const parent = process.memoryUsage().rss;
            const start = performance.now();
            const value = await pool.run(task, SIZE) as { length: number };
            const time = performance.now() - start;
            assertSame(value.length, SIZE, "Length");
            // In kilobytes, on every runtime.
            const here = process.resourceUsage().maxRSS * 1024 - parent;
            const there = (await memory()).peak - child.now;
            return { parent: here / SIZE, child: there / SIZE, time };
          },
          close: () => pool.close(),
        };
      },
    })),
  };
}

/** The works. */
export const largeResults: readonly Work[] = [
  // Peers make JSON of bytes, which takes them half a minute.
  work("bytes", "bytesOf", processPools.filter(({ kind }) => kind === "trilane")),
  work("text", "textOf", processPools),
];
