/**
 * A record of what has succeeded, so that a batch that was stopped goes on where it was.
 *
 * @example
 * ```ts
 * import { asyncMap } from "@trilane/trilane";
 * import { Checkpoint } from "@trilane/trilane/checkpoint";
 *
 * using checkpoint = new Checkpoint(":memory:"); // a path, such as "run.sqlite", outlives the program
 * let calls = 0;
 * const square = (n: number) => {
 *   calls++;
 *   return n * n;
 * };
 * console.log(await asyncMap(square, [1, 2], { checkpoint })); // [ 1, 4 ]
 * console.log(await asyncMap(square, [1, 2, 3], { checkpoint }), calls); // [ 1, 4, 9 ] 3
 * ```
 *
 * @module
 */
export { Checkpoint, type CheckpointOptions } from "./checkpoint.ts";
export type { RecordedValue, Recorder, Success } from "../task/recorder.ts";
