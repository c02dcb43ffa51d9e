import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Claims } from "../pool/wire/claims.ts";
import { Journal } from "../pool/wire/journal.ts";
import type { Exit, LinkListener, WorkerLink } from "../pool/host/link.ts";
import type { DownMessage, Greeting, UpMessage } from "../pool/wire/protocol.ts";
import { listenOn } from "../../runtime/port.ts";
import { LOADED, type ThreadGreeting } from "./greeting.ts";

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
 *
 * A worker that is ended while it is loading can take a runtime down with it, so that waits until it has loaded.
 */
export class ThreadLink implements WorkerLink {
  readonly claims = new Claims();
  readonly journal = new Journal();
  readonly #worker: RuntimeWorker;
  readonly #port: MessagePort;
  readonly #listener: LinkListener;
  readonly #stopListening: () => void;
  #loaded = false;
  #killed = false;
  #ended = false;
  #exit: { exitCode?: number; error?: unknown } = {};
  #told: (() => void) | undefined;

  constructor(greeting: Greeting, listener: LinkListener) {
    this.#listener = listener;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    try {
      // First, since it throws when the initializer's arguments can't be sent.
      port1.postMessage(greeting);
      this.#worker = new Worker(new URL("./entry.ts", import.meta.url), {
        type: "module",
        name: `trilane-${greeting.queueId}-${greeting.workerId}`,
      });
    } catch (error) {
      port1.close();
      throw error;
    }
    this.#stopListening = listenOn(port1, this.#onMessage, () => this.#end());
    this.#worker.addEventListener("error", this.#onError);
    this.#worker.addEventListener("close", this.#onClose as EventListener);
    const port = port2 as unknown as globalThis.MessagePort;
    const given: ThreadGreeting = {
      port,
      claims: this.claims.buffer,
      journal: this.journal.buffer,
    };
    this.#worker.postMessage(given, [port]);
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
    this.#killed = true;
    // Somebody may wait for its end, and for nothing else.
    this.hold(true);
    if (this.#loaded) this.#worker.terminate();
  }

  forget(): void {
    this.hold(false);
  }

  readonly #onMessage = (message: UpMessage | typeof LOADED) => {
    if (message !== LOADED) return this.#listener.received(message);
    this.#loaded = true;
    if (this.#killed) this.#worker.terminate();
  };

  readonly #onError = (event: ErrorEvent) => {
    // An error that a worker doesn't catch would end the whole program.
    event.preventDefault();
    this.#exit.error = event.error ?? new Error(event.message);
    this.#told?.();
    // What could not be loaded never had the port.
    if (!this.#loaded) this.#end();
  };

  readonly #onClose = (event: Event & { code?: number }) => {
    this.#exit.exitCode = event.code;
    this.#told?.();
    if (!this.#loaded) this.#end();
  };

  /** The port has closed; the worker's own events may come a little later. */
  async #end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const { error, exitCode } = this.#exit;
    if (!this.#killed && error === undefined && exitCode === undefined) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#told = resolve;
        timer = setTimeout(resolve, EXIT_DETAILS);
      });
      clearTimeout(timer);
    }
    this.#release();
    this.#listener.closed(this.#exit as Exit);
  }

  /** Lets go of the port and the worker; not of its errors, which may still come. */
  #release(): void {
    this.#worker.removeEventListener("close", this.#onClose as EventListener);
    this.#stopListening();
    this.#port.close();
    this.#worker.terminate();
  }
}
