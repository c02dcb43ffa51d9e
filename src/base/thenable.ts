/**
 * Whether a promise would wait for a value. It asks without reading `then`, which may be a getter: that is read once, by the
 * promise that waits.
 *
 * @param value Anything.
 * @returns Whether it is an object or a function that has a `then`.
 * @throws What the object throws when it is asked, as a revoked proxy does: to wait for it would fail with that too.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  return "then" in value;
}

/**
 * The promise to wait for, if a value is a promise or another thenable.
 *
 * @param value Anything.
 * @returns As {@linkcode resolved}; `undefined` where there is nothing to wait for.
 * @throws What the object throws when it is looked at.
 */
export function promiseOf(value: unknown): Promise<unknown> | undefined {
  // Most are: they are not asked for a `then` first.
  if (isPlain(value)) return value;
  return isThenable(value) ? resolved(value) : undefined;
}

/**
 * A promise of what a thenable comes to, whatever its own `then` does: throw, call back at once, twice or never.
 *
 * @param thenable A promise or another thenable.
 * @returns The promise itself where it is a plain one, which costs nothing.
 * @throws What the object throws when it is looked at.
 */
export function resolved(thenable: PromiseLike<unknown>): Promise<unknown> {
  return isPlain(thenable) ? thenable : new Promise((resolve) => resolve(thenable));
}

/** Whether it is a promise whose methods are those of all promises. */
function isPlain(value: unknown): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise &&
    value.then === Promise.prototype.then;
}
