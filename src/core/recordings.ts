import type { Entry, Success } from "./recorder.ts";
import type { Task } from "./task.ts";

/** So many successes are recorded at once at the most. */
const MAX_BATCH = 1_000;
/** Tasks that never yield don't let a success wait for longer than about so many milliseconds. */
const MAX_WAIT = 5;

/** What becomes of tasks that have succeeded, once that is recorded. */
export interface RecordingHost {
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
 * the first of them, which is when all results of a worker's message have been taken in.
 */
export class Recordings {
  /** Tasks that have succeeded and not ended. */
  size = 0;
  readonly #host: RecordingHost;
  #waiting: Waiting[] = [];

  constructor(host: RecordingHost) {
    this.#host = host;
  }

  add(task: Task, { recorder, namespace, key }: Entry, value: unknown, now: number): void {
    this.size++;
    const waiting = this.#waiting;
    if (waiting.length === 0) queueMicrotask(this.flush);
    waiting.push({ task, recorder, namespace, key, value, now });
    if (waiting.length >= MAX_BATCH || now - waiting[0].now >= MAX_WAIT) this.flush();
  }

  /** Records what waits for it. What is being recorded just now is left to that. */
  readonly flush = (): void => {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
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
  };
}
