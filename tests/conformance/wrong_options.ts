/**
 * Options that must be refused, each with the error it is refused with.
 *
 * @module
 */

/** An option, a value that it can't have, the class of the error and what its message says. */
export type Wrong = [name: string, value: unknown, ErrorClass: ErrorConstructor, says: string];

const nothing = null;
const invalid = new Date(NaN);

const window = { limit: 1, interval: 1 };
const burstBesideWindow = "burst is for a rate a second, { limit, interval } has none: got 2";
const twoFair = "At most one limit may be fair: got 'a' and 'b'";
const wrongRateOption = "Unknown option in rate: 'intervall'. Did you mean 'interval'?";
const wrongLimitOption = "Unknown option in limits.a: 'worker'. Did you mean 'workers'?";

function notForDefaults(name: string): string {
  return `defaults cannot have the option '${name}', which is for one call alone`;
}

/** Of a task. */
export const wrongTaskOptions: Wrong[] = [
  ["priority", NaN, RangeError, "priority must be a number that can be ordered: got NaN"],
  ["priority", "1", TypeError, "priority must be a number: got '1'"],
  ["mustComplete", 1, TypeError, "mustComplete must be a boolean: got 1"],
  ["timeout", 0, RangeError, "timeout must be > 0: got 0"],
  ["timeout", -1, RangeError, "timeout must be > 0: got -1"],
  ["timeout", NaN, RangeError, "timeout must be > 0: got NaN"],
  ["timeout", "5", TypeError, "timeout must be a number: got '5'"],
  ["retries", -1, RangeError, "retries must be >= 0: got -1"],
  ["retries", 1.5, RangeError, "retries must be a whole number: got 1.5"],
  ["retries", NaN, RangeError, "retries must be >= 0: got NaN"],
  ["retries", true, TypeError, "retries must be a number: got true"],
  ["retryDelay", -0.1, RangeError, "retryDelay must be >= 0: got -0.1"],
  ["retryDelay", {}, TypeError, "retryDelay must be a number: got an object"],
  ["backoff", -2, RangeError, "backoff must be > 0: got -2"],
  ["backoff", 2n, TypeError, "backoff must be a number: got 2n"],
  ["maxRetryDelay", -1, RangeError, "maxRetryDelay must be >= 0: got -1"],
  ["maxRetryDelay", "1s", TypeError, "maxRetryDelay must be a number: got '1s'"],
  ["jitter", -0.1, RangeError, "jitter must be from 0 to 1: got -0.1"],
  ["jitter", 1.1, RangeError, "jitter must be from 0 to 1: got 1.1"],
  ["jitter", true, TypeError, "jitter must be a number: got true"],
  ["retryIf", true, TypeError, "retryIf must be a function: got true"],
  ["delay", -1, RangeError, "delay must be >= 0: got -1"],
  ["delay", NaN, RangeError, "delay must be >= 0: got NaN"],
  ["delay", new Date(0), TypeError, "delay must be a number: got 1970-01-01T00:00:00.000Z"],
  ["runAt", NaN, RangeError, "runAt must be a time: got NaN"],
  ["runAt", Infinity, RangeError, "runAt must be a time: got Infinity"],
  ["runAt", invalid, RangeError, "runAt must be a time: got an invalid Date"],
  ["runAt", "2030-01-01", TypeError, "runAt must be a number or a Date: got '2030-01-01'"],
  ["name", 7, TypeError, "name must be a string: got 7"],
  ["groupId", 7, TypeError, "groupId must be a string: got 7"],
  ["detached", "yes", TypeError, "detached must be a boolean: got 'yes'"],
  ["signal", {}, TypeError, "signal must be an AbortSignal: got an object"],
  ["signal", nothing, TypeError, "signal must be an AbortSignal: got null"],
  ["grace", -1, RangeError, "grace must be >= 0: got -1"],
  ["grace", [1], TypeError, "grace must be a number: got an array of 1"],
  ["keys", "a", TypeError, "keys must be an object: got 'a'"],
  ["keys", ["a"], TypeError, "keys must be an object: got an array of 1"],
  ["keys", { a: nothing }, TypeError, "keys.a must be a string or a number: got null"],
  ["keys", { a: {} }, TypeError, "keys.a must be a string or a number: got an object"],
  ["keys", { a: NaN }, RangeError, "keys.a must be a number that can be ordered: got NaN"],
  ["keys", { a: 1 }, TypeError, "Unknown limit in keys: 'a'"],
  ["after", 7, TypeError, "after must be an iterable of handles: got 7"],
  ["after", {}, TypeError, "after must be an iterable of handles: got an object"],
  ["after", [7], TypeError, "after[0] must be a handle: got 7"],
  ["after", [nothing], TypeError, "after[0] must be a handle: got null"],
  [
    "after",
    [Promise.resolve()],
    TypeError,
    "after[0] must be a handle: got an instance of Promise",
  ],
  ["dedupe", 7, TypeError, "dedupe must be a string: got 7"],
  ["checkpoint", {}, TypeError, "checkpoint must be a Checkpoint: got an object"],
  ["key", "a", TypeError, "key must be a function: got 'a'"],
  ["namespace", 7, TypeError, "namespace must be a string: got 7"],
];

