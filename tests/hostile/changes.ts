/**
 * What programs and tasks do to the globals, by name. Each change returns what takes it back.
 *
 * @module
 */

type Global = Record<PropertyKey, unknown>;

const scope = globalThis as unknown as Global;

/** Sets a property as an assignment would, for all who look; returns what takes it back. */
function set(object: unknown, name: PropertyKey, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: true,
  });
  return () => {
    if (own === undefined) delete (object as Global)[name];
    else Object.defineProperty(object, name, own);
  };
}

function remove(object: unknown, ...names: string[]): () => void {
  const own = names.map((name) => [name, Object.getOwnPropertyDescriptor(object, name)] as const);
  for (const name of names) delete (object as Global)[name];
  return () => {
    for (const [name, descriptor] of own) {
      if (descriptor !== undefined) Object.defineProperty(object, name, descriptor);
    }
  };
}

function all(...restores: (() => void)[]): () => void {
  return () => {
    for (const restore of restores.reverse()) restore();
  };
}

function fail(): never {
  throw new TypeError("changed");
}

/** A function that does what another did, and counts. */
function spied<F extends (...args: never[]) => unknown>(fn: F): F {
  let calls = 0;
  return function (this: unknown, ...args: never[]) {
    calls++;
    return fn.apply(this, args);
  } as F;
}

/** Changes that leave a program's own code working: a queue has to work, too. */
export const tolerable: Readonly<Record<string, () => () => void>> = {
  "Error.prepareStackTrace gives an object": () => set(Error, "prepareStackTrace", () => ({})),
  "Error.prepareStackTrace gives nothing": () => set(Error, "prepareStackTrace", () => undefined),
  "Error.prepareStackTrace gives the call sites": () =>
    set(Error, "prepareStackTrace", (_: Error, sites: unknown[]) => sites),
  "Error.prepareStackTrace throws": () => set(Error, "prepareStackTrace", fail),
  "Error.stackTraceLimit is 0": () => set(Error, "stackTraceLimit", 0),
  "Error.stackTraceLimit is no number": () => set(Error, "stackTraceLimit", "many"),
  "Error.stackTraceLimit is gone": () => remove(Error, "stackTraceLimit"),
  "Error.captureStackTrace is gone": () => remove(Error, "captureStackTrace"),
  "all objects have a field": () => set(Object.prototype, "field", 1),
  "all objects have a method": () => set(Object.prototype, "method", () => 1),
  "all arrays have a field": () => set(Array.prototype, "field", 1),
  "all functions have a field": () => set(Function.prototype, "field", 1),
  "all promises have a field": () => set(Promise.prototype, "field", 1),
  "all errors have a field": () => set(Error.prototype, "field", 1),
  "then is spied on": () => set(Promise.prototype, "then", spied(Promise.prototype.then)),
  "Promise is a subclass": () => set(scope, "Promise", class extends Promise<unknown> {}),
  "Error is a subclass": () => set(scope, "Error", class extends Error {}),
  "queueMicrotask is spied on": () => set(scope, "queueMicrotask", spied(queueMicrotask)),
  "setTimeout is spied on": () => set(scope, "setTimeout", spied(setTimeout as never)),
  "performance.now is spied on": () =>
    set(performance, "now", spied(performance.now.bind(performance))),
  "the time of day stands still": () => set(Date, "now", () => 0),
  "the time of day is none": () => set(Date, "now", () => NaN),
  "structuredClone throws": () => set(scope, "structuredClone", fail),
  "JSON is spied on": () =>
    all(
      set(JSON, "stringify", spied(JSON.stringify as never)),
      set(JSON, "parse", spied(JSON.parse as never)),
    ),
  "the console throws": () =>
    all(...["log", "error", "warn", "info", "debug"].map((name) => set(console, name, fail))),
  "the console is gone": () => set(scope, "console", undefined),
  "reportError is gone": () => remove(scope, "reportError"),
  "ErrorEvent is gone": () => set(scope, "ErrorEvent", undefined),
  "events can't be dispatched": () => set(scope, "dispatchEvent", fail),
  "Math.random gives 1": () => set(Math, "random", () => 1),
  "Symbol.dispose stays, iterators have a field": () =>
    set(Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())), "field", 1),
};

/** Changes that a task may leave behind in its worker, where others are to run. */
export const left: Readonly<Record<string, () => unknown>> = {
  ...tolerable,
  "timers are fake and never fire": () =>
    all(
      set(scope, "setTimeout", () => 0),
      set(scope, "setInterval", () => 0),
      set(scope, "clearTimeout", () => {}),
    ),
  "timers are gone": () =>
    remove(scope, "setTimeout", "clearTimeout", "setInterval", "setImmediate"),
  "time stands still": () => set(performance, "now", () => 0),
  "time is none": () => set(performance, "now", () => NaN),
  "performance is gone": () => set(scope, "performance", undefined),
  "queueMicrotask throws": () => set(scope, "queueMicrotask", fail),
  "structuredClone is gone": () => remove(scope, "structuredClone"),
  "postMessage and close are gone": () =>
    all(set(scope, "postMessage", undefined), set(scope, "close", undefined)),
  "onmessage is taken": () => set(scope, "onmessage", fail),
  "process is gone": () => set(scope, "process", undefined),
  "the runtime's own globals are gone": () =>
    all(set(scope, "Deno", undefined), set(scope, "Bun", undefined)),
  "text can't be encoded": () =>
    all(set(scope, "TextEncoder", undefined), set(scope, "TextDecoder", undefined)),
  "events are gone": () => all(set(scope, "Event", undefined), set(scope, "ErrorEvent", undefined)),
  "abort controllers are gone": () =>
    all(set(scope, "AbortController", undefined), set(scope, "AbortSignal", undefined)),
  "JSON throws": () => all(set(JSON, "stringify", fail), set(JSON, "parse", fail)),
  "errors are gone": () => all(set(scope, "Error", undefined), set(scope, "TypeError", undefined)),
};

/** What nobody can add to or change any more. */
export function freezeAll(): void {
  const things = [
    ...[Object, Array, Function, Promise, Error, TypeError, Map, Set, WeakMap, Symbol, Date],
    ...[RegExp, ArrayBuffer, Uint8Array, AbortSignal, AbortController, EventTarget, Event],
    ...[Number, String, Boolean, BigInt, URL, Proxy],
  ];
  for (const thing of things) {
    if (thing.prototype !== undefined) Object.freeze(thing.prototype);
    Object.freeze(thing);
  }
  for (const thing of [JSON, Math, Reflect, Atomics]) Object.freeze(thing);
  const { getPrototypeOf: up } = Object;
  for (const thing of [async () => {}, function* () {}, async function* () {}]) {
    Object.freeze(up(thing));
    if (up(thing).prototype) Object.freeze(up(thing).prototype);
  }
  Object.freeze(up(up([][Symbol.iterator]())));
}
