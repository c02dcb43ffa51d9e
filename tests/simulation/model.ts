/**
 * What a history has told so far: where tasks, attempts, signals and calls stand.
 *
 * @module
 */
import type { TaskStatus } from "../../mod.ts";
import type { Call, Event, Happening, SummaryCounts } from "./history.ts";
import type { QueueScript, TaskScript } from "./program.ts";

/** What cancels tasks by itself, as the reasons say it. */
export const CAUSES = {
  timeout: "Cancelled because the run's time was up",
  abort: "Cancelled because the run was aborted",
  failure: "Cancelled because task",
  shutdown: "Cancelled because the queue was shut down",
  reset: "Cancelled because the queue was reset",
  left: "was cancelled",
} as const;

/** A task's times are kept in whole microseconds, rounded down. */
export const ROUNDED_MS = 1e-3 + 1e-6;

/** Timers fire up to so many milliseconds late, as deadlines between whole ones are rounded up. */
export const LATE_MS = 1 + ROUNDED_MS;

/** How often a pool looks at attempts that don't begin in time. */
export const LOOK_MS = 25;

/** A thread that was told to end, and is not known to have ended after this, counts no more. */
export const GIVE_UP_AFTER_MS = 100;

/** Within this time a queue notices that the wall clock was set. */
const CLOCK_LOOK_MS = 1_000;

/**
 * After this many failed starts in a row, while others can run what waits, another start is tried after a second, and after
 * twice as long each time that it fails too, but within `startTimeout`.
 */
export const MAX_FAILED_STARTS = 3;

/** What may happen while nothing goes on but starts that fail. */
const QUIET: ReadonlySet<Happening["is"]> = new Set<Happening["is"]>([
  ...["worker starts", "worker fails", "worker killed", "worker gone", "worker held"] as const,
  ...["worker abandoned", "still", "listened", "computed"] as const,
]);

/** One happening by what it is. */
export type What<I extends Happening["is"]> = Extract<Event, { readonly is: I }>;

/** An attempt as it really goes. */
export interface Body {
  readonly attempt: number;
  readonly beganAt: number;
  endedAt: number;
  /** Its worker, in a pool. */
  readonly worker: number | undefined;
  /** Whether its function has been called, and has asked for its signal or its state. */
  called: boolean;
  touched: boolean;
  /** Whether it listens to its signal and has not heard of its abort. */
  listens: boolean;
  /** Whether how it ended is noted where the pool can read it, has come to the pool, or never will. */
  noted: boolean;
  told: boolean;
  lost: boolean;
  ended: "value" | "throw" | "crash" | "stopped" | undefined;
  /** When the queue gave it up. */
  interruptedAt: number | undefined;
  lent: boolean;
  /** Since when it waits for another task, if it does, and for how long it has waited before. */
  lentAt: number;
  waited: number;
}

/** A task. */
export interface TaskModel {
  readonly number: number;
  readonly script: TaskScript;
  readonly signal: number | undefined;
  readonly runAt: number | undefined;
  readonly createdAt: number;
  /** The tasks that it waits for, of all queues. */
  readonly after: readonly string[];
  /** When it became ready, at the earliest and at the latest. */
  readyFrom: number;
  readyBy: number;
  /** When word came that an attempt had stopped for whose end its retry had waited. */
  stoppedAt: number;
  /** Between which resets it was admitted. */
  epoch: number;
  /** When its last attempt was given up. */
  givenUpAt: number;
  /** When its attempt was taken back that had been said to have started. */
  unbegunAt: number;
  /** How many workers were ended in which it had not begun. */
  stuck: number;
  /** The worker that it was sent to, until it is taken back, retried or done. */
  sentTo: number | undefined;
  /** Since which event it may have been ready. */
  readySince: number;
  /** `accepted`: given to a worker and not said to have started. */
  place: "blocked" | "waiting" | "ready" | "accepted" | "running" | "retrying" | "done";
  /** While it waits or is retried: it must not be ready before, and must be after. */
  notBefore: number;
  notAfter: number;
  attempts: number;
  startedAt: number;
  acceptedAt: number;
  /** The status of its end, if its handle has told that before the queue did. */
  endsAs: TaskStatus | undefined;
  result: What<"done"> | undefined;
  timesHeard: number;
  readonly bodies: Body[];
}

/** A call that settles some time. */
export interface CallModel {
  readonly call: Call;
  readonly from: number;
  readonly epoch: number;
  /** Whether it has to be refused. */
  readonly refused: boolean;
  /** Of a run: when its time is up, by its timeout or its signal. */
  deadline: number;
  answer: What<"answered"> | undefined;
  /** Whether the queue was or has been closed before the answer. */
  closed: boolean;
  /** How many tasks had ended when it was made. */
  readonly endedBefore: number;
}

