/** Someone who is told when a signal aborts. */
export interface SignalListener {
  /** Called once, with the signal's reason. Must not throw. */
  aborted(reason: unknown): void;
}

/** The listeners of each signal that has any. */
const hubs = new WeakMap<AbortSignal, Hub>();

/**
 * One listener on a signal, shared by all who want to hear of it: a listener for each task makes adding
 * n of them O(n²) on some runtimes, and each one lives as long as the signal.
 */
class Hub {
  readonly #listeners = new Set<SignalListener>();
  readonly #signal: AbortSignal;
  readonly #onAbort = () => {
    hubs.delete(this.#signal);
    for (const listener of this.#listeners) listener.aborted(this.#signal.reason);
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  add(listener: SignalListener): void {
    this.#listeners.add(listener);
  }

  delete(listener: SignalListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0 || hubs.get(this.#signal) !== this) return;
    hubs.delete(this.#signal);
    try {
      this.#signal.removeEventListener("abort", this.#onAbort);
    } catch {
      // A signal of the program's own make may refuse. What it tells after this, nobody hears.
    }
  }
}

/** Tells `listener` when `signal` aborts; the signal must not have aborted. */
export function listen(signal: AbortSignal, listener: SignalListener): void {
  let hub = hubs.get(signal);
  if (hub === undefined) hubs.set(signal, hub = new Hub(signal));
  hub.add(listener);
}

/** Takes a listener back; the platform's own is removed with the last one. */
export function unlisten(signal: AbortSignal, listener: SignalListener): void {
  hubs.get(signal)?.delete(listener);
}
