/** What a worker is given by `Worker.postMessage`: all else, the pool's greeting first, goes over the port. */
export interface ThreadGreeting {
  readonly port: MessagePort;
  readonly claims: SharedArrayBuffer;
  readonly journal: SharedArrayBuffer;
}

/** What a worker says first: from now on it may be ended. */
export const LOADED = "loaded";
