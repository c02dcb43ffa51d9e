import type { Clock } from "../base/clock.ts";
import type { Task } from "../task/task.ts";
import type { Timers } from "../base/timers.ts";

/**
 * How one attempt of one task is run, and how it is interrupted. The engine decides what starts when;
 * an executor knows nothing of priorities, retries, rates, policies or results.
 */
export interface Executor {
  /** How many more tasks `accept` would take now. */
  readonly room: number;
  /** How many workers there are, for the statistics. */
  readonly workers: number;
  /** The most workers there may be. */
  readonly limit: number;
  /** Interrupted attempts that could not be stopped and still run. */
  readonly abandoned: number;
  /** Sets the number of workers. Attempts that are running go on, even when they are more. */
  resize(workers: number): void;
  /** Makes ready to accept tasks. Called again after `stop` when the queue is used anew. */
  start(): Promise<void>;
  /**
   * Takes a task and runs an attempt of it as soon as it can: says `began` to the host when its
   * function starts and `succeeded` or `failed` when it ends, both perhaps before it returns.
   *
   * @param task The task to run.
   * @param now The time of the call.
   * @returns The time, if it was read after the task's function was called.
   */
  accept(task: Task, now: number): number | undefined;
  /**
   * Asks for room for a task when there is none: an executor that has accepted tasks ahead may give back one
   * that comes after it.
   *
   * @returns Whether there is room now.
   */
  makeRoom(task: Task): boolean;
  /** For now all that there is room for has been given. */
  pumped(): void;
  /** Gives back, by `returned`, all tasks that have not begun. */
  recall(): void;
  /**
   * Takes back a task that was accepted and has not begun: its function must not be called.
   *
   * @returns `false` if it has begun; the host has then been told so.
   */
  withdraw(task: Task): boolean;
  /**
   * Interrupts the running attempt of a task. Nothing more is said of its outcome, only `stopped` when
   * it really has stopped.
   *
   * @param task The task, whose attempt has begun and not ended.
   * @param reason What its signal aborts with.
   * @returns How many milliseconds a retry should wait for `stopped` at the most: 0 when the attempt has
   * stopped or there is no use in waiting, Infinity when `stopped` is sure to come.
   */
  interrupt(task: Task, reason: unknown): number;
  /** The tasks that were accepted and have not ended, running or not. */
  tasks(): Iterable<Task>;
  /** Lets all workers go. Called when nothing is outstanding. */
  stop(): Promise<void>;
}

/** The side of the engine that an executor sees. */
export interface ExecutorHost {
  /** The first part of the tasks' ids. */
  readonly id: string;
  /** Where time comes from. */
  readonly clock: Clock;
  /** The queue's timers, for the executor's own deadlines too. */
  readonly timers: Timers;
  /** How many tasks are ready and not accepted. */
  readonly backlog: number;
  /** An attempt of an accepted task starts on a worker. */
  began(task: Task, workerId: number, now: number): void;
  /** The running attempt of a task has returned. */
  succeeded(task: Task, value: unknown, now: number): void;
  /** The running attempt of a task has thrown, or its worker has died. */
  failed(task: Task, error: unknown, now: number): void;
  /** A task that was accepted has not begun, even if that was said of it, and goes back to the queue. */
  returned(task: Task): void;
  /** Nothing can be run: the tasks that are ready fail. */
  startFailed(error: unknown): void;
  /** An interrupted attempt has stopped. */
  stopped(task: Task): void;
  /** The running attempt of a task reports progress. */
  progressed(task: Task, data: unknown): void;
  /** There is room again: start what may start. */
  pump(now?: number): void;
  /** The same soon, where the caller can't have tasks started within its call. */
  requestPump(): void;
}
