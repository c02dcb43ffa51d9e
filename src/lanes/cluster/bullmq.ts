/*
 * What is used of BullMQ 6: no more than this, so that the published module needs none of it and a test sees that the real one
 * fits.
 */

/** How a job is to be run. */
export interface JobOptions {
  readonly jobId: string;
  readonly priority: number;
  readonly delay?: number;
  readonly attempts?: number;
  readonly backoff?: JobBackoff;
}

/** How long to wait before a further attempt: BullMQ keeps it with the job, and a node works it out. */
export interface JobBackoff {
  readonly type: string;
  readonly delay: number;
  readonly jitter: number;
  /** Multiplies the delay after each retry. */
  readonly factor: number;
  /** The longest delay; left out where there is no limit. */
  readonly max?: number;
}

/** One of several jobs that are added together. */
export interface NewJob {
  readonly name: string;
  readonly data: unknown;
  readonly opts: JobOptions;
}

/**
 * A job, as BullMQ's own methods return it.
 *
 * @example
 * ```ts
 * import type { BullJob } from "@trilane/trilane/cluster";
 *
 * // A line of a log.
 * const line = ({ id, attemptsMade }: BullJob) => `job ${id} after ${attemptsMade} attempts`;
 * console.log(line.name); // line
 * ```
 */
export interface BullJob {
  /** Its id. */
  readonly id?: string | undefined;
  /** What it is called. */
  readonly name: string;
  /** What it carries. */
  readonly data: unknown;
  /** How it is run. */
  readonly opts: object;
  /** How many attempts have ended. */
  readonly attemptsMade: number;
  /** How many attempts have begun. */
  readonly attemptsStarted: number;
  /** The message of the error of its last attempt. */
  readonly failedReason?: string | undefined;
  /** What it has returned. */
  readonly returnvalue: unknown;
  /** The stack of each failed attempt. */
  readonly stacktrace?: string[] | null;
  /** Sets what it carries. */
  updateData(data: unknown): Promise<void>;
  /** Says how far it is. */
  // deno-lint-ignore no-explicit-any -- BullMQ's own type of what progress can be
  updateProgress(progress: any): Promise<void>;
  /** Gives it another priority. */
  changePriority(options: { priority?: number }): Promise<void>;
}

/**
 * What holds a connection's sockets.
 *
 * @example
 * ```ts
 * import type { BullBackend } from "@trilane/trilane/cluster";
 *
 * const status = async ({ client }: BullBackend) => (await client).status;
 * console.log(status.name); // status
 * ```
 */
export interface BullBackend {
  /** The socket for commands, once it has been connected for the first time. */
  readonly client: Promise<BullClient>;
  /** The socket that waits for jobs, of a worker. */
  readonly blockingClient?: Promise<BullClient> | undefined;
  /** Closes them. */
  close(force?: boolean): Promise<void>;
}

/**
 * One socket.
 *
 * @example
 * ```ts
 * import type { BullClient } from "@trilane/trilane/cluster";
 *
 * const isClosed = ({ status }: BullClient) => status === "end";
 * console.log(isClosed.name); // isClosed
 * ```
 */
export interface BullClient {
  /** How it is: `"end"` when it has been closed for good. */
  readonly status: string;
  /** The socket of the system's, where it is one of Node's. */
  readonly stream?: BullStream | undefined;
  /** What the server tells of itself. */
  info(): Promise<string>;
  /** Closes it for good. */
  disconnect(): void;
}

/**
 * A socket of the system's, as Node has them.
 *
 * @example
 * ```ts
 * import type { BullStream } from "@trilane/trilane/cluster";
 *
 * const whenClosed = (stream: BullStream) => new Promise((resolve) => stream.once("close", () => resolve(1)));
 * console.log(whenClosed.name); // whenClosed
 * ```
 */
export interface BullStream {
  /** Whether it is closed. */
  readonly closed: boolean;
  /** Listens to its end. */
  once(event: "close", listener: () => void): unknown;
  /** Closes it at once. */
  destroy(): unknown;
}

/**
 * What all of BullMQ's classes have that talk to the server.
 *
 * @example
 * ```ts
 * import type { BullConnection } from "@trilane/trilane/cluster";
 *
 * const logErrors = (connection: BullConnection) => connection.on("error", console.error);
 * console.log(logErrors.name); // logErrors
 * ```
 */
