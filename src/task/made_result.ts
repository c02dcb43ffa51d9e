import { isError, show } from "../base/errors.ts";
import type { PlainHandle } from "./handle.ts";
import type { SucceededResult, TaskAttempt, TaskResult, TaskResultBase } from "./result.ts";
import { resultJson } from "./result_json.ts";

/** What a result says that the handle says too. */
type HandleField =
  | ("id" | "name" | "priority" | "groupId" | "mustComplete" | "detached" | "metadata")
  | ("attempts" | "createdAt" | "scheduledFor" | "status");

/** What a result tells of a task that has ended. */
export interface Ended extends Pick<PlainHandle, HandleField> {
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly workerId: number | undefined;
  /** The value, the error or the cancel reason, as the status says. */
  readonly outcome: unknown;
  /** Its attempts, if it was retried. */
  readonly attemptHistory: readonly TaskAttempt[] | undefined;
}

/** What most tasks come to. V8 makes one of a class that has `toJSON` in an eighth of the time of an object that is given it. */
class UsualResult implements SucceededResult {
  declare readonly id: string;
  declare readonly name: string;
  declare readonly priority: number;
  declare readonly mustComplete: boolean;
  declare readonly detached: boolean;
  declare readonly metadata: unknown;
  declare readonly attempts: number;
  declare readonly createdAt: number;
  declare readonly finishedAt: number;
  declare readonly duration: number;
  declare readonly startedAt: number;
  declare readonly workerId: number;
  declare readonly status: "succeeded";
  declare readonly value: unknown;

  constructor(task: Ended) {
    const startedAt = task.startedAt!;
    const finishedAt = task.finishedAt!;
    this.id = task.id;
    this.name = task.name;
    this.priority = task.priority;
    this.mustComplete = task.mustComplete;
    this.detached = task.detached;
    this.metadata = task.metadata;
    this.attempts = task.attempts;
    this.createdAt = task.createdAt;
    this.finishedAt = finishedAt;
    this.duration = finishedAt - startedAt;
    this.startedAt = startedAt;
    this.workerId = task.workerId!;
    this.status = "succeeded";
    this.value = task.outcome;
  }

  toJSON(): unknown {
    return resultJson(this);
  }
}

// Results are plain data, to whoever compares or prints them.
Object.defineProperty(UsualResult.prototype, "constructor", { value: Object });

/**
 * Makes the result of a task.
 *
 * @param task The task, which has ended.
 * @returns Its result, frozen.
 */
export function makeResult<T>(task: Ended): TaskResult<T> {
  const { attemptHistory } = task;
  const isUsual = task.status === "succeeded" && task.startedAt !== undefined &&
    task.groupId === undefined && task.scheduledFor === undefined && attemptHistory === undefined;
  const result = isUsual ? new UsualResult(task) : makeAnyResult(task, attemptHistory);
  return Object.freeze(result) as TaskResult<T>;
}

function makeAnyResult(task: Ended, attemptHistory: Ended["attemptHistory"]): TaskResult {
  const { startedAt, groupId, scheduledFor, workerId, outcome } = task;
  const finishedAt = task.finishedAt!;
  const base: { -readonly [K in keyof TaskResultBase]: TaskResultBase[K] } = Object.assign(
    Object.create(UsualResult.prototype) as object,
    {
      id: task.id,
      name: task.name,
      priority: task.priority,
      mustComplete: task.mustComplete,
      detached: task.detached,
      metadata: task.metadata,
      attempts: task.attempts,
      createdAt: task.createdAt,
      finishedAt,
      duration: startedAt === undefined ? 0 : finishedAt - startedAt,
    },
  );
  if (groupId !== undefined) base.groupId = groupId;
  if (startedAt !== undefined) base.startedAt = startedAt;
  if (scheduledFor !== undefined) base.scheduledFor = scheduledFor;
  if (workerId !== undefined) base.workerId = workerId;
  if (attemptHistory !== undefined) {
    Object.defineProperty(base, "attemptHistory", { value: attemptHistory });
  }
  if (task.status === "succeeded") {
    return Object.assign(base, { status: "succeeded", value: outcome } as const);
  }
  base.message = explain(outcome).message;
  return task.status === "failed"
    ? Object.assign(base, { status: "failed", error: outcome } as const)
    : Object.assign(base, { status: "cancelled", reason: outcome } as const);
}

/** What is told of an error or a cancel reason, which may be anything: its fields too. */
export function explain(reason: unknown): { errorName?: string; message: string } {
  if (!isError(reason)) return { message: show(reason) };
  try {
    const { name, message } = reason;
    return { errorName: `${name}`, message: `${message}` };
  } catch {
    return { message: show(reason) };
  }
}
