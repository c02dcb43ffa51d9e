import type { AsyncContexts, AtHome } from "../base/async_contexts.ts";
import type { Clock } from "../base/clock.ts";
import type { Timers } from "../base/timers.ts";
import type { Place } from "../task/place.ts";
import type { Task } from "../task/task.ts";
import type { Tracing } from "./tracing.ts";
import type { Rate } from "./options.ts";

/** An interrupted attempt has stopped, or there is no use in waiting for its end. */
export const STOPPED = 0;
/** An interrupted attempt is sure to stop, which will be told by {@linkcode ExecutorHost.stopped}. */
export const STOP_WILL_BE_TOLD = Infinity;

/**
 * How one attempt of one task is run, and how it is interrupted. The engine decides what starts when; an executor knows
 * nothing of priorities, retries, rates, policies or results.
 *
 * Its verbs act. Its properties answer a question and change nothing.
 */
export interface Executor {
  /** How many more tasks `run` would take now, where it can matter which: of those that are like the host's next. */
  readonly room: number;
  /** How many workers there are, for the statistics. */
  readonly workers: number;
  /** The most workers there may be. */
  readonly limit: number;
  /** Whether the functions of tasks run in this program, so that the async contexts of their submissions matter. */
  readonly runsHere: boolean;
  /** How many interrupted attempts could not be stopped and still run. */
  readonly abandoned: number;
  /** The part of a lane that takes tasks before they can begin; absent where each begins as soon as it is taken. */
  readonly ahead?: AheadExecutor;
  /** The part of a lane whose tasks are scheduled by another engine; absent where this one does that. */
  readonly elsewhere?: SchedulingExecutor;
  /** Makes ready to run tasks. Called again after `stop` when the queue is used anew. */
  start(): Promise<void>;
  /** Lets all workers go. Called when nothing is outstanding. */
  stop(): Promise<void>;
  /** Sets the number of workers. Attempts that are under way go on, even when they are more. */
  resize(workers: number): void;
  /**
   * Runs an attempt of a task as soon as it can: says `began` to the host when the function starts and `succeeded` or
   * `failed` when it ends, both perhaps before it returns.
   *
   * @param task The task. Called only while there is `room`.
   * @param now The time of the call.
   * @returns The time, if it was read after the task's function was called.
   */
  run(task: Task, now: number): number | undefined;
  /**
   * Interrupts the attempt of a task that has begun and not ended. Nothing more is said of its outcome, only `stopped`
   * when it really has stopped. Nothing is said of other tasks within the call.
   *
   * @param task The task.
   * @param reason What its signal aborts with.
   * @returns {@linkcode STOPPED}, {@linkcode STOP_WILL_BE_TOLD}, or the milliseconds that a retry should wait for `stopped`
   * at the most.
   */
  interrupt(task: Task, reason: unknown): number;
  /** Whether a task can't be run again, since its arguments have been handed over; absent where that can't be. */
  isSpent?(task: Task): boolean;
  /** The tasks that were taken and have not ended, begun or not. */
  tasks(): Iterable<Task>;
}

/** What came of taking a task back: it is the queue's again, it has begun, or the answer comes later. */
export type Withdrawal = "withdrawn" | "begun" | "asked";

/** The part of an executor that takes tasks before they can begin. */
export interface AheadExecutor {
  /** Sends what it has been given. Called when the engine has given all that there was room for. */
  flush(): void;
  /**
   * Takes a task back that has not begun: its function must not be called.
   *
   * @returns `"begun"` if it has; the host has then been told so. `"asked"` where only another machine can tell: the
   * function may run all the same, and nothing more is said of its outcome.
   */
  withdraw(task: Task): Withdrawal;
  /**
   * Takes back tasks that have not begun, the last of each worker first and up to one that is to stay, and gives them
   * to the host by `returned`.
   *
   * @param isWanted Whether a task is to come back.
   * @returns Whether any came back.
   */
  takeBack(isWanted: (task: Task) => boolean): boolean;
  /**
   * The time of a task's attempt is up, as far as the host can tell. Takes in what has been sent of it, and then tells the
   * host what is true: `succeeded`, `failed`, `returned` if it never began, or `timedOut`; at once or a little later.
   *
   * @param task The task, whose attempt has begun and has not been interrupted.
   * @param now The time of the call.
   */
  overdue(task: Task, now: number): void;
}

