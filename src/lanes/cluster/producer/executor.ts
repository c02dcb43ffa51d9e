import { TaskCancelledError } from "../../../base/errors.ts";
import type { Timed } from "../../../base/timers.ts";
import { Elsewhere, type ElsewhereHost } from "../../../engine/elsewhere.ts";
import {
  type AheadExecutor,
  type Executor,
  type ExecutorHost,
  type SchedulingExecutor,
  STOPPED,
  type Withdrawal,
} from "../../../engine/executor.ts";
import type { Rate } from "../../../engine/options.ts";
import type { Task } from "../../../task/task.ts";
import type { ClusterEngine } from "../engine.ts";
import { unreachable } from "../wire/reach.ts";
import type { Root } from "../wire/root.ts";
import { textOfThrown } from "../wire/thrown.ts";
import { Follower } from "./follower.ts";
import { Job } from "./job.ts";
import { checkPriority } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { Server } from "./server.ts";

/** How often the connection is looked at, and jobs that were not heard of. */
const LOOK_EVERY_MS = 1_000;
/** A job is looked at when it was not heard of for so long. */
const LOOK_AFTER_MS = 5_000;
/** How many jobs are looked at in one go. */
const MAX_LOOKS = 200;
/** How long a connection is kept that has nothing to do. */
const IDLE_TIMEOUT_MS = 1_000;

/** What a cluster queue's executor is told. */
export interface ExecutorSettings {
  readonly engine: ClusterEngine;
  readonly name: string;
  readonly root: Root;
  readonly rate: Rate | undefined;
}

/**
 * Has attempts run by the nodes of a cluster. A task is handed to the server as soon as the engine gives it, with all that is to
 * be known of it (priority, delay, retries); from then on it is followed by what the server tells.
 */
export class ClusterExecutor implements Executor {
  readonly host: ExecutorHost;
  readonly server: Server;
  readonly runsHere = false;
  readonly ahead: AheadExecutor;
  readonly elsewhere: SchedulingExecutor;
  /** What is told of the tasks. */
  readonly following: Elsewhere;
  /** The server takes any number of tasks, and workers are its nodes' concern. */
  readonly room = Infinity;
  readonly limit = Infinity;
  readonly workers = 0;
  readonly abandoned = 0;
  readonly #settings: ExecutorSettings;
  /** The first part of the jobs' ids, unlike any other producer's. */
  readonly #id = crypto.randomUUID().slice(0, 13);
  /** Those that have not ended, by their ids. */
  readonly #jobs = new Map<string, Job>();
  readonly #outbox: Outbox;
  readonly #follower = new Follower(this);
  /** What is still to be told the server of tasks that have ended here. */
  readonly #farewells = new Set<Promise<void>>();
  readonly #timer: Timed = { timer: 0, expire: () => this.#tick() };
  #made = 0;
  #rate: Rate | undefined;
  #isLooking = false;
  #idleSince: number | undefined;

