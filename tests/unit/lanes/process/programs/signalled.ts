/**
 * Goes on when it is told to stop, as a program does that lets its tasks end first.
 *
 * @module
 */
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { importTasks, ProcessQueue } from "../../../../../mod.ts";

const tasks = importTasks<typeof import("../tasks.ts")>(new URL("../tasks.ts", import.meta.url));
const queue = new ProcessQueue({ workers: 2 });
await queue.start();
let signals = 0;
process.on("SIGINT", () => signals++);
const busy = queue.submit(tasks.waitFor, [process.argv[2]]);
const [idle] = await Promise.all(queue.map(tasks.later, [1, 2]));
while (busy.progress === undefined) await delay(5);
console.log("ready", idle.status);
while (signals === 0) await delay(5);
console.log("interrupted");
console.log(await busy.value(), await queue.submit(tasks.add, [1, 2]).value());
await queue.shutdown();
