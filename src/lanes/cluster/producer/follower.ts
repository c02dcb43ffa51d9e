import { QueueStateError, reasonOf, TrilaneError, WorkerCrashError } from "../../../base/errors.ts";
import type { Elsewhere } from "../../../engine/elsewhere.ts";
import type { ExecutorHost } from "../../../engine/executor.ts";
import { siteLine } from "../../../runtime/site.ts";
import type { Task } from "../../../task/task.ts";
import type { BullJob } from "../bullmq.ts";
import { decode } from "../wire/codec.ts";
import { type JobResult, MAX_DEATHS } from "../wire/job.ts";
import { thrownOfStack } from "../wire/thrown.ts";
import type { Job } from "./job.ts";
import type { EventName, JobEvent, Server } from "./server.ts";

/** What a follower needs of its executor. */
export interface FollowerOwner {
  readonly host: ExecutorHost;
  /** What is told of the tasks. */
  readonly following: Elsewhere;
  readonly server: Server;
  /** A job is of no concern any more. */
  release(job: Job): void;
  /** Hands a task over anew, as another job. */
  sendAgain(job: Job): void;
}

/**
 * Tells the engine what becomes of tasks, by what the server says of their jobs. Its events come in order, but may be missed, so
 * jobs that were not heard of for a while are looked at. What an attempt has thrown is not in an event: then the job is looked
 * at as well, and further events of it wait.
 */
export class Follower {
  readonly #owner: FollowerOwner;
  /** Numbers for the nodes that have run tasks. */
  readonly #nodes = new Map<string, number>();

  constructor(owner: FollowerOwner) {
    this.#owner = owner;
  }

  /** Something has happened to a job. */
  heard(job: Job, name: EventName, event: JobEvent, at: number): void {
    job.version++;
    job.seenAt = at;
    if (job.backlog === undefined) this.#take(job, name, event, at);
    else job.backlog.push({ name, event, at });
  }

