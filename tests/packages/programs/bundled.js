/**
 * A program to bundle. With `workers` it says where its workers' modules are.
 *
 * @module
 */
import { importTasks, ProcessQueue, ThreadQueue } from "@trilane/trilane";
import process from "node:process";

const { addOne } = importTasks(new URL("./tasks.js", import.meta.url));
const given = process.argv[2] === "workers";

for (const [Queue, lane] of [[ThreadQueue, "thread"], [ProcessQueue, "process"]]) {
  const workerUrl = given ? new URL(`./${lane}.js`, import.meta.url) : undefined;
  const queue = new Queue({ workers: 1, workerUrl });
  console.log(Queue.name, await queue.submit(addOne, [4]).value());
  await queue.shutdown();
}
