import type { Platform } from "../base/platform.ts";
import { runtime } from "./here.ts";

/** How V8 and JavaScriptCore are told how much of the stack to look at. */
interface StackTraces {
  stackTraceLimit: number;
}

/** Where a task was submitted: the stack, which becomes text only when someone asks. */
export interface Site {
  readonly stack?: string;
}

/**
 * How many submissions in a row have their place noted. A look at the stack takes V8 2 to 10 µs, far more than a submission.
 */
const BURST = 2_000;
/** How many submissions a millisecond have it noted on and on. */
const PER_MS = 2;
/** The frames of this library above the caller's, and the caller's. */
const FRAMES = 12;

/** The folder of this library's sources, as stacks name it: by URL or by path. */
const OWN = new URL("../", import.meta.url);
const OWN_NAMES = [OWN.href, decodeURIComponent(OWN.pathname)];

/** A frame of a program's own, by URL or path, unlike those of the runtime: `ext:core/…`, `node:…`, `native`. */
const OF_PROGRAM = /^at (?:.*?[( ])?(?:[a-z]+:\/\/|\/|[A-Z]:[\\/])/;

const PlainError = Error;
const traces = PlainError as unknown as StackTraces;
let left = BURST;
let filledAt = 0;

/**
 * Notes where the program is.
 *
 * @returns The site; `undefined` where it would cost too much, as in a loop that submits a great many tasks one by one.
 */
function captureSite(): Site | undefined {
  if (!take()) return undefined;
  const { stackTraceLimit } = traces;
  // A program may have frozen `Error`, which then keeps its limit.
  const isSet = Reflect.set(traces, "stackTraceLimit", FRAMES);
  // Not `captureStackTrace`, by which JavaScriptCore makes the text at once, in ten times the time.
  const site = new PlainError();
  if (isSet) traces.stackTraceLimit = stackTraceLimit;
  return site;
}

/** The platform of queues whose tasks fail elsewhere, where no stack tells who submitted them. */
export const platformWithSites: Platform = {
  clock: runtime.clock,
  asyncContexts: runtime.asyncContexts,
  report: runtime.report,
  site: captureSite,
};

function take(): boolean {
  if (left === 0) {
    const now = performance.now();
    left = Math.min(BURST, Math.floor((now - filledAt) * PER_MS));
    filledAt = now;
    if (left === 0) return false;
  }
  left--;
  return true;
}

/**
 * The line of the stack where the program called this library.
 *
 * @param site What `captureSite` returned.
 * @returns The line, such as `at file:///main.ts:3:14`; `undefined` if it isn't known.
 */
export function siteLine(site: Site | undefined): string | undefined {
  return stackOf(site)?.split("\n")
    .map((line) => line.trim())
    .find((line) => OF_PROGRAM.test(line) && !OWN_NAMES.some((name) => line.includes(name)));
}

/** The stack becomes text by the program's own `Error.prepareStackTrace`, which may throw or give anything. */
function stackOf(site: Site | undefined): string | undefined {
  try {
    const stack: unknown = site?.stack;
    return typeof stack === "string" ? stack : undefined;
  } catch {
    return undefined;
  }
}
