import type { AsyncContexts } from "../base/async_contexts.ts";
import type { Clock } from "../base/clock.ts";
import { isInstance, NotPortableError, TaskTimeoutError } from "../base/errors.ts";
import type { Timers } from "../base/timers.ts";
import { FAILED, type Place } from "../task/place.ts";
import type { Task } from "../task/task.ts";
import type { Announcer } from "./announcer.ts";
import type { Running, Sent } from "./at_executor.ts";
import { type Executor, STOP_WILL_BE_TOLD, STOPPED } from "./executor.ts";
import { retryDelay } from "./retry.ts";
import { Scheduled } from "./scheduled.ts";
import { Stopping } from "./stopping.ts";

/** What is needed of the engine to retry tasks. */
export interface RetryingHost {
  readonly clock: Clock;
  readonly contexts: AsyncContexts | undefined;
  readonly timers: Timers;
  readonly announcer: Announcer;
  readonly executor: Executor;
  readonly running: Running;
  /** Ends a task that is in no place. */
  finish(task: Task, place: Place<Task>, outcome: unknown, now: number): void;
  /** The attempt of a task that will be retried has stopped. */
  released(task: Task): void;
  /** A task has waited long enough. */
  due(task: Task): void;
  /** Tells of an error that belongs to no task. */
  report(error: unknown): void;
}

/**
 * What becomes of an attempt that has failed: the task ends, or it waits for the attempt to stop, for its own `retryIf`, and
 * then for its time.
 */
export class Retrying {
  /** How many retries there were. */
  count = 0;
  readonly stopping: Stopping;
  readonly waiting: Scheduled;
  readonly #host: RetryingHost;

  constructor(host: RetryingHost) {
    this.#host = host;
    this.stopping = new Stopping(host.timers, (task, at) => this.#wait(task, at));
    this.waiting = new Scheduled("retrying", host.timers, (task) => host.due(task));
  }

  /** The attempt of a running task has thrown, or its worker has died. */
  failed(task: Task, error: unknown, now: number): void {
    this.#fail(task, error, now, () => this.stopping.stopped(task));
  }

  /** The attempt of a running task has run for its `timeout`. */
  timedOut(task: Task, now: number): void {
    const error = new TaskTimeoutError(
      `Task '${task.name}' timed out: attempt ${task.attempts} ran longer than ${task.options.timeout} ms`,
    );
    this.#fail(task, error, now, () => {
      const patience = this.#host.executor.interrupt(task, error);
      if (patience === STOPPED) this.stopping.stopped(task);
      else if (patience !== STOP_WILL_BE_TOLD) this.stopping.giveUpAt(task, now + patience);
    });
  }

  /** The attempt of a running task has failed, and the engine elsewhere retries it from a place of its own. */
  elsewhere(task: Task, error: unknown, now: number, place: Sent): void {
    const { announcer, running } = this.#host;
    announcer.enter();
    running.remove(task);
    place.add(task);
    this.#willRetry(task, error, now);
    announcer.leave();
  }

  /** @param stop Stops the attempt, or says that it has stopped. */
  #fail(task: Task, error: unknown, now: number, stop: () => void): void {
    const { announcer, executor, running } = this.#host;
    const { retries, retryIf } = task.options;
    // It reads a field of the error, which may call a program's own code.
    const delay = retryDelay(task.options, task.attempts, error);
    const ends = task.attempts > retries || isInstance(error, NotPortableError) ||
      executor.isSpent?.(task) === true;
    announcer.enter();
    running.remove(task);
    if (ends) {
      this.#host.finish(task, FAILED, error, now);
    } else {
      this.stopping.add(task, now + delay, retryIf === undefined);
      if (retryIf === undefined) this.#willRetry(task, error, now);
      else announcer.next(() => this.#decide(task, error, now));
    }
    stop();
    announcer.leave();
  }

  /** Asks a task's `retryIf`. A program may end the task before, as its signal aborts, or meanwhile. */
  #decide(task: Task, error: unknown, now: number): void {
    if (task.place !== this.stopping) return;
    const again = this.#mayRetry(task, error);
    if (task.place !== this.stopping) return;
    const { announcer } = this.#host;
    announcer.enter();
    if (again) {
      this.#willRetry(task, error, now);
      this.stopping.allow(task);
    } else {
      this.stopping.remove(task);
      this.#host.finish(task, FAILED, error, now);
    }
    announcer.leave();
  }

  #mayRetry(task: Task, error: unknown): boolean {
    try {
      const ask = () => task.options.retryIf!(error, task.attempts);
      const { contexts } = this.#host;
      return contexts === undefined ? ask() : contexts.run(task.context!, ask);
    } catch (thrown) {
      this.#host.report(thrown);
      return false;
    }
  }

  #willRetry(task: Task, error: unknown, now: number): void {
    task.remember(error, now);
    this.count++;
    this.#host.announcer.retried(task, error);
  }

  #wait(task: Task, retryAt: number): void {
    this.#host.released(task);
    if (retryAt <= this.#host.clock.now()) return this.#host.due(task);
    this.waiting.add(task, retryAt);
    this.#host.announcer.changed(task);
  }
}
