/**
 * Errors that nobody waits for, as each runtime tells of them.
 *
 * @module
 */
import process from "node:process";
import { runtime } from "./harness.ts";

/** Errors that are kept until it is disposed of. */
export interface Kept extends Disposable {
  /** What has been told so far. */
  readonly errors: readonly unknown[];
}

/** Keeps what the library reports: by an event, and on Node, which has no such events, on the console. */
export function keepReports(): Kept {
  const errors: unknown[] = [];
  if (runtime === "node") {
    const { error } = console;
    console.error = (reported: unknown) => void errors.push(reported);
    return { errors, [Symbol.dispose]: () => void (console.error = error) };
  }
  const listener = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event.error);
  };
  globalThis.addEventListener("error", listener);
  return { errors, [Symbol.dispose]: () => globalThis.removeEventListener("error", listener) };
}

/** Keeps the reasons of promises that reject with nobody to catch it. */
export function keepRejections(): Kept {
  const errors: unknown[] = [];
  if (runtime === "node") {
    const listener = (reason: unknown) => void errors.push(reason);
    process.on("unhandledRejection", listener);
    return { errors, [Symbol.dispose]: () => void process.off("unhandledRejection", listener) };
  }
  const listener = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    errors.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listener);
  const stop = () => globalThis.removeEventListener("unhandledrejection", listener);
  return { errors, [Symbol.dispose]: stop };
}