export interface BullConnection {
  /** What holds its sockets. */
  readonly backend: BullBackend;
  /** Listens to an event. */
  // deno-lint-ignore no-explicit-any -- typed differently for each event
  on(event: any, listener: (...args: any[]) => void): unknown;
  /** Resolves when it is connected. */
  waitUntilReady(): Promise<unknown>;
  /** Closes it in order. */
  close(): Promise<void>;
}

/**
 * A queue, to which jobs are added.
 *
 * @example
 * ```ts
 * import type { BullQueue } from "@trilane/trilane/cluster";
 *
 * const isThere = async (queue: BullQueue, id: string) => await queue.getJob(id) !== undefined;
 * console.log(isThere.name); // isThere
 * ```
 */
export interface BullQueue extends BullConnection {
  /** Adds a job. */
  // deno-lint-ignore no-explicit-any -- generic there
  add(name: any, data: any, options?: any): Promise<unknown>;
  /** Adds several jobs in one message. */
  // deno-lint-ignore no-explicit-any -- generic there
  addBulk(jobs: any[]): Promise<unknown>;
  /** Removes a job: 0 if it can't, since a node has it. */
  remove(jobId: string): Promise<number>;
  /** Finds a job. */
  getJob(jobId: string): Promise<BullJob | undefined>;
  /** Tells where a job is. */
  getJobState(jobId: string): Promise<string>;
  /** Sets how many jobs may start in a time. */
  setGlobalRateLimit(max: number, duration: number): Promise<unknown>;
  /** Takes that back. */
  removeGlobalRateLimit(): Promise<unknown>;
}

/**
 * Runs jobs.
 *
 * @example
 * ```ts
 * import type { BullWorker } from "@trilane/trilane/cluster";
 *
 * const stopNow = (worker: BullWorker) => worker.close(true);
 * console.log(stopNow.name); // stopNow
 * ```
 */
export interface BullWorker extends BullConnection {
  /** How many jobs it runs at once. */
  concurrency: number;
  /** Has it take no more jobs and, unless told otherwise, resolves once those that run have ended. */
  pause(doNotWaitActive?: boolean): Promise<void>;
  /** Has it take jobs again. */
  resume(): Promise<void>;
  /** Closes it once its jobs have ended, or at once. */
  close(force?: boolean): Promise<void>;
}

/**
 * Publishes events that BullMQ itself knows nothing of.
 *
 * @example
 * ```ts
 * import type { BullEventsProducer } from "@trilane/trilane/cluster";
 *
 * const publish = (producer: BullEventsProducer) => producer.publishEvent({ eventName: "deployed" });
 * console.log(publish.name); // publish
 * ```
 */
export interface BullEventsProducer extends BullConnection {
  /** Publishes one. */
  // deno-lint-ignore no-explicit-any -- generic there
  publishEvent(event: any): Promise<void>;
}

/**
 * The part of the module `bullmq` that is used: what `import * as bullmq from "bullmq"` gives, version 6.
 *
 * @example
 * ```ts ignore
 * import * as bullmq from "bullmq";
 * import { bullmqEngine } from "@trilane/trilane/cluster";
 *
 * const engine = bullmqEngine(bullmq, { connection: { host: "127.0.0.1", port: 6379 } });
 * ```
 */
export interface BullMQ {
  /** Adds jobs. */
  // deno-lint-ignore no-explicit-any -- overloaded there
  readonly Queue: new (name: string, options: any) => BullQueue;
  /** Hears what becomes of them. */
  // deno-lint-ignore no-explicit-any -- overloaded there
  readonly QueueEvents: new (name: string, options: any) => BullConnection;
  /** Tells nodes what else there is to tell. */
  // deno-lint-ignore no-explicit-any -- overloaded there
  readonly QueueEventsProducer: new (name: string, options: any) => BullEventsProducer;
  /** Runs jobs. */
  readonly Worker: new (
    name: string,
    // deno-lint-ignore no-explicit-any -- generic there
    process: (job: any, token?: string) => Promise<any>,
    // deno-lint-ignore no-explicit-any -- overloaded there
    options: any,
  ) => BullWorker;
}
