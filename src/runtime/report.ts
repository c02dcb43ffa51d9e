import { isError, show } from "../base/errors.ts";

/**
 * Tells of an error that nobody waits for as `reportError` does, by an `error` event whose default is
 * to print it, but never ends the program, as Deno's `reportError` would.
 *
 * @param error What was thrown: anything at all.
 */
export function reportByEvent(error: unknown): void {
  if (isTaken(error)) return;
  reportToConsole(error);
}

/**
 * Prints an error that nobody waits for. What the console refuses is described in its place; a console that throws all the
 * same, or is none, ends nothing.
 *
 * @param error What was thrown: anything at all.
 */
export function reportToConsole(error: unknown): void {
  if (!tryToPrint(error)) tryToPrint(`Uncaught ${show(error)}`);
}

/** Whether a listener of the program's own has taken care of an error. */
function isTaken(error: unknown): boolean {
  try {
    const event = new ErrorEvent("error", { error, message: messageOf(error), cancelable: true });
    return !globalThis.dispatchEvent(event);
  } catch {
    // A program that replaces the globals can have no event.
    return false;
  }
}

function messageOf(error: unknown): string {
  try {
    return String(isError(error) ? error.message : error);
  } catch {
    // What was thrown throws when it is looked at.
    return show(error);
  }
}

function tryToPrint(value: unknown): boolean {
  try {
    console.error(value);
    return true;
  } catch {
    // Deno's console throws at a revoked proxy.
    return false;
  }
}
