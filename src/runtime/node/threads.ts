import type * as WorkerThreads from "node:worker_threads";
import { builtin } from "../builtin.ts";
import { createChannel, takeMessage } from "../node_ports.ts";
import type { Thread, ThreadEvents, ThreadModule, Threads } from "../runtime.ts";
import { hideProcessStdin } from "../stdin.ts";
import { onProcessStray } from "../stray.ts";
import { readDirectly, writeDirectly } from "./stdio.ts";

export const threads: Threads = {
  createChannel,
  start: (module, name, events) => new NodeThread(module, name, events),
  onFirstMessage(callback) {
    builtin<typeof WorkerThreads>("node:worker_threads").parentPort!.once("message", callback);
  },
  takeMessage,
  hideStdin: hideProcessStdin,
  writeDirectly,
  readDirectly,
  onStray: onProcessStray,
  tellsExit: true,
};

class NodeThread implements Thread {
  readonly #worker: WorkerThreads.Worker;

  constructor({ url }: ThreadModule, name: string, events: ThreadEvents) {
    const { Worker } = builtin<typeof WorkerThreads>("node:worker_threads");
    this.#worker = new Worker(url, { name });
    this.#worker.on("error", (error) => events.failed(error));
    this.#worker.on("exit", (exitCode) => events.ended(exitCode));
  }

  post(message: unknown, transferables: Transferable[]): void {
    this.#worker.postMessage(message, transferables as WorkerThreads.Transferable[]);
  }

  hold(alive: boolean): void {
    if (alive) this.#worker.ref();
    else this.#worker.unref();
  }

  terminate(): void {
    this.#worker.terminate();
  }
}
