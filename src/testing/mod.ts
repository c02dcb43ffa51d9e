/**
 * For tests of code that uses a queue: time that passes when the test says so, and a queue without threads whose
 * attempts can be made to crash, hang, fail or come late.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { VirtualClock } from "@trilane/trilane/testing";
 *
 * const clock = new VirtualClock();
 * await using queue = new AsyncQueue({ clock });
 * await queue.start();
 * const handle = queue.submit(() => "done", { delay: 60_000 });
 * await clock.advance(60_000);
 * console.log(handle.status); // succeeded
 * ```
 *
 * @module
 */
export type { Clock } from "../base/clock.ts";
export type { Fault, Faults, InlineAttempt } from "./faults.ts";
export { type InlineOptions, InlineQueue } from "./inline_queue.ts";
export { VirtualClock } from "./virtual_clock.ts";
