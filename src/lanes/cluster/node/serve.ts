import { checks, type OptionChecks, ownOptions } from "../../../base/checks.ts";
import type { QueueOptions } from "../../../engine/options.ts";
import { retryDelay } from "../../../engine/retry.ts";
import type { Portable } from "../../../portable/portable.ts";
import type { TaskQueue } from "../../../queue/queue.ts";
import { runtime } from "../../../runtime/here.ts";
import { AsyncQueue } from "../../async/queue.ts";
import { ProcessQueue } from "../../process/queue.ts";
import { ThreadQueue } from "../../thread/queue.ts";
import type { BullConnection, BullJob, BullWorker, JobBackoff } from "../bullmq.ts";
import { BACKOFF, controlName, MAX_DEATHS, MAX_DELAY_MS } from "../wire/job.ts";
import { closeAll, closeWorker, cut, whenReady } from "../wire/reach.ts";
import { JobError, thrownOfText } from "../wire/thrown.ts";
import { JobRunner } from "./job_runner.ts";
import { type NodeSettings, nodeSettings, type ServeOptions } from "./options.ts";

/** How soon a node tries again after an error of the server. */
const RETRY_DELAY_MS = 1_000;

/**
 * How long the server keeps jobs that have ended: for producers that were out of reach, and for viewers. Nodes say so, since with each
 * job it would be sent, stored and read once more.
 */
const KEEP_COMPLETED = { age: 3_600, count: 100_000 };
const KEEP_FAILED = { age: 7 * 24 * 3_600, count: 100_000 };

/**
 * A node that serves a cluster.
 *
 * @example
 * ```ts
 * import type { ClusterNode } from "@trilane/trilane/cluster";
 *
 * const drain = (node: ClusterNode) => node.close({ timeout: 60_000 });
 * console.log(drain.name); // drain
 * ```
 */
export interface ClusterNode extends AsyncDisposable {
  /** Names it: viewers show it with the jobs that it has run. */
  readonly id: string;
  /** How many tasks run on it. */
  readonly activeCount: number;
  /** How many can run on it at once. */
  readonly workers: number;
  /**
   * Stops taking tasks, lets those that run end, and closes.
   *
   * @param options With `force` they are stopped, and run again on another node. With a `timeout`, in milliseconds, that is done
   * once it has passed.
   * @returns When the node has closed.
   * @throws {TypeError} (rejects) When an option is unknown or of the wrong type.
   * @throws {RangeError} (rejects) When an option's value is out of range.
   */
  close(options?: { readonly force?: boolean; readonly timeout?: number }): Promise<void>;
}

const CLOSE_OPTION_CHECKS: OptionChecks = { force: checks.boolean, timeout: checks.notNegative };

/**
 * Makes a node of this program: it runs tasks of a cluster's queue, on a queue of its own on this machine.
 *
 * * It runs nothing but tasks of the modules on its list; a job that asks for anything else fails.
 * * It is given no more tasks than it has workers for. When its machine dies, the tasks that were running run again on another
 *   node, once `lockDuration` has passed.
 * * It goes on when the server was out of reach for a while.
 *
 * @param options What it serves, and how.
 * @returns The node, once it is ready.
 * @throws {QueueStateError} (rejects) When the server can't be reached.
 * @throws {TypeError} (rejects) When an option is missing, unknown or of the wrong type.
 * @throws {RangeError} (rejects) When an option's value is out of range, or a module is outside the root.
 *
 * @example
 * ```ts ignore
 * import * as bullmq from "bullmq";
 * import { bullmqEngine, serveCluster } from "@trilane/trilane/cluster";
 *
 * const engine = bullmqEngine(bullmq, { connection: { host: "127.0.0.1", port: 6379 } });
 * const root = new URL(".", import.meta.url);
 * const node = await serveCluster({ engine, name: "images", root, tasks: ["./tasks.ts"], workers: 4 });
 * // until this machine is to stop
 * await node.close();
 * ```
 */
export async function serveCluster(options: ServeOptions): Promise<ClusterNode> {
  const node = new Node(nodeSettings(options));
  await node.start();
  return node;
}

class Node implements ClusterNode {
  readonly id = crypto.randomUUID().slice(0, 8);
  readonly #settings: NodeSettings;
  readonly #queue: TaskQueue<Portable>;
  readonly #runner: JobRunner;
  readonly #connections: BullConnection[] = [];
  #worker: BullWorker | undefined;
  #closed: Promise<void> | undefined;
  #lastError: unknown;

  constructor(settings: NodeSettings) {
    this.#settings = settings;
    const { root, modules } = settings;
    this.#queue = queueOf(settings);
    const stopping = (count: number) => this.#stopping(count);
    this.#runner = new JobRunner({ id: this.id, root, modules, queue: this.#queue, stopping });
  }

  get activeCount(): number {
    return this.#runner.size;
  }

