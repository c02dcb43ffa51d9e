/**
 * Tells of an error that nobody waits for as `reportError` does, by an `error` event whose default is
 * to print it, but never ends the program, as Deno's `reportError` would.
 *
 * @param error What was thrown.
 */
export function reportByEvent(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const event = new ErrorEvent("error", { error, message, cancelable: true });
  if (globalThis.dispatchEvent(event)) console.error(error);
}
