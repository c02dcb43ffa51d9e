/**
 * Pictures of a run: a page for a browser and a trace for Perfetto. They are functions of a summary, so that a program
 * that makes none carries none of them.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { toHTML } from "@trilane/trilane/report";
 *
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * console.log(toHTML(await queue.run()).startsWith("<!DOCTYPE html>")); // true
 * ```
 *
 * @module
 */
export { type ReportOptions, toHTML } from "./page.ts";
export { toTrace } from "./trace.ts";
