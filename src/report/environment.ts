import { describeProgram } from "../runtime/description.ts";

/**
 * What a reader should know of a run before its figures.
 *
 * @param startedAt When it started, on the `performance.now()` time line, in milliseconds.
 * @returns By label: when it started, the program and the runtime, as far as they are known here.
 */
export function environment(startedAt: number): Record<string, string> {
  const started = new Date(performance.timeOrigin + startedAt).toISOString();
  const { program, runtime } = describeProgram();
  return {
    Started: `${started.slice(0, 10)} ${started.slice(11, 19)} UTC`,
    ...(program !== undefined && { Program: program }),
    ...(runtime !== undefined && { Runtime: runtime }),
  };
}
