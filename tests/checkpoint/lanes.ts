/**
 * The lanes that the checkpoint tests run against.
 *
 * @module
 */
import {
  asyncMap,
  AsyncQueue,
  importTasks,
  processMap,
  ProcessQueue,
  type QueueOptions,
  type TaskQueue,
  threadMap,
  ThreadQueue,
} from "../../mod.ts";
import type * as tasks from "./tasks.ts";

/** The tasks, in a form that every lane takes. */
export const portable = importTasks<typeof tasks>(
  new URL("./tasks.ts", import.meta.url),
) as unknown as typeof tasks;

/** A lane, as a queue and as a one-shot helper. */
export interface Lane {
  readonly name: string;
  create(options?: QueueOptions): TaskQueue;
  readonly map: typeof asyncMap;
}

/** All lanes. */
export const lanes: readonly Lane[] = [
  { name: "AsyncQueue", create: (options) => new AsyncQueue(options), map: asyncMap },
  {
    name: "ThreadQueue",
    create: (options) => new ThreadQueue(options) as unknown as TaskQueue,
    map: threadMap as typeof asyncMap,
  },
  {
    name: "ProcessQueue",
    create: (options) => new ProcessQueue(options) as unknown as TaskQueue,
    map: processMap as typeof asyncMap,
  },
];

/** The numbers from 0, so many. */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
