/**
 * Stands in a page for `mod.ts`: the lanes that browsers have.
 *
 * @module
 */
export * from "../../../../src/lanes/async/mod.ts";
export * from "../../../../src/lanes/thread/mod.ts";

/** There are none. */
export class ProcessQueue {}
export const processMap = undefined;