  /**
   * @param host The engine.
   * @param settings Where the cluster is.
   */
  constructor(host: ElsewhereHost, settings: ExecutorSettings) {
    this.host = host;
    this.#settings = settings;
    this.#rate = settings.rate;
    const { engine, name, root } = settings;
    this.server = new Server(engine, name, () => this.#rate, (what, event, id) => {
      const job = this.#jobs.get(event.jobId);
      // Most are told that they wait as soon as they have been handed over.
      if (job === undefined || (what === "waiting" && job.task.status === "pending")) return;
      this.#follower.heard(job, what, event, this.server.timeOf(id));
    });
    this.#outbox = new Outbox(this.server, root, engine.serverTimeout, {
      sent: (job) => this.#sent(job),
      failed: (job, error) => this.#failed(job, error),
    });
    this.ahead = {
      flush: () => this.#outbox.flush(),
      withdraw: (task) => this.#withdraw(task),
      takeBack: (isWanted) => this.#takeBack(isWanted),
      // Its node measures it, and tells.
      overdue: () => {},
    };
    this.following = new Elsewhere(host);
    this.elsewhere = {
      setRate: (rate) => this.#setRate(rate),
      reprioritize: (task, priority) => this.#reprioritize(task, priority),
      following: this.following,
    };
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.#outbox.sending;
    await Promise.all(this.#farewells);
    this.host.timers.remove(this.#timer);
    await this.server.close();
  }

  resize(): void {}

  *tasks(): Iterable<Task> {
    for (const { task } of this.#jobs.values()) yield task;
  }

  run(task: Task): undefined {
    const job = new Job(`${this.#id}-${++this.#made}`, task);
    task.attempt = job;
    job.seenAt = performance.now();
    this.#jobs.set(job.id, job);
    this.#outbox.add(job);
    if (task.scheduledFor !== undefined && task.scheduledFor > performance.now()) {
      this.following.waits(task, "scheduled");
    }
    if (this.#timer.timer === 0) this.host.timers.addIn(this.#timer, LOOK_EVERY_MS);
  }

  interrupt(task: Task): number {
    this.#withdraw(task);
    return STOPPED;
  }

  release(job: Job): void {
    this.#jobs.delete(job.id);
  }

  sendAgain(job: Job): void {
    this.release(job);
    this.following.gaveBack(job.task);
  }

  #withdraw(task: Task): Withdrawal {
    const job = task.attempt as Job;
    this.release(job);
    if (this.#outbox.remove(job)) return "withdrawn";
    // One that is on its way is taken care of when it has arrived.
    if (job.state === "sent") this.#discard(job);
    return "asked";
  }

  #takeBack(isWanted: (task: Task) => boolean): boolean {
    let came = false;
    for (const job of [...this.#jobs.values()]) {
      if (job.task.status === "running" || !isWanted(job.task)) continue;
      if (this.#outbox.remove(job)) {
        this.release(job);
        this.following.gaveBack(job.task);
        came = true;
      } else {
        this.#recall(job);
      }
    }
    return came;
  }

  /** Asks the server for a job back. That it is, an event says; if it has begun, the job stays. */
  #recall(job: Job): void {
    job.isRecalled = true;
    if (job.state !== "sent") return;
    this.server.call((queue) => queue.remove(job.id)).then((removed) => {
      if (removed === 0) job.isRecalled = false;
    }, () => job.isRecalled = false);
  }

  #sent(job: Job): void {
    if (!this.#jobs.has(job.id)) this.#discard(job);
    else if (job.isRecalled) this.#recall(job);
  }

  #failed(job: Job, error: unknown): void {
    if (!this.#jobs.has(job.id)) return;
    this.release(job);
    this.following.gaveUp(job.task, error, this.host.clock.now());
  }

  /** Tells the server of a task that has ended here: its job is not to run or, if it does, to stop. */
  #discard(job: Job): void {
    const farewell = this.#sayGoodbye(job).catch(() => {
      // The server is out of reach, and its nodes will run the job to its end.
    }).finally(() => this.#farewells.delete(farewell));
    this.#farewells.add(farewell);
    if (this.#timer.timer === 0) this.host.timers.addIn(this.#timer, LOOK_EVERY_MS);
  }

  async #sayGoodbye({ id, task, before }: Job): Promise<void> {
    const removed = await this.server.call((queue) => queue.remove(id));
    // A node that has not said for too long that it lives may still run it.
    if (removed !== 0 && task.attempts === before) return;
    const reason = task.outcome ?? new TaskCancelledError(`Task '${task.name}' was cancelled`);
    await this.server.cancel(id, textOfThrown(reason));
    if (removed !== 0) return;
    // If its node dies now, no other is to run it.
    await this.server.call(async (queue) => {
      const job = await queue.getJob(id);
      await job?.updateData({ ...job.data as object, cancelled: true });
    });
  }

  #setRate(rate: Rate | undefined): void {
    this.#rate = rate;
    // Otherwise it is set as soon as there is a connection.
    if (this.server.isOpen) this.#command(() => this.server.limit(rate));
  }

  #reprioritize(task: Task, priority: number): void {
    checkPriority("priority", priority);
    const { id } = task.attempt as Job;
    this.#command(() =>
      this.server.call(async (queue) => {
        await (await queue.getJob(id))?.changePriority({ priority });
      })
    );
  }

  /** Sends what nobody waits for the answer of. */
  #command(send: () => Promise<unknown>): void {
    send().catch((error) => {
      if (this.server.isOpen) this.host.report(error);
    });
  }

  #tick(): void {
    const { serverTimeout } = this.#settings.engine;
    if (this.server.silence > serverTimeout) this.#giveUp(serverTimeout);
    else if (!this.#isLooking) void this.#lookAround();
    const isIdle = this.#jobs.size + this.#farewells.size === 0 &&
      this.#outbox.sending === undefined;
    this.#idleSince = isIdle ? this.#idleSince ?? performance.now() : undefined;
    if (isIdle && performance.now() - this.#idleSince! >= IDLE_TIMEOUT_MS) {
      this.#idleSince = undefined;
      return void this.server.close();
    }
    this.host.timers.addIn(this.#timer, LOOK_EVERY_MS);
  }

  /** The server can't be reached: nothing more will be heard of the tasks. */
  #giveUp(serverTimeout: number): void {
    const error = unreachable(serverTimeout, this.server.lastError);
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    this.#outbox.clear();
    void this.server.close();
    const now = this.host.clock.now();
    // The end of one may be the end of others.
    for (const { task } of jobs) if (!task.done) this.following.gaveUp(task, error, now);
  }

  /** Looks at some jobs that were not heard of for long; at further ones at once while that finds out anything. */
  async #lookAround(): Promise<void> {
    this.#isLooking = true;
    try {
      while (await this.#lookAtSome());
    } catch {
      // The silence is noted.
    }
    this.#isLooking = false;
  }

  async #lookAtSome(): Promise<boolean> {
    const before = performance.now() - LOOK_AFTER_MS;
    const jobs: Job[] = [];
    for (const job of this.#jobs.values()) {
      if (job.seenAt > before || job.state !== "sent" || job.backlog !== undefined) continue;
      if (jobs.push(job) === MAX_LOOKS) break;
    }
    const found = await Promise.all(jobs.map((job) => this.#follower.look(job)));
    return found.includes(true);
  }
}
