import { NotPortableError, QueueStateError, reasonOf } from "../../../base/errors.ts";
import { referenceOf } from "../../../portable/portable.ts";
import { DEFAULT_OPTIONS } from "../../../task/options.ts";
import type { JobBackoff, JobOptions, NewJob } from "../bullmq.ts";
import { encode } from "../wire/codec.ts";
import { BACKOFF, type JobData, MAX_DELAY_MS } from "../wire/job.ts";
import type { Root } from "../wire/root.ts";
import type { Job } from "./job.ts";
import type { Server } from "./server.ts";

/** The most jobs in one message, and about the most characters. */
const MAX_JOBS = 1_000;
const MAX_CHARACTERS = 4 << 20;
/** How long until what the server has refused is sent again. */
const RETRY_DELAY_MS = 500;

/** Who is told what becomes of jobs on their way to the server. */
export interface OutboxListener {
  /** It is there. */
  sent(job: Job): void;
  /** It can't be sent. */
  failed(job: Job, error: unknown): void;
}

/** Sends jobs to the server: all that there are in one message, and the next when that has been answered. */
export class Outbox {
  readonly #server: Server;
  readonly #root: Root;
  readonly #serverTimeout: number;
  readonly #listener: OutboxListener;
  readonly #jobs = new Set<Job>();
  #sending: Promise<void> | undefined;

  /** @param serverTimeout How long it tries to send what the server refuses, in milliseconds. */
  constructor(server: Server, root: Root, serverTimeout: number, listener: OutboxListener) {
    this.#server = server;
    this.#root = root;
    this.#serverTimeout = serverTimeout;
    this.#listener = listener;
  }

  add(job: Job): void {
    job.state = "queued";
    this.#jobs.add(job);
  }

  /** Takes one out; `false` if it is on its way. */
  remove(job: Job): boolean {
    return this.#jobs.delete(job);
  }

  clear(): void {
    this.#jobs.clear();
  }

  /** Sends what there is. */
  flush(): void {
    if (this.#sending === undefined && this.#jobs.size > 0) this.#sending = this.#sendAll();
  }

  /** Settles when nothing is on its way; `undefined` if nothing is. */
  get sending(): Promise<void> | undefined {
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#jobs.size > 0) {
      const batch = this.#nextBatch();
      if (batch.size > 0) await this.#send(batch);
    }
    this.#sending = undefined;
  }

  #nextBatch(): Map<Job, NewJob> {
    const batch = new Map<Job, NewJob>();
    let characters = 0;
    for (const job of this.#jobs) {
      this.#jobs.delete(job);
      try {
        const made = makeJob(job, this.#root);
        const { args } = made.data as JobData;
        if (typeof args === "string") characters += args.length;
        job.state = "sending";
        batch.set(job, made);
      } catch (error) {
        this.#listener.failed(job, error);
      }
      if (batch.size === MAX_JOBS || characters > MAX_CHARACTERS) break;
    }
    return batch;
  }

  async #send(batch: ReadonlyMap<Job, NewJob>): Promise<void> {
    const jobs = [...batch.values()];
    const giveUpAt = performance.now() + this.#serverTimeout;
    for (;;) {
      try {
        // Those that are there already, since only the answer was lost, are not added twice.
        await this.#server.call<unknown>((queue) => {
          const [job] = jobs;
          return jobs.length > 1 ? queue.addBulk(jobs) : queue.add(job!.name, job!.data, job!.opts);
        });
        for (const job of batch.keys()) {
          job.state = "sent";
          job.run = this.#server.run;
          this.#listener.sent(job);
        }
        return;
      } catch (cause) {
        if (performance.now() < giveUpAt && this.#server.isOpen) {
          await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
          continue;
        }
        const message = `The cluster's server took no tasks: ${reasonOf(cause)}`;
        const error = new QueueStateError(message, { cause });
        for (const job of batch.keys()) this.#listener.failed(job, error);
        return;
      }
    }
  }
}

/** What the server is given of a task. */
function makeJob(job: Job, root: Root): NewJob {
  const { task } = job;
  const reference = referenceOf(task.fn!)!;
  const { timeout, grace } = task.options;
  const data: JobData = {
    module: root.pathOf(reference),
    name: reference.name,
    kind: reference.kind as JobData["kind"],
    args: encodeArguments(task.name, task.args!),
    ...(timeout !== Infinity && { timeout }),
    ...(grace !== DEFAULT_OPTIONS.grace && { grace: finite(grace) }),
    ...(job.before > 0 && { before: job.before }),
  };
  return { name: task.name, data, opts: optionsOf(job) };
}

function optionsOf({ id, task, before }: Job): JobOptions {
  const { retries, retryDelay, backoff, jitter, maxRetryDelay } = task.options;
  const delay = Math.min(Math.ceil((task.scheduledFor ?? 0) - performance.now()), MAX_DELAY_MS);
  const attempts = Math.max(1, Math.min(retries + 1 - before, Number.MAX_SAFE_INTEGER));
  const strategy: JobBackoff = {
    type: BACKOFF,
    delay: finite(retryDelay),
    jitter,
    factor: finite(backoff),
    ...(maxRetryDelay !== Infinity && { max: maxRetryDelay }),
  };
  return {
    jobId: id,
    priority: task.priority,
    ...(delay > 0 && { delay }),
    ...(attempts > 1 && { attempts, backoff: strategy }),
  };
}

/** JSON has no Infinity. */
function finite(value: number): number {
  return Math.min(value, Number.MAX_VALUE);
}

function encodeArguments(name: string, args: readonly unknown[]): JobData["args"] {
  try {
    return encode(args);
  } catch (cause) {
    const position = args.findIndex((arg) => !canEncode(arg)) + 1;
    const which = position > 0 ? `Argument ${position} of` : "What was given to";
    throw new NotPortableError(
      `${which} task '${name}' cannot be sent to another machine: ${reasonOf(cause)}`,
      {
        cause,
      },
    );
  }
}

function canEncode(value: unknown): boolean {
  try {
    encode(value);
    return true;
  } catch {
    return false;
  }
}
