import { isInstance, show, TaskCancelledError } from "../base/errors.ts";
import type { TaskResult } from "./result.ts";

/**
 * What `value()` of a task that did not succeed rejects with.
 *
 * @param result The result of the task.
 * @returns Its error, or a {@linkcode TaskCancelledError} with the reason as its cause.
 */
export function outcomeError(result: TaskResult): unknown {
  if (result.status === "failed") return result.error;
  return result.status === "cancelled" ? cancelError(result.name, result.reason) : undefined;
}

/** The error that stands for a cancel reason, which may be anything. */
export function cancelError(name: string, reason: unknown): TaskCancelledError {
  if (isInstance(reason, TaskCancelledError)) return reason;
  return new TaskCancelledError(`Task '${name}' was cancelled: ${show(reason)}`, { cause: reason });
}
