import { isOutOfMemory, show, WorkerCrashError } from "../../../base/errors.ts";
import type { Timed } from "../../../base/timers.ts";
import type { Task } from "../../../task/task.ts";
import { WORDS } from "../wire/claims.ts";
import { encodeThrown } from "../wire/error_codec.ts";
import { ABORT, type Greeting, type UpMessage } from "../wire/protocol.ts";
import { Attempt, placeOf } from "./attempt.ts";
import type { Exit, LinkListener, StartWorker, WorkerLink } from "./link.ts";
import { Outbox, type OutboxListener } from "./outbox.ts";

/** A worker that was idle for less than this is expected to be given its next task as soon. */
const BRISK_MS = 0.1;

/** Where a worker is in its life, which {@linkcode Roster} alone changes and tells. */
export type WorkerState =
  | "starting"
  | "ready"
  | "retiring"
  | "closing"
  | "dying"
  | "forgotten"
  | "gone";

/** Who is told what a worker says and does. */
export interface WorkerListener {
  /** It says something. */
  received(worker: PoolWorker, message: UpMessage): void;
  /** It should be replaced once it has done what it has begun. */
  outgrown(worker: PoolWorker): void;
  /** It is gone. */
  closed(worker: PoolWorker, exit: Exit): void;
  /** The deadline that was set for it has come. */
  overdue(worker: PoolWorker): void;
}

/** An attempt that a worker has. */
export type WorkerAttempt = Attempt<PoolWorker>;

/** The pool's side of one worker: the attempts that it has, what it is sent, and what is known of it. */
export class PoolWorker implements LinkListener, Timed {
  /** How many workers have attempts, of all pools of this thread: those that spin take processors from them. */
  static atWork = 0;
  readonly id: number;
  /** Which tasks it takes, where workers are not all alike. */
  readonly kind: string | undefined;
  state: WorkerState = "starting";
  /** In the order in which it runs them; the first is under way. */
  readonly attempts: WorkerAttempt[] = [];
  readonly outbox: Outbox<WorkerAttempt>;
  readonly link: WorkerLink;
  /** Since when it has had nothing to do. */
  idleSince = 0;
  /** What is due then: its start, the end of an interrupted attempt, or its own. */
  timer = 0;
  /** It has said that it is ready for tasks. */
  wasReady = false;
  /** When it was last looked at it had been loaded: it can hear that it is to end. */
  canHear = false;
  /** It didn't answer when it should have, and may never end. */
  unresponsive = false;
  /** Its first attempt when it was last looked at. */
  seen: WorkerAttempt | undefined;
  /** An attempt that takes so long that no other should wait behind it. */
  slow: WorkerAttempt | undefined;
  /** The error that ends it, as it said itself. */
  crash: { readonly error: unknown } | undefined;
  readonly #listener: WorkerListener;
  readonly #lifetime: number;
  /** How many attempts it has run. */
  #served = 0;
  #filling = true;
  /** Whether it had not long been idle when it was given what it has. */
  #isBrisk = false;
  #tickets = 0;

  /**
   * Starts it.
   *
   * @param kind Which tasks it takes.
   * @param lifetime How many attempts it may run.
   * @param start Starts what is behind it.
   * @param listener Who is told what it says and does.
   * @param refused Who is told what it can't be sent.
   * @throws When it can't be started.
   */
  constructor(
    greeting: Greeting,
    kind: string | undefined,
    lifetime: number,
    start: StartWorker,
    listener: WorkerListener,
    refused: OutboxListener<WorkerAttempt>,
  ) {
    this.id = greeting.workerId;
    this.kind = kind;
    this.#lifetime = lifetime;
    this.#listener = listener;
    this.link = start(greeting, this, kind);
    this.link.hold(true);
    this.outbox = new Outbox(this.link, refused);
  }

