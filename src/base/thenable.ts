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