  get workers(): number {
    return this.#queue.workers;
  }

  async start(): Promise<void> {
    const { engine, name } = this.#settings;
    const { bullmq, connection, prefix, serverTimeout } = engine;
    try {
      await this.#queue.start();
      const control = new bullmq.QueueEvents(controlName(name), { connection, prefix });
      this.#add(control);
      control.on("cancel", ({ job, reason }: { job: string; reason: string }) => {
        this.#runner.cancel(job, thrownOfText(reason)?.error);
      });
      await whenReady(control, serverTimeout, () => this.#lastError);
      const worker = this.#worker = this.#makeWorker();
      this.#add(worker);
      // It says so by a timer, which its close would not clear.
      const toldReady = new Promise((resolve) => worker.on("ready", resolve));
      const waitUntilReady = () => Promise.all([worker.waitUntilReady(), toldReady]);
      await whenReady({ waitUntilReady }, serverTimeout, () => this.#lastError);
    } catch (error) {
      await this.close({ force: true });
      throw error;
    }
  }

  close(options: { readonly force?: boolean; readonly timeout?: number } = {}): Promise<void> {
    try {
      const { force = false, timeout = Infinity } = ownOptions(
        "close",
        options,
        CLOSE_OPTION_CHECKS,
      );
      if (force) this.#stop();
      this.#closed ??= this.#close();
      if (timeout !== Infinity) this.#stopAfter(timeout);
      return this.#closed;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    if (this.#worker !== undefined) await closeWorker(this.#worker, () => this.#runner.size);
    await this.#queue.shutdown();
    await closeAll(this.#connections, this.#settings.engine);
  }

  /** Lets go of the jobs without a word, so that others run them again: the connection goes before the tasks are stopped. */
  #stop(): void {
    const isClosing = this.#closed !== undefined;
    // The one is of use before its close, the other afterwards.
    const gone = this.#worker?.close(true);
    if (isClosing && this.#worker !== undefined) cut(this.#worker, this.#settings.engine);
    const stop = () => this.#queue.cancel();
    void (isClosing ? stop() : Promise.resolve(gone).then(stop, stop));
  }

  #stopAfter(ms: number): void {
    const timer = setTimeout(() => this.#stop(), ms);
    void this.#closed!.finally(() => clearTimeout(timer));
  }

  #makeWorker(): BullWorker {
    const { engine, name, lockDuration } = this.#settings;
    const { bullmq, connection, prefix } = engine;
    return new bullmq.Worker(name, (job: BullJob) => this.#runner.run(job), {
      connection,
      prefix,
      name: this.id,
      concurrency: this.#queue.workers,
      lockDuration,
      stalledInterval: lockDuration / 2,
      maxStalledCount: MAX_DEATHS,
      runRetryDelay: RETRY_DELAY_MS,
      removeOnComplete: KEEP_COMPLETED,
      removeOnFail: KEEP_FAILED,
      settings: { backoffStrategy: delayBefore },
    });
  }

  /** On the event loop an attempt that was told to stop leaves its place to another; elsewhere it keeps its worker. */
  #stopping(count: number): void {
    if (this.#settings.lane !== "async") return;
    const worker = this.#worker!;
    const concurrency = this.#queue.workers + count;
    const isMore = concurrency > worker.concurrency;
    worker.concurrency = concurrency;
    if (!isMore) return;
    // A worker all of whose places are taken waits for one of its jobs to end: this alone makes it look anew.
    void worker.pause(true);
    void worker.resume();
  }

  #add(connection: BullConnection): void {
    this.#connections.push(connection);
    connection.on("error", (error: Error) => {
      this.#lastError = error;
      try {
        this.#settings.onError(error);
      } catch (thrown) {
        runtime.report(thrown);
      }
    });
  }
}

function queueOf({ lane, laneOptions, workers }: NodeSettings): TaskQueue<Portable> {
  const Queue = { async: AsyncQueue, thread: ThreadQueue, process: ProcessQueue }[lane];
  const options: QueueOptions = { retain: "none", ...laneOptions, ...(workers && { workers }) };
  return new Queue(options) as TaskQueue<Portable>;
}

/** BullMQ asks how long a job is to wait before its next attempt. */
function delayBefore(
  attempts: number,
  type: string | undefined,
  error: Error | undefined,
  job: { opts: object } | undefined,
): number {
  const backoff = (job?.opts as { backoff?: JobBackoff } | undefined)?.backoff;
  if (type !== BACKOFF || backoff === undefined) return 0;
  const { delay, jitter, factor, max = Infinity } = backoff;
  const options = { retryDelay: delay, backoff: factor, maxRetryDelay: max, jitter };
  const thrown = error instanceof JobError ? error.thrown : error;
  return Math.min(Math.round(retryDelay(options, attempts, thrown)), MAX_DELAY_MS) || 0;
}
