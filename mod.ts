/**
 * Structured task queues with one API over three lanes: submit tasks with priorities, retries, timeouts
 * and protection, run the queue, and look at handles and a summary.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue({ workers: 8 });
 * queue.map(async (n: number) => await Promise.resolve(n * n), [1, 2, 3], { retries: 2 });
 * const summary = await queue.run();
 * console.log(summary.values); // [ 1, 4, 9 ]
 * ```
 *
 * @module
 */
export { AsyncQueue } from "./src/async/queue.ts";
export { asyncMap } from "./src/async/map.ts";
export { asCompleted } from "./src/core/as_completed.ts";
export type { BoundTask } from "./src/core/bound_task.ts";
export { processMap, type ProcessMapOptions } from "./src/process/map.ts";
export type { ProcessOptions, SpawnContext } from "./src/process/options.ts";
export type { DenoPermissions } from "./src/process/permissions.ts";
export { ProcessQueue } from "./src/process/queue.ts";
export { type PoolMapOptions, threadMap } from "./src/thread/map.ts";
export { ThreadQueue } from "./src/thread/queue.ts";
export type { Clock } from "./src/core/clock.ts";
export { currentTask, type TaskContext } from "./src/core/context.ts";
export {
  ExecutionError,
  NotPortableError,
  QueueClosedError,
  QueueFullError,
  QueueStateError,
  TaskCancelledError,
  TaskTimeoutError,
  TrilaneError,
  WorkerCrashError,
  type WorkerExit,
} from "./src/core/errors.ts";
export { TaskGroup } from "./src/core/group.ts";
export type { HandleValue, PlainHandle, TaskHandle, TaskStatus } from "./src/core/handle.ts";
export type { MapOptions } from "./src/core/one_shot.ts";
export type { QueueOptions, RunOptions, TaskOptions, WaitOptions } from "./src/core/options.ts";
export {
  type Items,
  type LoneItem,
  type MapItem,
  type QueueStats,
  TaskQueue,
} from "./src/core/queue.ts";
export type { AnyFunction } from "./src/core/task.ts";
export type { RecordedValue, Recorder, Success } from "./src/core/recorder.ts";
export type { BatchOptions, ResumeOptions } from "./src/core/resume.ts";
export type {
  CancelledResult,
  FailedResult,
  SucceededResult,
  TaskAttempt,
  TaskResult,
  TaskResultBase,
} from "./src/core/result.ts";
export type { StreamItem, StreamOptions } from "./src/core/stream.ts";
export { type Percentiles, RunSummary } from "./src/core/summary.ts";
export type { PoolOptions } from "./src/pool/options.ts";
export {
  type ProgressDisplay,
  type ProgressOptions,
  type ProgressOutput,
  trackProgress,
} from "./src/progress/track.ts";
export { RemoteGroup } from "./src/remote/group.ts";
export type { PlainRemoteHandle, RemoteHandle } from "./src/remote/handle.ts";
export { attachQueue, RemoteQueue } from "./src/remote/queue.ts";
export { ShareableQueue } from "./src/remote/shareable.ts";
export { type DefinedTasks, defineTasks } from "./src/tasks/define.ts";
export { type ImportedTasks, importTasks } from "./src/tasks/import.ts";
export { inlineTask } from "./src/tasks/inline.ts";
export {
  type Portable,
  type PortableTask,
  type TaskReference,
  taskReference,
} from "./src/tasks/portable.ts";
export { transfer } from "./src/tasks/transfer.ts";