/** A worker of a pool. */
export interface WorkerModel {
  readonly id: number;
  state: "starting" | "ready" | "gone";
  /** Whether its start has failed. */
  failed: boolean;
  /** Since when it has been told to end. */
  killedAt: number | undefined;
  /** What it was at when it was told to end. */
  killedBody: Body | undefined;
  /** Whether it goes on though it was told to end. */
  abandoned: boolean;
  /** Whether it keeps the program alive. */
  held: boolean;
  /** What it was sent, and has not told the end of. */
  readonly tasks: Set<number>;
  /** Since when it has not kept the program alive. */
  idleSince: number;
}

/** How a queue stands, by what a history tells. */
export class Model {
  options!: QueueScript;
  /** Whether some queue, this one or another, is a pool. */
  hasPools = false;
  /** How many events there have been. */
  events = 0;
  /** By number. */
  readonly workers: WorkerModel[] = [];
  /** How many starts have failed since the last that didn't, at the most, and when the last of them did. */
  failedStarts = 0;
  failedStartAt = -Infinity;
  /** Since when nothing has happened to the queue but starts that fail. */
  quietSince = -Infinity;
  now = 0;
  readonly tasks = new Map<number, TaskModel>();
  /** How the tasks of all queues have ended, by queue and number. */
  ends: ReadonlyMap<string, TaskStatus> = new Map();
  /** How many tasks the calls submit that are under way. */
  submitting = 0;
  /** Whether the queue was open when each of them began, and when the last did that is over. */
  readonly openAtCalls: boolean[] = [];
  wasOpen = false;
  readonly calls = new Map<number, CallModel>();
  /** Those that have not been answered. */
  readonly open = new Set<CallModel>();
  readonly abortedSignals = new Set<number>();
  /** How often the queue has been reset. */
  epoch = 0;
  limit = 0;
  /** The times at which the limit was set, and to what. */
  readonly limits: { readonly at: number; readonly limit: number }[] = [];
  /** Unknown once a shutdown has resumed it if, unheard of, there was something left to do. */
  paused: boolean | undefined = false;
  closed = false;
  /** The call that closed it. */
  shutdown: CallModel | undefined;
  /** Whether the queue is to start what may start. */
  started = false;
  /** Whether results were let go. */
  cleared = false;
  /** When attempts started. */
  readonly starts: number[] = [];
  /** What may have cancelled tasks. */
  readonly causes = new Set<string>();
  /** Those that have ended since the last reset, in order. */
  ended: TaskModel[] = [];
  retries = 0;
  /** When all was still last. */
  stillAt = -Infinity;
  /** When a function last ended that had kept the program, and all pools in it, from all else. */
  freeAt = -Infinity;
  abandonedAtEnd = 0;
  /** When the wall clock was last set forward. */
  leapt = -Infinity;
  #wall: { readonly at: number; readonly wall: number } | undefined;

  get isPool(): boolean {
    return this.options.lane !== "event loop";
  }

  /** The workers that are not gone. */
  get livingWorkers(): WorkerModel[] {
    return this.workers.filter(({ state }) => state !== "gone");
  }

  /** Those of a pool that are among the number that there may be. */
  get workersThatCount(): WorkerModel[] {
    const { livingWorkers, now } = this;
    return livingWorkers.filter(({ killedAt, abandoned }) =>
      killedAt === undefined ||
      !abandoned || now < killedAt + GIVE_UP_AFTER_MS + LATE_MS
    );
  }

  task(number: number): TaskModel {
    return this.tasks.get(number)!;
  }

  body(number: number, attempt: number): Body {
    return this.task(number).bodies.findLast((body) => body.attempt === attempt)!;
  }

  /** Those that have not ended. */
  get outstanding(): TaskModel[] {
    return [...this.tasks.values()].filter(({ place }) => place !== "done");
  }

  unanswered(what: Call["what"]): CallModel[] {
    return [...this.open].filter(({ call, refused }) => call.what === what && !refused);
  }

  /** How many tasks of streams there may be that nothing has been heard of yet. */
  get hidden(): number {
    let hidden = 0;
    for (const { call } of this.calls.values()) if (call.what === "stream") hidden += call.window;
    return hidden;
  }

  /** How many tasks there may be, within a turn, that nothing has been heard of yet. */
  get unheard(): number {
    return this.hidden + this.submitting + this.unanswered("submitWhenReady").length;
  }

  /** The run that is under way. */
  get running(): CallModel | undefined {
    return this.unanswered("run")[0];
  }

