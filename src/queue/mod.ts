/**
 * What every lane shares: handles, groups, results, options, errors. Each lane's entry point exports it.
 *
 * @module
 */
export type { Clock } from "../base/clock.ts";
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
} from "../base/errors.ts";
export type { WaitOptions } from "../base/wait.ts";
export type { Hooks } from "../engine/announcer.ts";
export type { KeyLoad } from "../engine/options.ts";
export type { LimitOptions, QueueOptions, Rate } from "../engine/options.ts";
export { currentTask, type TaskContext } from "../task/context.ts";
export type {
  Awaitable,
  HandleValue,
  HandleValues,
  PlainHandle,
  TaskHandle,
  TaskStatus,
} from "../task/handle.ts";
export type { Keys, TaskOptions } from "../task/options.ts";
export type { RecordedValue, Recorder, ResumeOptions, Success } from "../task/recorder.ts";
export type {
  CancelledResult,
  FailedResult,
  SucceededResult,
  TaskAttempt,
  TaskResult,
  TaskResultBase,
} from "../task/result.ts";
export type { AnyFunction } from "../task/task.ts";
export { asCompleted } from "./as_completed.ts";
export type { BoundTask } from "./bound_task.ts";
export { TaskGroup } from "./group.ts";
export type {
  ItemArguments,
  Items,
  LoneArgument,
  LoneItem,
  MapItem,
  OptionsIfNone,
} from "./items.ts";
export type { MapOptions } from "./one_shot.ts";
export { type QueueStats, TaskQueue } from "./queue.ts";
export type { BatchOptions, OfItem } from "./resume.ts";
export type { RunOptions } from "./run.ts";
export type { StreamItem, StreamOptions } from "./stream.ts";
export { type Percentiles, RunSummary } from "./summary.ts";
