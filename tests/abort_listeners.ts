/**
 * Counts the listeners on a signal, which the platform doesn't tell.
 *
 * @module
 */

/** How many listeners a signal has and has had. */
export interface ListenerCount {
  /** Added and neither removed nor, being told once, told. */
  readonly current: number;
  /** The most there have been at a time. */
  readonly most: number;
}

/**
 * Counts what is added to a signal, and removed from it, from now on.
 *
 * @param signal the signal; its methods are replaced
 * @returns the count, which changes along
 */
export function countListeners(signal: AbortSignal): ListenerCount {
  const listeners = new Set<unknown>();
  const count = {
    most: 0,
    get current() {
      return listeners.size;
    },
  };
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ) => {
    listeners.add(listener);
    count.most = Math.max(count.most, listeners.size);
    addEventListener.call(signal, type, listener, options);
    const once = typeof options === "object" && options.once === true;
    if (once) addEventListener.call(signal, type, () => listeners.delete(listener), { once });
  };
  signal.removeEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ) => {
    listeners.delete(listener);
    removeEventListener.call(signal, type, listener, options);
  };
  return count;
}
