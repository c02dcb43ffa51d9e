/**
 * `least.ts`: uses a queue of each lane with whatever the program may do, and prints what came of it as JSON.
 *
 * @module
 */
import { AsyncQueue, inlineTask, ProcessQueue, ThreadQueue } from "../../../mod.ts";

const add = inlineTask((a: number, b: number) => a + b);
const outcomes: Record<string, unknown> = {};
for (const Queue of [AsyncQueue, ThreadQueue, ProcessQueue]) {
  const queue = new Queue({ workers: 1 });
  try {
    const result = await queue.submit(add, [1, 1]);
    outcomes[Queue.name] = result.status === "succeeded" ? result.value : result.status;
    await queue.shutdown();
  } catch (error) {
    outcomes[Queue.name] = (error as Error).name;
  }
}
console.log(JSON.stringify(outcomes));
