/**
 * `one.js LANE`: runs a task on a lane, and prints its value or why there is none.
 *
 * @module
 */
import { AsyncQueue, importTasks, ProcessQueue, ThreadQueue } from "@trilane/trilane";
import process from "node:process";

const { addOne } = importTasks(new URL("./tasks.js", import.meta.url));
const Queue = { async: AsyncQueue, thread: ThreadQueue, process: ProcessQueue }[process.argv[2]];

const queue = new Queue({ workers: 1 });
const result = await queue.submit(addOne, [4]);
console.log(result.value ?? result.message);
await queue.shutdown();
