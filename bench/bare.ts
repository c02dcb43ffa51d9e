/**
 * Workers without any pool: the floor under all pools.
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Worker as NodeWorker } from "node:worker_threads";
import type { Pool, PoolContender } from "./pools.ts";

/** One worker that answers in turn. */
interface Bare {
  post(value: unknown, transfer: ArrayBuffer[]): void;
  close(): unknown;
}

/** Deals out what is to be done in turn, and takes the answers in the order of the questions. */
function deal(workers: number, start: (answered: (value: unknown) => void) => Bare): Pool {
  const all = Array.from({ length: workers }, () => {
    const waiting: ((value: unknown) => void)[] = [];
    let next = 0;
    const worker = start((value) => {
      waiting[next++](value);
      if (next === waiting.length) next = waiting.length = 0;
    });
    return { worker, waiting };
  });
  let turn = 0;
  return {
    run(_, value, transfer = []) {
      const { worker, waiting } = all[turn++ % workers];
      return new Promise((resolve) => {
        waiting.push(resolve);
        worker.post(value, transfer);
      });
    },
    close: () => Promise.all(all.map(({ worker }) => worker.close())),
  };
}

function startWorker(answered: (value: unknown) => void): Bare {
  const worker = new Worker(new URL("./workers/bare.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => answered(data);
  return {
    post: (value, transfer) => worker.postMessage(value, transfer),
    close: () => worker.terminate(),
  };
}

/** Node has its own kind of workers. */
function startNodeWorker(answered: (value: unknown) => void): Bare {
  const worker = new NodeWorker(new URL("./workers/bare_node.js", import.meta.url));
  worker.on("message", answered);
  return {
    post: (value, transfer) => worker.postMessage(value, transfer),
    close: () => worker.terminate(),
  };
}

function startChild(answered: (value: unknown) => void): Bare {
  const file = fileURLToPath(new URL("./workers/pipe.js", import.meta.url));
  const args = process.versions.deno === undefined ? [file] : ["run", "--allow-all", file];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  createInterface({ input: child.stdout! }).on("line", (line) => answered(JSON.parse(line)));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  return {
    post: (value) => child.stdin!.write(`${JSON.stringify(value)}\n`),
    close() {
      child.stdin!.end();
      return ended;
    },
  };
}

/** Web Workers, or those of Node, and `postMessage`. */
export const bareThreads: PoolContender = {
  name: "bare postMessage",
  kind: "floor",
  open(workers) {
    const start = typeof Worker === "function" ? startWorker : startNodeWorker;
    return Promise.resolve(deal(workers, start));
  },
};

/** Children and a line of JSON each way. */
export const bareProcesses: PoolContender = {
  name: "bare pipe",
  kind: "floor",
  open: (workers) => Promise.resolve(deal(workers, startChild)),
};
