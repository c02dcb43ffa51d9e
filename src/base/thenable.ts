/**
 * Whether a promise would wait for a value. It asks without reading `then`, which may be a getter: that is read once, by the
 * promise that waits.
 *
 * @param value Anything.
 * @returns Whether it is an object or a function that has a `then`; not if it can't be asked, as a revoked proxy.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  try {
    return "then" in value;
  } catch {
    return false;
  }
}

/**
 * A promise of what a thenable comes to, whatever its own `then` does: throw, call back at once, twice or never.
 *
 * @param thenable A promise or another thenable.
 * @returns The promise itself where it is a plain one, which costs nothing.
 * @throws What the object throws when it is looked at.
 */
export function resolved(thenable: PromiseLike<unknown>): Promise<unknown> {
  const isPlain = thenable instanceof Promise && thenable.constructor === Promise &&
    thenable.then === Promise.prototype.then;
  return isPlain ? thenable : new Promise((resolve) => resolve(thenable));
}