  /** Whether fail-first holds; unknown at the end of a run that sets a policy of its own. */
  get failFirst(): boolean | undefined {
    const { running } = this;
    const own = running?.call.what === "run" ? running.call.run.failPolicy : undefined;
    if (own === undefined) return this.options.failPolicy === "fail-first";
    return own === this.options.failPolicy ? own === "fail-first" : undefined;
  }

  /** The start of a worker has failed, as may be told in several ways. */
  noteFailedStart(worker: WorkerModel): void {
    if (worker.failed) return;
    worker.failed = true;
    this.failedStarts++;
    this.failedStartAt = this.now;
  }

  /** The time passes to that of an event. */
  passTo({ at, wall, is }: Event): void {
    this.events++;
    if (!QUIET.has(is)) this.quietSince = at;
    const before = this.#wall;
    if (before !== undefined && is === "wall clock set") {
      if (wall - before.wall > at - before.at) this.leapt = at;
      // What was due by the time of day, and may not have been noticed, is due no more.
      for (const task of this.tasks.values()) {
        if (task.place === "waiting" && task.runAt !== undefined) task.notAfter = Infinity;
      }
    }
    this.now = at;
    this.#wall = { at, wall };
    for (const task of this.tasks.values()) {
      if (task.runAt === undefined || task.place !== "waiting") continue;
      const left = Math.max(0, task.runAt - wall);
      // Once the time of day has come the task may be ready, even if the clock is set back then.
      if (left === 0) task.notBefore = Math.min(task.notBefore, at);
      // A clock that is set forward is noticed within this time.
      const notice = this.leapt >= task.createdAt ? CLOCK_LOOK_MS : 0;
      if (left === 0) task.notAfter = Math.min(task.notAfter, at + notice);
    }
  }

  /** The bodies that use a worker. */
  get live(): Body[] {
    return this.#unended.filter((body) => !body.lent && !this.isGivenUp(body));
  }

  /** Interrupted bodies that go on without a worker. */
  get abandoned(): Body[] {
    return this.#unended.filter((body) => this.isGivenUp(body));
  }

  /** Whether a body goes on, or ends, without using one of the workers that there may be. */
  isGivenUp({ worker, interruptedAt }: Body): boolean {
    if (worker === undefined) return interruptedAt !== undefined;
    return this.workers[worker].abandoned;
  }

  get #unended(): Body[] {
    const unended: Body[] = [];
    for (const { bodies } of this.tasks.values()) {
      for (const body of bodies) if (body.ended === undefined) unended.push(body);
    }
    return unended;
  }

  /**
   * Whether its last attempt may still keep it from being retried.
   *
   * @param at since when at the latest its time is to be up; now unless said
   */
  isStopping({ script, bodies, givenUpAt }: TaskModel, at = this.now): boolean {
    const { workers, options: { lane } } = this;
    const last = bodies.at(-1);
    if (last === undefined) return false;
    if (last.worker !== undefined) {
      // Until word of its end has come.
      if (last.told || workers[last.worker].state === "gone") return false;
      return lane === "processes" || at <= givenUpAt + 2 * script.grace + LATE_MS;
    }
    if (last.endedAt <= at) return false;
    const touches = script.attempts.some(({ touches }) => touches);
    return touches && at < last.interruptedAt! + script.grace;
  }

  /** The queue has given up the attempt of a task. */
  interrupted(task: TaskModel): Body | undefined {
    const body = task.bodies.at(-1);
    task.givenUpAt = this.now;
    if (body?.attempt === task.attempts && body.ended === undefined) {
      body.interruptedAt ??= this.now;
    }
    if (body?.attempt === task.attempts) return body;
    return undefined;
  }

  /** How many of the tasks that have ended since the last reset, and are not detached, did so. */
  counts(): Pick<SummaryCounts, "succeeded" | "failed" | "cancelled"> {
    const ended = this.ended.filter(({ script }) => !script.detached);
    const count = (status: TaskStatus) =>
      ended.filter(({ result }) => result!.status === status).length;
    return {
      succeeded: count("succeeded"),
      failed: count("failed"),
      cancelled: count("cancelled"),
    };
  }
}

/** What a task's status has to be. */
export function statusOf({ place, result }: TaskModel): TaskStatus {
  switch (place) {
    case "waiting":
      return "scheduled";
    case "ready":
    case "accepted":
      return "pending";
    case "done":
      return result!.status;
    default:
      return place;
  }
}

/** Whether one task is to start before another. */
export function comesBefore(a: TaskModel, b: TaskModel): boolean {
  const [first, second] = [a.script.priority, b.script.priority];
  return first < second || (first === second && a.number < b.number);
}
