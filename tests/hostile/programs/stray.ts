/**
 * `stray.ts`: a program whose hooks, listeners and tasks throw what nobody catches. It prints for each what came of its queue, as
 * a line of JSON.
 *
 * @module
 */
import { AsyncQueue, currentTask } from "../../../mod.ts";
import { oddities } from "../oddities.ts";

const say = (name: string, value: unknown) => console.log(JSON.stringify([name, value]));

for (const [kind, make] of Object.entries(oddities)) {
  const queue = new AsyncQueue({
    onComplete: () => {
      throw make();
    },
  });
  say(`throws ${kind}`, await queue.submit(() => 1).value());
  await queue.shutdown();
}

// Not one of these is caught by the program, and each of them is printed.
const rejecting = new AsyncQueue({
  onComplete: (() => Promise.reject(Object.create(null))) as () => void,
});
say("rejects", await rejecting.submit(() => 1).value());
await rejecting.shutdown();

// What a listener of a task's signal throws is reported too, and ends nothing.
const queue = await new AsyncQueue({ workers: 2 }).start();
const handle = queue.submit(() =>
  new Promise<void>((resolve) => {
    currentTask().signal.addEventListener("abort", () => {
      resolve();
      throw new Error("from an abort listener");
    });
  })
);
await new Promise((resolve) => setTimeout(resolve, 5));
const other = queue.submit(() => Promise.resolve(1));
handle.cancel();
const { status } = await handle;
const value = await other.value();
await queue.shutdown();
say("abort listener", [status, value, queue.stats.abandoned]);
