/**
 * Has children, says which, and waits to be ended, or ends.
 *
 * @module
 */
import process from "node:process";
import { importTasks, ProcessQueue } from "../../../../../mod.ts";

const tasks = importTasks<typeof import("../tasks.ts")>(new URL("../tasks.ts", import.meta.url));

const [how] = process.argv.slice(2);
const inWorker = how === "worker" || how === "terminates";

if (inWorker && (globalThis as { document?: unknown; name?: string }).name !== "inner") {
  const worker = new Worker(import.meta.url, { type: "module", name: "inner" });
  worker.onmessage = ({ data }) => console.log(data);
  if (how === "terminates") process.once("SIGINT", () => worker.terminate());
  setInterval(() => {}, 1_000);
} else {
  const say = (text: string) =>
    inWorker ? (globalThis as unknown as Worker).postMessage(text) : console.log(text);
  const queue = new ProcessQueue({ workers: 3, killDelay: 60_000, idleTimeout: 600_000 });
  await queue.start();
  const idle = await queue.submit(tasks.pid).value();
  const spins = how === "forgets"
    ? []
    : [queue.submit(tasks.spin), queue.submit(tasks.hang, [true])];
  const busy = spins.map((handle) =>
    new Promise<number>((resolve) => {
      const timer = setInterval(() => {
        if (handle.progress === undefined) return;
        clearInterval(timer);
        resolve(handle.progress as number);
      }, 5);
    })
  );
  say(JSON.stringify([...await Promise.all(busy), idle]));
  if (how === "exits") process.exit(5);
  if (how === "throws") throw new Error("the end");
  if (how !== "forgets") setInterval(() => {}, 1_000);
}
