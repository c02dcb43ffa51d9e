/**
 * The lanes that the checkpoint tests run against.
 *
 * @module
 */
import { importTasks } from "../../../mod.ts";
import type * as tasks from "./tasks.ts";

export { type Lane, lanes } from "../../conformance/lanes.ts";

/** The tasks, in a form that every lane takes. */
export const portable = importTasks<typeof tasks>(
  new URL("./tasks.ts", import.meta.url),
) as unknown as typeof tasks;

/** The numbers from 0, so many. */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
