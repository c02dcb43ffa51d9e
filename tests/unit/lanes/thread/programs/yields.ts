import { setTimeout as delay } from "node:timers/promises";
import { importTasks, ThreadQueue } from "../../../../../mod.ts";

const tasks = importTasks<typeof import("../tasks.ts")>(new URL("../tasks.ts", import.meta.url));
const queue = new ThreadQueue({ workers: 1 });
await queue.start();
const result = await queue.submit(tasks.never, [], { timeout: 50 });
await delay(1000);
console.log(result.status, queue.stats.abandoned);
await queue.shutdown();
