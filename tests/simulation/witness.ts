/**
 * Writes down what a queue says, and how it stands.
 *
 * @module
 */
import {
  type Clock,
  ExecutionError,
  NotPortableError,
  type PlainHandle,
  type RunSummary,
  TaskCancelledError,
  type TaskHandle,
  type TaskQueue,
  type TaskResult,
  type TaskStatus,
  TaskTimeoutError,
  TrilaneError,
  WorkerCrashError,
} from "../../mod.ts";
import type { Call, Happening, Span, SummaryCounts } from "./history.ts";
import type { TaskScript } from "./program.ts";
import type { Signal, Surroundings } from "./surroundings.ts";

/** What the tasks of one submission have in common; each carries it as its metadata. */
export interface Submission {
  readonly number: number;
  readonly script: TaskScript;
  readonly signal: Signal | undefined;
  readonly runAt: number | undefined;
  readonly madeAt: number;
  /** Whether its tasks may be admitted before the queue tells of them. */
  readonly unheard: boolean;
  /** Whether its task stands for others. */
  readonly dedupes: boolean;
  /** The tasks that its own wait for, of all queues. */
  readonly after: readonly (readonly [id: string, handle: PlainHandle])[];
}

/** Who hears of all that a queue says. */
export class Witness {
  /** The tasks that are known, by number. */
  readonly handles = new Map<number, PlainHandle>();
  /** Calls that have not been answered. */
  unanswered = 0;
  readonly timers = new Set<unknown>();
  readonly idleTimers = new Set<unknown>();
  /** Called with the queue's id as soon as that is known. */
  onFirst: ((queueId: string) => void) | undefined;
  readonly #surroundings: Surroundings;
  readonly #index: number;
  readonly #known = new Set<number>();
  /** Those that are not known to be done. */
  readonly #outstanding = new Map<number, PlainHandle>();
  #calls = 0;

