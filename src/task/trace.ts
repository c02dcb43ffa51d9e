import { shared } from "../base/shared.ts";
import type { AnyFunction } from "./task.ts";

/**
 * In a worker: makes a function run as part of a trace that began elsewhere.
 *
 * @param traceparent What it is part of, as W3C writes it.
 */
export type JoinTrace = (traceparent: string, fn: AnyFunction) => AnyFunction;

/** How the tasks of this worker join traces, if it has been told how. */
export const traces: { join: JoinTrace | undefined } = shared(
  "traces",
  () => ({ join: undefined as JoinTrace | undefined }),
);