/** Of a queue. */
export const wrongQueueOptions: Wrong[] = [
  ["workers", 0, RangeError, "workers must be > 0: got 0"],
  ["workers", 1.5, RangeError, "workers must be a whole number: got 1.5"],
  ["workers", Infinity, RangeError, "workers must be a whole number: got Infinity"],
  ["workers", "4", TypeError, "workers must be a number: got '4'"],
  ["size", -1, RangeError, "size must be >= 0: got -1"],
  ["size", 0.5, RangeError, "size must be a whole number: got 0.5"],
  ["size", nothing, TypeError, "size must be a number: got null"],
  ["timeout", 0, RangeError, "timeout must be > 0: got 0"],
  ["timeout", nothing, TypeError, "timeout must be a number: got null"],
  ["mode", "endless", RangeError, "mode must be 'finite' or 'infinite': got 'endless'"],
  ["mode", 1, TypeError, "mode must be 'finite' or 'infinite': got 1"],
  ["failPolicy", "stop", RangeError, "failPolicy must be 'continue' or 'fail-first': got 'stop'"],
  ["onExit", "wait", RangeError, "onExit must be 'complete-priority' or 'cancel': got 'wait'"],
  ["rate", 0, RangeError, "rate must be > 0: got 0"],
  ["rate", "10/s", TypeError, "rate must be a number: got '10/s'"],
  ["rate", { limit: 1 }, TypeError, "rate.interval must be a number: got undefined"],
  ["rate", { limit: 0, interval: 1 }, RangeError, "rate.limit must be > 0: got 0"],
  ["rate", { limit: 1.5, interval: 1 }, RangeError, "rate.limit must be a whole number: got 1.5"],
  ["rate", { limit: 1, interval: 0 }, RangeError, "rate.interval must be > 0: got 0"],
  ["rate", { limit: 1, intervall: 9 }, TypeError, wrongRateOption],
  ["limits", 7, TypeError, "limits must be an object: got 7"],
  ["limits", { a: 7 }, TypeError, "limits.a must be an object: got 7"],
  ["limits", { a: { workers: 0 } }, RangeError, "limits.a.workers must be > 0: got 0"],
  ["limits", { a: { rate: "1" } }, TypeError, "limits.a.rate must be a number: got '1'"],
  ["limits", { a: { worker: 1 } }, TypeError, wrongLimitOption],
  ["limits", { a: { fair: 1 } }, TypeError, "limits.a.fair must be a boolean: got 1"],
  ["limits", { a: { fair: true }, b: { fair: true } }, TypeError, twoFair],
  ["limits", { a: { rate: window, burst: 2 } }, TypeError, `limits.a.${burstBesideWindow}`],
  ["aging", 0, RangeError, "aging must be > 0: got 0"],
  ["aging", "1", TypeError, "aging must be a number: got '1'"],
  ["defaults", 7, TypeError, "The defaults options must be an object: got 7"],
  ["defaults", { retries: -1 }, RangeError, "retries must be >= 0: got -1"],
  ["defaults", { after: [] }, TypeError, notForDefaults("after")],
  ["defaults", { dedupe: "a" }, TypeError, notForDefaults("dedupe")],
  ["defaults", { runAt: 1 }, TypeError, notForDefaults("runAt")],
  ["defaults", { key: String }, TypeError, notForDefaults("key")],
  ["defaults", { keys: { a: 1 } }, TypeError, "Unknown limit in keys: 'a'"],
  ["burst", 0, RangeError, "burst must be > 0: got 0"],
  ["burst", 1.5, RangeError, "burst must be a whole number: got 1.5"],
  ["retain", -1, RangeError, "retain must be >= 0: got -1"],
  ["retain", "some", RangeError, "retain must be 'all' or 'none': got 'some'"],
  ["retain", true, TypeError, "retain must be 'all' or 'none': got true"],
  ["clock", {}, TypeError, "clock must be a Clock: got an object"],
  ["onStart", 1, TypeError, "onStart must be a function: got 1"],
  ["onComplete", {}, TypeError, "onComplete must be a function: got an object"],
  ["onRetry", "log", TypeError, "onRetry must be a function: got 'log'"],
  ["onProgress", nothing, TypeError, "onProgress must be a function: got null"],
];

/** Of `run()`. */
export const wrongRunOptions: Wrong[] = [
  ["timeout", 0, RangeError, "timeout must be > 0: got 0"],
  ["timeout", "1s", TypeError, "timeout must be a number: got '1s'"],
  ["strict", 1, TypeError, "strict must be a boolean: got 1"],
  ["failPolicy", "stop", RangeError, "failPolicy must be 'continue' or 'fail-first': got 'stop'"],
  ["signal", 1, TypeError, "signal must be an AbortSignal: got 1"],
  ["timout", 1, TypeError, "Unknown run option: 'timout'. Did you mean 'timeout'?"],
];

/** Of a wait. */
export const wrongWaitOptions: Wrong[] = [
  ["timeout", -1, RangeError, "timeout must be >= 0: got -1"],
  ["timeout", "1s", TypeError, "timeout must be a number: got '1s'"],
  ["signal", 1, TypeError, "signal must be an AbortSignal: got 1"],
  ["signals", 1, TypeError, "Unknown wait option: 'signals'. Did you mean 'signal'?"],
];

/** Of a stream, besides those of its tasks. */
export const wrongStreamOptions: Wrong[] = [
  ["window", 0, RangeError, "window must be > 0: got 0"],
  ["window", 1.5, RangeError, "window must be a whole number: got 1.5"],
  ["ordered", 1, TypeError, "ordered must be a boolean: got 1"],
  ["settled", "yes", TypeError, "settled must be a boolean: got 'yes'"],
  ["metadataOf", "line", TypeError, "metadataOf must be a function: got 'line'"],
  ["windows", 1, TypeError, "Unknown stream option: 'windows'. Did you mean 'window'?"],
];