/**
 * The part of an executor that hands tasks over to another engine, on another machine. That one knows their priorities, delays,
 * retries and rate; here each is handed over as soon as it is submitted, unless it waits for others, and followed by what the
 * executor says of it: `waits`, `began`, `retried` and, in the end, `succeeded` or `gaveUp`.
 */
export interface SchedulingExecutor {
  /** Sets how many attempts may start in a time. */
  setRate(rate: Rate | undefined): void;
  /** Gives a task that waits there another priority. */
  reprioritize(task: Task, priority: number): void;
  /** What follows the tasks that were handed over. */
  readonly following: Following;
}

/** What this engine has to know of tasks that another one schedules. */
export interface Following {
  /** Where they wait for their time or for their next attempt. */
  readonly later: readonly Place<Task>[];
  /** How many do. */
  readonly laterCount: number;
  /** Hands the tasks over that wait here for their time: the engine elsewhere is to do that. */
  handOverScheduled(): void;
}

/** What a task waits for that another engine holds: its turn, its time or its next attempt. */
export type Waiting = "pending" | "scheduled" | "retrying";

/** How tasks are started, as far as it matters to executors. */
export interface Starting {
  /** Whether tasks may be sent to a worker that can't begin them yet: under a rate and in traces their starts have to be seen. */
  readonly maySendAhead: boolean;
  /** What makes the tasks part of traces, if anything does. */
  readonly tracing: Tracing | undefined;
}

/** The side of the engine that an executor sees. */
export interface ExecutorHost {
  /** The first part of the tasks' ids. */
  readonly id: string;
  /** Where time comes from. */
  readonly clock: Clock;
  /** The program's async contexts, unless tasks run in none. */
  readonly contexts: AsyncContexts | undefined;
  /** Calls in the async context that the queue was made in, where contexts are kept. */
  readonly atHome: AtHome;
  /** The queue's timers, for the executor's own deadlines too. */
  readonly timers: Timers;
  /** How many tasks are ready and not at the executor; none during a pause, or while the rate holds them back. */
  readonly backlog: number;
  /** How tasks are started. */
  readonly dispatcher: Starting;
  /** The task that is to start next; none during a pause. */
  readonly next: Task | undefined;
  /** An attempt of a task starts on a worker. */
  began(task: Task, workerId: number, now: number): void;
  /** The attempt of a task has returned. */
  succeeded(task: Task, value: unknown, now: number): void;
  /** The attempt of a task has thrown, or its worker has died. */
  failed(task: Task, error: unknown, now: number): void;
  /** The attempt of a task has run for longer than it may. It is interrupted, unless it has ended. */
  timedOut(task: Task, now: number): void;
  /** A task has not begun, even if that was said of it, and goes back to the queue. No attempt is counted. */
  returned(task: Task): void;
  /** Tells of an error that belongs to no task. */
  report(error: unknown): void;
  /**
   * Tasks can't be run: those that are ready fail.
   *
   * @param error What they fail with.
   * @param isMeant Which of them. Default: all.
   */
  startFailed(error: unknown, isMeant?: (task: Task) => boolean): void;
  /** An interrupted attempt has stopped. */
  stopped(task: Task): void;
  /** The attempt of a task reports progress. */
  progressed(task: Task, data: unknown): void;
  /** The task of a running attempt waits, and lends its place to others. */
  lent(task: Task): void;
  /**
   * It asks for what it has lent, but for the place that the executor knows of.
   *
   * @param regained Called, perhaps at once, when it has that.
   * @returns Takes the request back.
   */
  regain(task: Task, regained: () => void): () => void;
  /** It goes on. */
  resumed(task: Task): void;
  /** Calls a program's own code, such as what listens to a task's signal: once no task is half moved. */
  tell(call: () => unknown): void;
  /** There is room: start what may start. */
  dispatch(now?: number): void;
  /** The same soon, where the caller can't have tasks started within its call. */
  requestDispatch(): void;
}
