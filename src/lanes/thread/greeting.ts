/** What a worker is given by `Worker.postMessage`: all else, the pool's greeting first, goes over the port. */
export interface ThreadGreeting {
  readonly port: MessagePort;
  /** What it shares with the pool, where threads share memory. */
  readonly shared:
    | { readonly claims: SharedArrayBuffer; readonly journal: SharedArrayBuffer }
    | undefined;
}

/** What a worker says last, where nobody else would tell. */
export const LEFT = "left";

/** What a worker says first: from now on it may be ended. */
export const LOADED = "loaded";
