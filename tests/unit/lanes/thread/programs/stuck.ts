/** Threads that never yield and never ask: what the queue can do where the runtime can't stop them. */
import { setTimeout as delay } from "node:timers/promises";
import { importTasks, ThreadQueue } from "../../../../../mod.ts";

const tasks = importTasks<typeof import("../tasks.ts")>(new URL("../tasks.ts", import.meta.url));
const gate = new Int32Array(new SharedArrayBuffer(12));
const warned = Promise.withResolvers<void>();
const { warn } = console;
console.warn = (...data: unknown[]) => {
  warn(...data);
  warned.resolve();
};
const queue = new ThreadQueue({ workers: 1 });
await queue.start();
for (const n of [7, 8]) {
  const result = await queue.submit(tasks.spin, [gate], { timeout: 100 });
  console.log(result.status, result.status === "failed" ? (result.error as Error).name : "");
  console.log(`next: ${await queue.submit(tasks.square, [n]).value()}`);
  // A second warning would have been given by then.
  await (n === 7 ? warned.promise : delay(1_100));
  console.log(`abandoned ${queue.stats.abandoned}`);
}
await queue.shutdown();
console.log(`shut down, abandoned ${queue.stats.abandoned}`);
Atomics.store(gate, 0, 1);
while (queue.stats.abandoned > 0) await delay(5);
console.log(`ended, abandoned ${queue.stats.abandoned}`);
