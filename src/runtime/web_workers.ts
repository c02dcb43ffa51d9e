import type { Thread, ThreadEvents, ThreadModule } from "./runtime.ts";

/** What a Web Worker can do beyond the standard, where the runtime has it. */
interface RuntimeWorker extends Worker {
  ref?(): void;
  unref?(): void;
}

/** The global scope of a worker. */
interface WorkerScope {
  onmessage: ((event: MessageEvent) => void) | null;
}

/**
 * Starts a Web Worker.
 *
 * @param options What the runtime takes beyond the standard.
 */
export function startWebWorker(
  { url }: ThreadModule,
  name: string,
  events: ThreadEvents,
  options: { readonly argv?: readonly string[] } = {},
): Thread {
  return watch(new Worker(url, { type: "module", name, ...options }), events);
}

/** What becomes of a Web Worker. */
export function watch(worker: Worker, events: ThreadEvents): Thread {
  return new WebThread(worker, events);
}

/** In a Web Worker: calls back with the first message that was posted to it. */
export function onFirstWebMessage(callback: (message: unknown) => void): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = ({ data }) => {
    scope.onmessage = null;
    callback(data);
  };
}

class WebThread implements Thread {
  readonly #worker: RuntimeWorker;
  readonly #events: ThreadEvents;

  constructor(worker: Worker, events: ThreadEvents) {
    this.#worker = worker;
    this.#events = events;
    worker.addEventListener("error", this.#onError);
    worker.addEventListener("close", this.#onClose);
  }

  post(message: unknown, transferables: Transferable[]): void {
    this.#worker.postMessage(message, transferables);
  }

  hold(alive: boolean): void {
    if (alive) this.#worker.ref?.();
    else this.#worker.unref?.();
  }

  terminate(): void {
    this.#worker.terminate();
  }

  readonly #onError = (event: ErrorEvent) => {
    // An error that a worker doesn't catch would end the whole program.
    event.preventDefault();
    this.#events.failed(event.error ?? new Error(event.message));
  };

  /** Bun's event, which has the exit status. */
  readonly #onClose = (event: Event & { code?: number }) => this.#events.ended(event.code);
}
