/**
 * As much of Web Workers as the tests' own workers need, on Node's: the library knows nothing of it.
 *
 * @module
 */
import process from "node:process";
import { isMainThread, parentPort, Worker as NodeWorker, workerData } from "node:worker_threads";

/** What the thread is given that is to be such a worker. */
const MARK = "a Web Worker of the tests";

const scope = globalThis as unknown as Record<string, unknown>;

/** A thread that is used as a Web Worker is. */
class WebWorker extends EventTarget {
  readonly #thread: NodeWorker;

  constructor(url: URL | string, { name = "" }: WorkerOptions) {
    super();
    this.#thread = new NodeWorker(new URL(url), { workerData: { mark: MARK, name } });
    this.#thread.on("message", (data) => this.dispatchEvent(new MessageEvent("message", { data })));
    this.#thread.on("error", (error) => {
      const { message } = error as Error;
      this.dispatchEvent(Object.assign(new Event("error"), { error, message }));
    });
  }

  set onmessage(listener: (event: MessageEvent) => void) {
    this.#thread.removeAllListeners("message");
    this.#thread.on("message", (data) => listener(new MessageEvent("message", { data })));
  }

  postMessage(message: unknown, transferables?: []): void {
    this.#thread.postMessage(message, transferables);
  }

  terminate(): void {
    void this.#thread.terminate();
  }
}

/** Gives this thread the globals. */
export function installWebWorkers(): void {
  scope.Worker = WebWorker;
  if (isMainThread || workerData?.mark !== MARK) return;
  scope.name = workerData.name;
  scope.postMessage = (message: unknown, transferables?: []) =>
    parentPort!.postMessage(message, transferables);
  scope.close = () => process.exit(0);
  Object.defineProperty(scope, "onmessage", {
    set: (listener: (event: MessageEvent) => unknown) =>
      parentPort!.on("message", (data) => listener(new MessageEvent("message", { data }))),
  });
}
