/**
 * What can be thrown, returned or given, and throws when it is looked at, printed or sent.
 *
 * @module
 */

function fail(): never {
  throw new Error("looked at");
}

function withGetter<T extends object>(value: T, name: PropertyKey): T {
  return Object.defineProperty(value, name, { get: fail, enumerable: true, configurable: true });
}

/** Values to throw, by what is odd about them. Each call makes a new one. */
export const oddities: Readonly<Record<string, () => unknown>> = {
  "undefined": () => undefined,
  "null": () => null,
  "an object without prototype": () => Object.create(null),
  "a symbol": () => Symbol("odd"),
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  "a revoked proxy of a function": () => {
    const { proxy, revoke } = Proxy.revocable(() => {}, {});
    revoke();
    return proxy;
  },
  "a proxy that throws at any look": () =>
    new Proxy({}, {
      get: fail,
      has: fail,
      ownKeys: fail,
      getPrototypeOf: fail,
      getOwnPropertyDescriptor: fail,
    }),
  "an error whose message throws": () => withGetter(new Error("odd"), "message"),
  "an error whose stack throws": () => withGetter(new Error("odd"), "stack"),
  "an error whose name throws": () => withGetter(new Error("odd"), "name"),
  "an error whose cause throws": () => withGetter(new Error("odd"), "cause"),
  "an error with a field that throws": () => withGetter(new Error("odd"), "field"),
  "an error whose retryAfter throws": () => withGetter(new Error("odd"), "retryAfter"),
  "an error whose message is a symbol": () =>
    Object.assign(new Error(), { message: Symbol("odd") }),
  "an error that is its own cause": () => {
    const error = new Error("odd");
    error.cause = error;
    return error;
  },
  "a frozen error": () => Object.freeze(new Error("odd")),
  "an error without prototype": () => Object.setPrototypeOf(new Error("odd"), null),
  "an object that can't be text": () => ({ toString: fail, [Symbol.toPrimitive]: fail }),
  "an object that can't be printed": () => ({
    [Symbol.for("nodejs.util.inspect.custom")]: fail,
    [Symbol.for("Deno.customInspect")]: fail,
  }),
  "an object that can't be JSON": () => ({ toJSON: fail }),
  "a function": () => fail,
};
