// Leaves a share open in a worker of a queue.
import { AsyncQueue, ThreadQueue, transfer } from "../../../../mod.ts";
import { importTasks } from "../../../../mod.ts";

const { keeps } = importTasks<typeof import("../keeper.ts")>(
  new URL("../keeper.ts", import.meta.url),
);
const queue = new AsyncQueue();
const threads = new ThreadQueue({ workers: 1, idleTimeout: 10 });
await queue.start();
await threads.start();
const port = queue.share();
console.log(await threads.submit(keeps, [transfer(port, [port]) as never]).value());
Object.assign(globalThis, { threads, queue });