  /**
   * How many more attempts it takes. A worker that has been given as many as it may have takes no more before half of
   * them have ended: then they come several in a message.
   *
   * @param depth How many it may have.
   */
  roomFor(depth: number): number {
    if (this.state !== "ready") return 0;
    const first = this.attempts[0];
    if (first !== undefined && (first.interrupted || first === this.slow)) return 0;
    const most = this.#most(depth);
    const has = this.attempts.length;
    return has < most && (this.#filling || has <= most >> 1) ? most - has : 0;
  }

  /** Whether it has run as many attempts, or keeps as many functions, as it may. */
  get spent(): boolean {
    return this.#served >= this.#lifetime || this.outbox.isLaden;
  }

  /** Whether it has something that may keep it from hearing that it is to end. */
  get isBusy(): boolean {
    return this.attempts.length > 0 || this.unresponsive;
  }

  /** Gives it a task, to be sent by `flush`. */
  take(task: Task, depth: number, now: number): WorkerAttempt {
    const attempt = new Attempt<PoolWorker>(task, this, this.#nextTicket(), this.link.claims);
    if (this.attempts.length === 0) {
      PoolWorker.atWork++;
      this.link.hold(true);
      this.#isBrisk = now - this.idleSince < BRISK_MS;
    }
    this.attempts.push(attempt);
    this.outbox.add(attempt);
    this.#filling = this.attempts.length < this.#most(depth);
    return attempt;
  }

  /**
   * Sends what it was given.
   *
   * @param maySpin Whether there is a processor for it while it has no task.
   */
  flush(maySpin: boolean): void {
    this.outbox.flush(maySpin && this.#isBrisk);
  }

  /** Takes back an attempt that has not begun; `false` if it has. */
  withdraw(attempt: WorkerAttempt): boolean {
    if (!attempt.sent) this.outbox.remove(attempt);
    else if (!attempt.reclaim()) return false;
    this.drop(attempt);
    return true;
  }

  /** Tells the first attempt to stop; returns whether it has ever asked to be told. */
  interrupt({ ticket }: WorkerAttempt, reason: unknown): boolean {
    // The reason first, so that it is there as soon as a task that never yields finds that it is to stop.
    this.link.post([ABORT, ticket, encodeThrown(reason)]);
    return this.link.claims.interrupt(ticket);
  }

  /** The attempt with this number; `undefined` if the worker no longer has it. */
  find(ticket: number): WorkerAttempt | undefined {
    const first = this.attempts[0];
    return first?.ticket === ticket
      ? first
      : this.attempts.find((attempt) => attempt.ticket === ticket);
  }

  /** An attempt has ended. */
  release(attempt: WorkerAttempt): void {
    this.drop(attempt);
    this.#served++;
  }

  /** It no longer has an attempt. */
  drop(attempt: WorkerAttempt): void {
    if (this.attempts[0] === attempt) this.attempts.shift();
    else this.attempts.splice(this.attempts.indexOf(attempt), 1);
    // The task outlives the worker.
    if (attempt.task.attempt === attempt) attempt.task.attempt = undefined;
    if (this.attempts.length > 0) return;
    PoolWorker.atWork--;
    // Its end is waited for.
    if (this.state !== "dying") this.link.hold(false);
  }

  /** What to say of it if it ended like this, and when it did. */
  endError(exit: Exit, when: string): unknown {
    return this.crash?.error ?? exit.error ?? this.#crashError(exit, when);
  }

  /** Why an attempt failed, if the worker ended like this. */
  crashError(task: Task, exit: Exit): WorkerCrashError {
    const error = this.#crashError(
      exit,
      `while it ran attempt ${task.attempts} of task '${task.name}'`,
    );
    // It is made in no place that says anything.
    error.stack = `${error.name}: ${error.message}\n${placeOf(task)}`;
    return error;
  }

  // What others call

  received(message: UpMessage): void {
    this.#listener.received(this, message);
  }

  taskOf(ticket: number): Task | undefined {
    return this.find(ticket)?.task;
  }

  outgrown(): void {
    // Another would be no smaller.
    if (this.#served + this.attempts.length > 0) this.#listener.outgrown(this);
  }

  closed(exit: Exit): void {
    this.#listener.closed(this, exit);
  }

  expire(): void {
    this.#listener.overdue(this);
  }

  // Within

  #crashError(exit: Exit, when: string): WorkerCrashError {
    const { exitCode, signal } = exit;
    const thrown = this.crash ?? ("error" in exit ? exit : undefined);
    const cause = thrown?.error;
    const memory = exit.outOfMemory ?? (isOutOfMemory(cause) ? show(cause) : undefined);
    const how = memory !== undefined
      ? ` ran out of memory (${memory})`
      : cause !== undefined
      ? ` ended: ${show(cause)}`
      : signal !== undefined
      ? ` ended by ${signal}`
      : exitCode !== undefined
      ? ` ended with status ${exitCode}`
      : " ended";
    return new WorkerCrashError(
      `Worker ${this.id}${how} ${when}`,
      { workerId: this.id, exitCode, signal, ...(memory !== undefined && { reason: "memory" }) },
      cause === undefined ? undefined : { cause },
    );
  }

  #most(depth: number): number {
    return this.link.full ? 1 : Math.min(depth, this.#lifetime - this.#served);
  }

  /** The next number of all, but for those whose word an attempt in flight has. */
  #nextTicket(): number {
    this.#tickets++;
    // Attempts have their numbers in order, so that only after very many the words come round to the first one's.
    const first = this.attempts[0];
    if (first !== undefined && this.#tickets - first.ticket >= WORDS) {
      const isTaken = ({ ticket }: WorkerAttempt) => (this.#tickets - ticket) % WORDS === 0;
      while (this.attempts.some(isTaken)) this.#tickets++;
    }
    return this.#tickets;
  }
}
