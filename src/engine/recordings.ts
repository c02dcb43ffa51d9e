import type { Timed, Timers } from "../base/timers.ts";
import type { Place } from "../task/place.ts";
import type { Entry, Success } from "../task/recorder.ts";
import type { Task } from "../task/task.ts";

/** Enough successes to be recorded together. */
const BATCH = 1024;
/** With this many tasks ready to run nobody waits for the result of just one. */
const BACKLOG = 128;
/** How long a success waits for others, about, at the most. */
const MAX_WAIT_MS = 5;

/** What becomes of tasks that have succeeded, once that is recorded. */
export interface RecordingHost {
  /** The queue's timers. */
  readonly timers: Timers;
  /** How many tasks are ready to run. */
  readonly backlog: number;
  /** Its success is recorded. */
  recorded(task: Task, value: unknown, now: number): void;
  /** Its success could not be recorded. */
  unrecorded(task: Task, cause: unknown, now: number): void;
}

/** A task that has succeeded, when it did, and what is to be recorded. */
interface Waiting extends Entry, Success {
  readonly task: Task;
  readonly now: number;
}

/**
 * The successes that are to be recorded before their tasks end.
 *
 * A transaction costs more than a short task, so those that come together are recorded together: in a microtask after
 * the first of them, which is when all results of a worker's message have been taken in. With a backlog
 * more are waited for; their workers have gone on meanwhile.
 */
export class Recordings implements Place<Task> {
  readonly status = "running";
  /** Tasks that have succeeded and not ended. */
  size = 0;
  readonly #host: RecordingHost;
  #waiting: Waiting[] = [];
  #lookRequested = false;
  readonly #limit: Timed = { timer: 0, expire: () => this.flush() };

  constructor(host: RecordingHost) {
    this.#host = host;
  }

  add(task: Task, { recorder, namespace, key }: Entry, value: unknown, now: number): void {
    task.place = this;
    this.size++;
    const waiting = this.#waiting;
    waiting.push({ task, recorder, namespace, key, value, now });
    // Tasks that never yield let neither microtasks nor timers come.
    if (waiting.length >= BATCH || now - waiting[0].now >= MAX_WAIT_MS) return this.flush();
    if (this.#lookRequested) return;
    this.#lookRequested = true;
    queueMicrotask(this.#look);
  }

  readonly #look = (): void => {
    this.#lookRequested = false;
    if (this.#host.backlog < BACKLOG) return this.flush();
    if (this.#waiting.length > 0 && this.#limit.timer === 0) {
      this.#host.timers.addIn(this.#limit, MAX_WAIT_MS);
    }
  };

  /** What has succeeded is not thrown away: it is recorded now, and ends. */
  remove(): boolean {
    this.flush();
    return false;
  }

  *items(): Iterable<Task> {
    for (const { task } of this.#waiting) yield task;
  }

  /** Records what waits for it. What is being recorded just now is left to that. */
  flush(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#host.timers.remove(this.#limit);
    for (const [recorder, batch] of Map.groupBy(waiting, (success) => success.recorder)) {
      let failure: { readonly error: unknown } | undefined;
      try {
        recorder.recordAll(batch);
      } catch (error) {
        failure = { error };
      }
      for (const { task, value, now } of batch) {
        this.size--;
        if (failure === undefined) this.#host.recorded(task, value, now);
        else this.#host.unrecorded(task, failure.error, now);
      }
    }
  }
}