  /** @param index which queue it is */
  constructor(surroundings: Surroundings, index: number) {
    this.#surroundings = surroundings;
    this.#index = index;
    surroundings.onAborted.push((signal) => this.#aborted(signal));
  }

  note(happening: Happening): void {
    this.#surroundings.note(happening, this.#index);
  }

  started(handle: TaskHandle): void {
    this.note({ is: "started", task: this.know(handle), attempt: handle.attempts });
  }

  completed(result: TaskResult): void {
    const task = this.know(result);
    const { status, attempts } = result;
    const [outcome, spans] = [this.#outcomeOf(result), spansOf(result)];
    this.note({ is: "done", task, status, attempts, outcome, spans });
  }

  retried(handle: TaskHandle, error: unknown): void {
    const task = this.know(handle);
    this.note({ is: "retried", task, attempt: handle.attempts, error: this.#label(error) });
  }

  #aborted(signal: number): void {
    this.note({ is: "aborted", signal, ended: this.#ended });
  }

  /** The tasks that say that they have ended, of those that were not known to have. */
  get #ended(): number[] {
    const ended: number[] = [];
    for (const [task, { done }] of this.#outstanding) if (done) ended.push(task);
    return ended;
  }

  /** Writes down how it stands; once only how those of its tasks do that have ended. */
  noteStill(queue: TaskQueue<never>): void {
    const statuses: [task: number, status: TaskStatus][] = [];
    for (const [task, handle] of this.#outstanding) {
      statuses.push([task, handle.status]);
      if (handle.done) this.#outstanding.delete(task);
    }
    this.note({
      is: "still",
      stats: queue.stats,
      activeCount: queue.activeCount,
      pendingCount: queue.pendingCount,
      results: queue.results.length,
      statuses,
      limit: queue.workers,
      timers: this.timers.size,
      idleTimers: this.idleTimers.size,
      calm: this.#surroundings.clock.nextDue === Infinity,
    });
  }

  /** A clock with the timers counted that are set through it. */
  countTimers(timers: Set<unknown>): Clock {
    const { clock } = this.#surroundings;
    return {
      now: () => clock.now(),
      wallNow: () => clock.wallNow(),
      setTimer(callback: () => void, ms: number): unknown {
        const timer = clock.setTimer(() => {
          timers.delete(timer);
          callback();
        }, ms);
        timers.add(timer);
        return timer;
      },
      clearTimer(timer: unknown): void {
        timers.delete(timer);
        clock.clearTimer(timer);
      },
    };
  }

  /** The tasks with a `dedupe` that have not ended. */
  twins(dedupe: string): number[] {
    return [...this.handles].filter(([, { done, metadata }]) =>
      !done && (metadata as Submission).script.dedupe === dedupe &&
      (metadata as Submission).dedupes
    ).map(([task]) => task);
  }

  /** The number of a task, which is written down when it is first heard of. */
  know(handle: PlainHandle | TaskResult): number {
    const task = numberOf(handle);
    const { id, createdAt } = handle;
    this.onFirst?.(id.slice(0, id.lastIndexOf("-")));
    this.onFirst = undefined;
    const hasEnded = "onDone" in handle ? handle.done : true;
    this.meet(task, handle.metadata as Submission, createdAt, hasEnded);
    if ("onDone" in handle && !this.handles.has(task)) {
      this.handles.set(task, handle);
      this.#outstanding.set(task, handle);
      const listen = () => handle.onDone(() => this.note({ is: "heard done", task }));
      // A hook that is told of a start may hear that the task has ended since, before that is told.
      if (handle.done) queueMicrotask(listen);
      else listen();
      const { awaited } = (handle.metadata as Submission).script;
      if (awaited) this.ask({ what: "wait", task }, () => handle.wait());
    }
    return task;
  }

  /**
   * A task is heard of.
   *
   * @param createdAt when it was submitted; the latest that may be unless that is known
   * @param hasEnded whether it says that it has ended
   */
  meet(task: number, submission: Submission, createdAt?: number, hasEnded = false): void {
    if (this.#known.has(task)) return;
    this.#known.add(task);
    const { script, signal, runAt, madeAt, unheard } = submission;
    const after = submission.after.map(([id]) => id);
    const endsBefore = submission.after.filter(([, { done }]) => done)
      .map(([id, { status }]) => [id, status] as const);
    const createdFrom = createdAt ?? madeAt;
    createdAt ??= this.#surroundings.clock.now() - (script.delay ?? 0);
    const numbers = { createdFrom, createdAt, signal: signal?.number, runAt };
    const ended = hasEnded ? [...this.#ended, task] : this.#ended;
    this.note({ is: "admitted", task, script, unheard, after, endsBefore, ended, ...numbers });
  }

  #outcomeOf(result: TaskResult): string {
    switch (result.status) {
      case "succeeded":
        return String(result.value);
      case "failed":
        return this.#label(result.error);
      default:
        return this.#label(result.reason);
    }
  }

  /** Why something failed or was cancelled, in a word. */
  #label(error: unknown): string {
    const known = this.#surroundings.reasons.get(error);
    if (known !== undefined) return known;
    if (error instanceof TaskTimeoutError) return "timeout";
    if (error instanceof WorkerCrashError) {
      return /ready/.test(error.message) ? "no start" : "crash";
    }
    if (error instanceof NotPortableError) return "not portable";
    if (error instanceof TaskCancelledError) {
      // "Cancelled because …", or that a task was cancelled by a call that gave no reason.
      return error.message.replace(/^Task '.*' was/, "was").replace(/(because task) .*/, "$1");
    }
    if (error instanceof TrilaneError || error instanceof ExecutionError) return error.name;
    return error instanceof Error ? error.message : String(error);
  }

  /** Follows a call that settles some time. */
  ask(call: Call, make: () => Promise<unknown>): void {
    const number = ++this.#calls;
    this.unanswered++;
    this.note({ is: "asked", call: number, ...call });
    make().then((value) => {
      const summary = call.what === "run" || call.what === "group"
        ? summarize(value as RunSummary)
        : undefined;
      this.#answer({ call: number, summary });
    }, (error) => this.#answer({ call: number, error: this.#label(error) }));
  }

  #answer(answer: { call: number; error?: string; summary?: SummaryCounts }): void {
    this.unanswered--;
    this.note({ is: "answered", ...answer });
  }
}

function summarize(summary: RunSummary): SummaryCounts {
  const { total, succeeded, failed, cancelled, timedOut, results } = summary;
  return { total, succeeded, failed, cancelled, timedOut, results: results.map(numberOf) };
}

function spansOf(
  { attempts, attemptHistory, workerId, startedAt, finishedAt }: TaskResult,
): Span[] {
  if (attempts === 0) return [];
  const one = { workerId: workerId!, startedAt: startedAt!, finishedAt };
  return (attemptHistory ?? [one]).map(({ workerId, startedAt, finishedAt }) => ({
    ...{ worker: workerId, from: startedAt, to: finishedAt },
  }));
}

/** A task's number, which its id ends in. */
export function numberOf({ id }: { readonly id: string }): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}
