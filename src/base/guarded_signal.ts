/** What hears of an event: a function, or an object with one. */
type Listener = ((event: unknown) => unknown) | { handleEvent(event: unknown): unknown };

/** The methods of a signal that take listeners, as far as they are used. */
interface Target {
  addEventListener(type: string, listener: unknown, options?: unknown): void;
  removeEventListener(type: string, listener: unknown, options?: unknown): void;
}

/** Under this a signal has who is told what its listeners throw. To find it by a `WeakMap` would take twice as long as all else. */
const REPORT = Symbol("report");

/** Such a signal. */
interface Guarded {
  [REPORT]?: (error: unknown) => void;
}

/** What is called in a listener's place, the same each time. */
const guards = new WeakMap<Listener, (event: unknown) => void>();

let guarded: object | undefined;

/**
 * Keeps what the listeners of a signal throw from ending the program, as it does on every runtime but browsers. All else is as it
 * was: listeners are called in their order, and those that come after one that throws as well.
 *
 * @param signal A signal that nobody listens to yet.
 * @param report Is told what a listener throws.
 * @returns The signal itself.
 */
export function guardListeners(signal: AbortSignal, report: (error: unknown) => void): AbortSignal {
  guarded ??= guardedPrototype(signal);
  (signal as Guarded)[REPORT] = report;
  return Object.setPrototypeOf(signal, guarded);
}

function guardedPrototype(signal: AbortSignal): object {
  const plain: Target & object = Object.getPrototypeOf(signal);
  const { addEventListener, removeEventListener } = plain;
  const { get, set } = Object.getOwnPropertyDescriptor(plain, "onabort")!;
  const original = new WeakMap<object, unknown>();
  return Object.create(plain, {
    addEventListener: {
      value(this: Target, type: string, listener: unknown, options?: unknown) {
        addEventListener.call(this, type, guard(listener), options);
      },
    },
    removeEventListener: {
      value(this: Target, type: string, listener: unknown, options?: unknown) {
        removeEventListener.call(this, type, guard(listener), options);
      },
    },
    onabort: {
      get(this: Target) {
        const handler = get!.call(this);
        return original.get(handler) ?? handler;
      },
      set(this: Target, handler: unknown) {
        const guarding = guard(handler);
        if (guarding !== handler) original.set(guarding as object, handler);
        set!.call(this, guarding);
      },
    },
  });
}

/** What stands in for a listener; what is none is left as it is. */
function guard(listener: unknown): unknown {
  const isObject = typeof listener === "object" && listener !== null;
  if (typeof listener !== "function" && !isObject) return listener;
  let guarding = guards.get(listener as Listener);
  if (guarding === undefined) {
    guarding = function (this: Guarded, event: unknown) {
      try {
        if (typeof listener === "function") listener.call(this, event);
        else (listener as { handleEvent(event: unknown): unknown }).handleEvent(event);
      } catch (error) {
        this[REPORT]?.(error);
      }
    };
    guards.set(listener as Listener, guarding);
  }
  return guarding;
}
