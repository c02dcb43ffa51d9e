import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Claims } from "../pool/claims.ts";
import { Journal } from "../pool/journal.ts";
import type { Exit, LinkListener, WorkerLink } from "../pool/link.ts";
import type { DownMessage, Greeting, UpMessage } from "../pool/protocol.ts";

/** What a worker is sent first, by `Worker.postMessage`: all else goes over the port. */
export interface ThreadGreeting extends Greeting {
  readonly port: globalThis.MessagePort;
  readonly claims: SharedArrayBuffer;
  readonly journal: SharedArrayBuffer;
}

/** So many milliseconds after a worker's end the runtime may take to say how it ended. */
const EXIT_DETAILS = 20;

/** What a worker can do beyond the standard, where the runtime has it. */
interface RuntimeWorker extends Worker {
  ref?(): void;
  unref?(): void;
}

/**
 * The pool's end of a Web Worker.
 *
 * All messages go over a port that was given to the worker: that its other end has closed is the one sign of a
 * worker's end that every runtime gives, whether it was ended, exited or failed; and it comes after all that was
 * posted. The port is made by `node:worker_threads`, whose ports tell so on Deno too.
 */
export class ThreadLink implements WorkerLink {
  readonly claims = new Claims();
  readonly journal = new Journal();
  readonly #worker: RuntimeWorker;
  readonly #port: MessagePort;
  readonly #listener: LinkListener;
  #exit: { exitCode?: number; error?: unknown } = {};
  #told: (() => void) | undefined;

  constructor(greeting: Greeting, listener: LinkListener) {
    this.#listener = listener;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on("message", this.#onMessage);
    port1.on("close", this.#onEnd);
    this.#worker = new Worker(new URL("./entry.ts", import.meta.url), {
      type: "module",
      name: `trilane-${greeting.queueId}-${greeting.workerId}`,
    });
    this.#worker.addEventListener("error", this.#onError);
    this.#worker.addEventListener("close", this.#onClose as EventListener);
    const port = port2 as unknown as globalThis.MessagePort;
    const first: ThreadGreeting = {
      ...greeting,
      port,
      claims: this.claims.buffer,
      journal: this.journal.buffer,
    };
    this.#worker.postMessage(first, [port]);
  }

  post(message: DownMessage, transferables?: Transferable[]): void {
    this.#port.postMessage(message, transferables as Parameters<MessagePort["postMessage"]>[1]);
  }

  hold(busy: boolean): void {
    if (busy) {
      this.#worker.ref?.();
      this.#port.ref();
    } else {
      this.#worker.unref?.();
      this.#port.unref();
    }
  }

  kill(): void {
    this.#worker.terminate();
  }

  forget(): void {
    this.#worker.removeEventListener("error", this.#onError);
    this.#worker.removeEventListener("close", this.#onClose as EventListener);
    this.#port.off("message", this.#onMessage);
    this.#port.off("close", this.#onEnd);
    this.#port.close();
    this.#worker.terminate();
  }

  readonly #onMessage = (message: UpMessage) => this.#listener.received(message);
  readonly #onEnd = () => this.#end();

  readonly #onError = (event: ErrorEvent) => {
    // An error that a worker doesn't catch would end the whole program.
    event.preventDefault();
    this.#exit.error = event.error ?? new Error(event.message);
    this.#told?.();
  };

  readonly #onClose = (event: Event & { code?: number }) => {
    this.#exit.exitCode = event.code;
    this.#told?.();
  };

  /** The port has closed; the worker's own events may come a little later. */
  async #end(): Promise<void> {
    if (this.#exit.error === undefined && this.#exit.exitCode === undefined) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#told = resolve;
        timer = setTimeout(resolve, EXIT_DETAILS);
      });
      clearTimeout(timer);
    }
    this.forget();
    this.#listener.closed(this.#exit as Exit);
  }
}
