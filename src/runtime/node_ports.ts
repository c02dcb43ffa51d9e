import type * as WorkerThreads from "node:worker_threads";
import { builtin } from "./builtin.ts";
import { listenOn } from "./port.ts";
import type { Port, ThreadChannel } from "./runtime.ts";

/** Ports of `node:worker_threads`, which tell on Deno too when the other end is gone. */
export function createChannel(): ThreadChannel {
  const { MessageChannel } = builtin<typeof WorkerThreads>("node:worker_threads");
  const { port1, port2 } = new MessageChannel();
  return { own: new NodePort(port1), given: port2 as unknown as MessagePort };
}

/** Takes the next message of a port; `undefined` if there is none. */
export const takeMessage: (port: MessagePort) => unknown = (port) => {
  receive ??= builtin<typeof WorkerThreads>("node:worker_threads").receiveMessageOnPort;
  return receive(port as never)?.message;
};

let receive: typeof WorkerThreads.receiveMessageOnPort | undefined;

class NodePort implements Port {
  readonly #port: WorkerThreads.MessagePort;

  constructor(port: WorkerThreads.MessagePort) {
    this.#port = port;
  }

  postMessage(message: unknown, transferables?: Transferable[]): void {
    this.#port.postMessage(message, transferables as WorkerThreads.Transferable[]);
  }

  listen(received: (message: never) => void, closed: () => void): () => void {
    return listenOn(this.#port, received, closed);
  }

  hold(alive: boolean): void {
    if (alive) this.#port.ref();
    else this.#port.unref();
  }

  close(): void {
    this.#port.close();
  }
}
