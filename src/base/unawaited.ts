/**
 * Resolves a promise to a handle itself. A promise takes the outcome of a thenable for its own, so while it
 * looks, the handle is none.
 *
 * @param resolve Resolves the promise.
 * @param handle An object whose class has a `then`.
 */
export function resolveUnawaited<H extends object>(resolve: (handle: H) => void, handle: H): void {
  Object.defineProperty(handle, "then", { value: undefined, configurable: true });
  resolve(handle);
  delete (handle as { then?: unknown }).then;
}
