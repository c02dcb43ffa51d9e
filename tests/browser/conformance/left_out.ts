/**
 * The conformance tests that a page can't pass, by the reason. All others are run in it.
 *
 * @module
 */

/** Browsers have no `AsyncLocalStorage`, so that it is as with `asyncContext: false`. */
const CONTEXT = [
  "currentTask throws outside a task",
  "currentTask works after an await, in helpers and in each attempt",
  "currentTask in a task of a queue that a task has made is of that queue",
];

/** The names of them all. */
export const LEFT_OUT: readonly string[] = [...CONTEXT];

/** Files that are left out as a whole: their tests start programs. */
export const LEFT_OUT_FILES: readonly string[] = ["tests/conformance/exit_test.ts"];
