import type { Port, ThreadChannel, Threads } from "../runtime.ts";
import { onScopeStray } from "../stray.ts";
import { onFirstWebMessage, watch } from "../web_workers.ts";

export const threads: Threads = {
  createChannel,
  start: (module, name, events) =>
    watch(module.startWeb?.(name) ?? new Worker(module.url, { type: "module", name }), events),
  onFirstMessage: onFirstWebMessage,
  // A browser hands over messages by the event loop alone.
  takeMessage: () => undefined,
  onStray: onScopeStray,
  endsSilently: true,
  endsLoading: true,
  onClose(callback) {
    const scope = globalThis as unknown as { close(): void };
    const close = scope.close.bind(scope);
    scope.close = () => {
      callback();
      close();
    };
  },
};

function createChannel(): ThreadChannel {
  const { port1, port2 } = new MessageChannel();
  return { own: new WebPort(port1), given: port2 };
}

class WebPort implements Port {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  postMessage(message: unknown, transferables: Transferable[] = []): void {
    this.#port.postMessage(message, transferables);
  }

  listen(received: (message: never) => void, closed: () => void): () => void {
    const onMessage = (event: Event) => received((event as MessageEvent<never>).data);
    this.#port.addEventListener("message", onMessage);
    this.#port.addEventListener("close", closed);
    this.#port.start();
    return () => {
      this.#port.removeEventListener("message", onMessage);
      this.#port.removeEventListener("close", closed);
    };
  }

  /** Nothing keeps a page open. */
  hold(): void {}

  close(): void {
    this.#port.close();
  }
}
