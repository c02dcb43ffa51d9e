/**
 * What each lane costs: 1,000 small functions at once, and one at a time, in two workers.
 *
 * @module
 */
import { AsyncQueue, importTasks, ProcessQueue, ThreadQueue } from "@trilane/trilane";
import type * as functions from "./tasks.js";

const COUNT = 1_000;
const WORKERS = 2;
const { increment } = importTasks<typeof functions>(new URL("./tasks.js", import.meta.url));
const numbers = Array.from({ length: COUNT }, (_, i) => i);

// Idle workers keep no program alive.
const queues = [
  new AsyncQueue({ workers: WORKERS }),
  new ThreadQueue({ workers: WORKERS, minWorkers: WORKERS }),
  new ProcessQueue({ workers: WORKERS, minWorkers: WORKERS }),
  // All of them take portable tasks, and no type says so.
] as unknown as AsyncQueue[];

for (const queue of queues) {
  const { name } = queue.constructor;
  Deno.bench({
    name: `${name}: 1,000 at once`,
    group: "1,000 at once",
    async fn() {
      queue.map(increment, numbers);
      await queue.run();
      queue.clearResults();
    },
  });
  Deno.bench({
    name: `${name}: one at a time`,
    group: "one at a time",
    async fn() {
      await queue.start();
      await queue.submit(increment, [1]).value();
      queue.clearResults();
    },
  });
}
