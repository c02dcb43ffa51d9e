/**
 * Has children, says which, and waits to be ended, or ends.
 *
 * @module
 */
import process from "node:process";
import { isMainThread } from "node:worker_threads";
import { importTasks, ProcessQueue } from "../../../../../mod.ts";

const tasks = importTasks<typeof import("../tasks.ts")>(new URL("../tasks.ts", import.meta.url));

const [how, without] = process.argv.slice(2);
if (without !== undefined) withhold(without);
const inWorker = how === "worker" || how === "terminates";

// A Web Worker of Deno's takes itself for the main thread, one of Bun's isn't told its name.
const { name } = globalThis as { name?: string };

if (inWorker && isMainThread && name !== "inner") {
  // One of Bun's is given no arguments but these.
  const options = { type: "module", name: "inner", argv: process.argv.slice(2) } as const;
  const worker = new Worker(import.meta.url, options);
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

/** Has Bun find no such command; Deno is told by its permissions. */
function withhold(command: string): void {
  const { Bun } = globalThis as unknown as {
    Bun: { spawnSync(command: string[], ...rest: unknown[]): unknown };
  };
  const spawnSync = Bun.spawnSync;
  Bun.spawnSync = (words, ...rest) => {
    if (words[0].endsWith(command)) throw new Error("Not found");
    return spawnSync(words, ...rest);
  };
}
