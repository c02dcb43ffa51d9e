import {
  isInstance,
  NotPortableError,
  QueueStateError,
  reasonOf,
  show,
  TaskTimeoutError,
} from "../../../base/errors.ts";
import type { Portable } from "../../../portable/portable.ts";
import { makeStub } from "../../../portable/stub.ts";
import type { TaskQueue } from "../../../queue/queue.ts";
import type { TaskHandle } from "../../../task/handle.ts";
import type { AnyFunction, Task } from "../../../task/task.ts";
import type { BullJob } from "../bullmq.ts";
import { encode } from "../wire/codec.ts";
import { argumentsOf, type JobData, type JobResult, readJob } from "../wire/job.ts";
import type { Root } from "../wire/root.ts";
import { JobError } from "../wire/thrown.ts";
import { ProgressReports } from "./progress.ts";

/** Cancellations are remembered for jobs that are just on their way to this node: so many of the last. */
const MAX_CANCELLED = 1_000;

/** The most functions that are kept, found by what jobs call them. */
const MAX_FUNCTIONS = 1_000;

/** A retry is for the cluster to make, not for the queue here. */
const NEVER_MS = 1e12;

/** A job that runs. */
interface Run {
  readonly id: string;
  readonly job: BullJob;
  progress: ProgressReports | undefined;
  /** What its attempt has failed with, which may still run. */
  failure: { readonly error: unknown } | undefined;
  /** Its attempt was told to stop, and still runs. */
  isStopping: boolean;
}

/** What a runner needs of its node. */
export interface RunnerSettings {
  /** Names the node. */
  readonly id: string;
  readonly root: Root;
  /** The URLs of the modules whose tasks may be run. */
  readonly modules: ReadonlySet<string>;
  /** The queue that runs them on this machine. */
  readonly queue: TaskQueue<Portable>;
  /** Takes note of how many jobs there are whose attempts were told to stop, and still run. */
  stopping(count: number): void;
}

/** Runs a cluster's jobs as tasks of a queue on this machine. Retries are left to the cluster. */
export class JobRunner {
  readonly #settings: RunnerSettings;
  readonly #functions = new Map<string, AnyFunction & Portable>();
  readonly #running = new Map<TaskHandle, Run>();
  #stopping = 0;
  /** The last jobs that were cancelled, each with the reason. */
  readonly #cancelled = new Map<string, unknown>();

  constructor(settings: RunnerSettings) {
    this.#settings = settings;
    settings.queue.observe({
      onProgress: (handle, data) => {
        const run = this.#running.get(handle);
        if (run !== undefined) (run.progress ??= new ProgressReports(run.job)).add(data);
      },
      onRetry: (handle, error) => {
        const run = this.#running.get(handle);
        if (run === undefined) return;
        run.failure = { error };
        // One that has failed by itself has stopped.
        if (isInstance(error, TaskTimeoutError)) this.#setStopping(run, true);
      },
    });
  }

  /** How many jobs run. */
  get size(): number {
    return this.#running.size;
  }

  /**
   * Runs an attempt of a job.
   *
   * @param job The job.
   * @returns What it comes to.
   * @throws {JobError} (rejects) When it fails.
   */
  async run(job: BullJob): Promise<JobResult> {
    const id = `${job.id}`;
    const task = this.#submit(job);
    const run: Run = { id, job, progress: undefined, failure: undefined, isStopping: false };
    this.#running.set(task, run);
    if (this.#cancelled.has(id)) task.cancel(this.#cancelled.get(id));
    await stopped(task, run);
    this.#setStopping(run, false);
    this.#running.delete(task);
    if (!task.done) {
      task.cancel();
      throw failure(run.failure!.error);
    }
    const { outcome } = task;
    if (task.status === "cancelled") throw new JobError(outcome, true);
    if (task.status === "failed") throw failure(outcome);
    try {
      return { value: encode(outcome), attempt: task.attempts, node: this.#settings.id };
    } catch (error) {
      const message = `The return value of task '${task.name}' cannot be sent: ${reasonOf(error)}`;
      throw new JobError(new NotPortableError(message, { cause: error }), true);
    }
  }

  /** Stops a job, if it runs here. */
  cancel(id: string, reason: unknown): void {
    this.#cancelled.set(id, reason);
    if (this.#cancelled.size > MAX_CANCELLED) {
      this.#cancelled.delete(this.#cancelled.keys().next().value!);
    }
    for (const [handle, run] of this.#running) if (run.id === id) handle.cancel(reason);
  }

  #setStopping(run: Run, isStopping: boolean): void {
    if (run.isStopping === isStopping) return;
    run.isStopping = isStopping;
    this.#stopping += isStopping ? 1 : -1;
    this.#settings.stopping(this.#stopping);
  }

  #submit(job: BullJob): Task {
    try {
      const data = readJob(job.data);
      if (data.cancelled) throw new QueueStateError(`Task '${job.name}' was cancelled`);
      const fn = this.#functionOf(data);
      const { queue } = this.#settings;
      const { timeout, grace } = data;
      // One that times out may still run, and no other is to start meanwhile: then it is this queue that waits until it has stopped.
      const waits = timeout !== undefined && hasAttemptsLeft(job);
      const retries = waits ? { retries: Infinity, retryDelay: NEVER_MS } : undefined;
      const options = { name: job.name, timeout, grace, ...retries };
      const task = queue.submit(fn, argumentsOf(data), options) as unknown as Task;
      // It goes on counting where other nodes have stopped.
      task.attempts = job.attemptsStarted - 1 + (data.before ?? 0);
      return task;
    } catch (error) {
      throw new JobError(error, true);
    }
  }

  /** The function of a job, if it is one that may be called. */
  #functionOf({ module, name, kind }: JobData): AnyFunction & Portable {
    const key = `${kind}\0${module}\0${name}`;
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    const { root, modules } = this.#settings;
    const url = root.urlOf(module);
    if (url === undefined) {
      throw new QueueStateError(`Cannot run a task of ${show(module)}, which is outside the root`);
    }
    if (!modules.has(url)) {
      throw new QueueStateError(
        `Cannot run a task of ${show(module)}, which is not on this node's list of tasks`,
      );
    }
    const fn = makeStub({ kind, url, name });
    if (this.#functions.size < MAX_FUNCTIONS) this.#functions.set(key, fn);
    return fn;
  }
}

/** Resolves when a task has ended or, where the queue here would retry it, its attempt has failed and really stopped. */
function stopped(task: Task, run: Run): Promise<void> {
  return new Promise((resolve) => {
    task.onDone(() => resolve());
    if (task.options.retries === 0) return;
    task.owner.follow(task, () => {
      // The first time it is told of, it is that it has failed; the next, that it waits for its time.
      if (run.failure !== undefined && task.status === "retrying") resolve();
    });
  });
}

function hasAttemptsLeft({ opts, attemptsMade }: BullJob): boolean {
  return attemptsMade + 1 < ((opts as { attempts?: number }).attempts ?? 1);
}

/** What a failed attempt is told as. What can't be sent would fail again. */
function failure(error: unknown): JobError {
  return new JobError(error, isInstance(error, NotPortableError));
}
