/**
 * The tasks that the tests of shared queues submit, as portable ones.
 *
 * @module
 */
import { importTasks } from "../../../src/portable/import.ts";

/** The tasks of the conformance tests. */
export const common = importTasks<typeof import("../../conformance/tasks.ts")>(
  new URL("../../conformance/tasks.ts", import.meta.url),
);

/** Those that only these tests have. */
export const own = importTasks<typeof import("./tasks.ts")>(
  new URL("./tasks.ts", import.meta.url),
);