  /**
   * Looks at a job that was not heard of for a while.
   *
   * @returns Whether there was something to hear.
   */
  async look(job: Job): Promise<boolean> {
    const { version } = job;
    job.seenAt = performance.now();
    const state = await this.#owner.server.call((queue) => queue.getJobState(job.id));
    // Something was heard meanwhile, which the answer may not know of.
    if (job.version !== version || job.backlog !== undefined) return false;
    const isRunning = job.task.status === "running";
    const at = this.#owner.host.clock.now();
    const heard = (name: EventName) => {
      this.heard(job, name, { jobId: job.id }, at);
      return true;
    };
    switch (state) {
      case "completed":
        this.#lookAt(job, (found) => {
          if (found === undefined) this.#removed(job, at);
          else this.#succeeded(job, found.returnvalue, at);
        });
        return true;
      case "failed":
        return heard("failed");
      case "active":
        return !isRunning && heard("active");
      case "unknown":
        return await this.#isMissing(job);
      default:
        return isRunning && heard("waiting");
    }
  }

  #take(job: Job, name: EventName, event: JobEvent, at: number): void {
    const { host, following } = this.#owner;
    const { task } = job;
    const isRunning = task.status === "running";
    switch (name) {
      case "waiting":
      case "delayed":
        if (isRunning) this.#lookAt(job, (found) => this.#attemptFailed(job, found, at));
        else if (name === "waiting") following.waits(task, "pending");
        return;
      case "active":
        if (!isRunning) this.#begin(job, at);
        return;
      case "progress":
        if (isRunning) host.progressed(task, progressOf(event.data));
        return;
      case "stalled":
        if (isRunning) this.#nodeDied(job, at);
        return;
      case "completed":
        return this.#succeeded(job, event.returnvalue, at);
      case "failed":
        return this.#lookAt(job, (found) => this.#ended(job, found, at));
      case "removed":
        return this.#removed(job, at);
    }
  }

  #begin({ task }: Job, at: number): void {
    const now = Math.max(at, task.createdAt);
    // Which node it is, is known when it has ended.
    this.#owner.host.began(task, 0, now);
  }

  /** What an attempt has thrown is kept with its job. Without an answer the job is looked at again later. */
  #lookAt(job: Job, found: (bullJob: BullJob | undefined) => void): void {
    job.backlog = [];
    const goOn = () => {
      const backlog = job.backlog ?? [];
      job.backlog = undefined;
      for (const [i, { name, event, at }] of backlog.entries()) {
        this.#take(job, name, event, at);
        if (job.backlog !== undefined) {
          (job.backlog as typeof backlog).push(...backlog.slice(i + 1));
          return;
        }
        if (job.task.done) return;
      }
    };
    this.#owner.server.call((queue) => queue.getJob(job.id)).then((bullJob) => {
      if (!job.task.done) found(bullJob);
      if (!job.task.done) goOn();
    }, goOn);
  }

  /** A running task waits: its attempt has failed, or its node died. */
  #attemptFailed(job: Job, bullJob: BullJob | undefined, at: number): void {
    if (job.task.status !== "running") return;
    if (job.backlog![0]?.name === "stalled") return this.#nodeDied(job, at);
    const stack = bullJob?.stacktrace?.[job.failures];
    if (stack === undefined) return this.#nodeDied(job, at);
    job.failures++;
    this.#owner.following.retried(job.task, this.#errorOf(job.task, stack, bullJob!), at);
  }

  #nodeDied({ task }: Job, at: number): void {
    const message = `The node that ran task '${task.name}' died, or was stuck for too long`;
    const error = new WorkerCrashError(message, { workerId: 0 });
    this.#owner.following.retried(task, error, at);
  }

  #succeeded(job: Job, returned: unknown, at: number): void {
    const { host } = this.#owner;
    const { task } = job;
    const { value, attempt, node } = (returned ?? {}) as Partial<JobResult>;
    if (task.status !== "running") this.#begin(job, at);
    if (task.done) return;
    if (typeof node === "string") task.workerId = this.#numberOf(node);
    if (typeof attempt === "number") task.attempts = attempt;
    let decoded: unknown;
    try {
      decoded = decode(value);
    } catch (cause) {
      const message = `The value of task '${task.name}' can't be read: ${reasonOf(cause)}`;
      return this.#fail(job, new TrilaneError(message, { cause }), at);
    }
    this.#owner.release(job);
    host.succeeded(task, decoded, Math.max(at, task.attemptStartedAt));
  }

  /** A job has failed for good. */
  #ended(job: Job, bullJob: BullJob | undefined, at: number): void {
    const { task } = job;
    if (bullJob === undefined) return this.#removed(job, at);
    if (task.status !== "running" && bullJob.attemptsStarted > 0) this.#begin(job, at);
    if (task.done) return;
    task.attempts = Math.max(task.attempts, job.before + bullJob.attemptsStarted);
    this.#fail(job, this.#errorOf(task, bullJob.stacktrace?.at(-1), bullJob), at);
  }

  /** Its job is on the server no more. */
  #removed(job: Job, at: number): void {
    if (job.isRecalled) {
      this.#owner.release(job);
      return this.#owner.following.gaveBack(job.task);
    }
    const message = `The job of task '${job.task.name}' was removed from the cluster's server`;
    this.#fail(job, new QueueStateError(message), at);
  }

  /** A job can't be found. A server that was started anew may have lost it. */
  async #isMissing(job: Job): Promise<boolean> {
    const { version } = job;
    await this.#owner.server.look();
    if (job.version !== version || job.backlog !== undefined) return false;
    if (job.run !== this.#owner.server.run && !job.isRecalled) this.#owner.sendAgain(job);
    else this.heard(job, "removed", { jobId: job.id }, this.#owner.host.clock.now());
    return true;
  }

  #fail(job: Job, error: unknown, at: number): void {
    this.#owner.release(job);
    this.#owner.following.gaveUp(job.task, error, Math.max(at, job.task.createdAt));
  }

  #errorOf(task: Task, stack: string | undefined, { failedReason }: BullJob): unknown {
    const thrown = thrownOfStack(stack, placeOf(task));
    if (thrown !== undefined) return thrown.error;
    // What BullMQ says of one that it has given up.
    if (!/stalled/.test(`${failedReason}`)) return new TrilaneError(`${failedReason}`);
    const message = `Task '${task.name}' was given up: its nodes died ${MAX_DEATHS} times`;
    return new WorkerCrashError(message, { workerId: 0 });
  }

  #numberOf(node: string): number {
    const known = this.#nodes.get(node);
    if (known !== undefined) return known;
    this.#nodes.set(node, this.#nodes.size + 1);
    return this.#nodes.size;
  }
}

/** Lines for the stack of an error: of which task it is, and where that was submitted. */
function placeOf({ name, id, site }: Task): string {
  const line = siteLine(site);
  return `    in task '${name}' (${id}) of a cluster` +
    (line === undefined ? "" : `\n    submitted ${line}`);
}

function progressOf(data: unknown): unknown {
  if (typeof data !== "object" || data === null || !("trilane" in data)) return data;
  try {
    return decode(data.trilane);
  } catch {
    return data;
  }
}
