import {
  AttemptContext,
  callTask,
  type ContextActions,
  type ContextSource,
  type TaskContext,
} from "../../../task/context.ts";
import { NotPortableError, reasonOf } from "../../../base/errors.ts";
import { isThenable } from "../../../base/thenable.ts";
import type { PlainHandle } from "../../../task/handle.ts";
import type { TaskResult } from "../../../task/result.ts";
import type { AnyFunction } from "../../../task/task.ts";
import { load } from "../../../portable/load.ts";
import { transfersOf } from "../../../portable/transfer.ts";
import type { WorkerClaims } from "../wire/claims.ts";
import type { WorkerJournal } from "../wire/journal.ts";
import { decodeThrown, encodeThrown } from "../wire/error_codec.ts";
import { now } from "./now.ts";
import {
  ABORT,
  CRASH,
  type DownMessage,
  ERROR,
  type Greeting,
  PROGRESS,
  READY,
  type RunMessage,
  UNREADY,
  type UpMessage,
  VALUES,
  VALUES_FIELDS,
} from "../wire/protocol.ts";
import { type Job, jobsOf } from "../wire/run_message.ts";
import { decodeValue, encodeValue } from "../wire/values.ts";

/** How a worker talks to its pool. */
export interface Uplink {
  /**
   * Sends a message.
   *
   * @throws When something in it can't be sent; then nothing is.
   */
  post(message: UpMessage, transferables?: Transferable[]): void;
  /** The next message that has come and not been received, where it can be had from within a task. */
  poll?(): DownMessage | undefined;
  /**
   * Waits for the next message without sleeping, where it can be had without the event loop. Not while the event loop
   * may have taken one that it has not brought yet.
   *
   * @param ms So many milliseconds at the most.
   */
  spin?(ms: number): DownMessage | undefined;
}

/** A worker spins for so many milliseconds: about twice what it takes to wake it up. */
const SPIN = 0.2;
/**
 * When to read a message while spinning takes longer than `SPIN`, so many times as long it doesn't spin: Deno reads large
 * ones far more slowly so than in its event loop, and their size isn't known before.
 */
const REST = 100;
/** For so many milliseconds of tasks and spinning the event loop may be kept waiting. */
const MAX_SPINNING = 5;

/**
 * The results of so many milliseconds of work are kept back at the most. A message costs pool and worker as much as many
 * a task.
 */
const MAX_BACK = 2;
/** The results of so many are kept back while more tasks wait here than have ended. */
const MIN_BACK = 0.2;

/**
 * The worker's side of a pool, the same in threads and processes: runs the tasks that it is sent, one after the
 * other, and says of each how it ended before it begins the next.
 */
export class Server {
  readonly #uplink: Uplink;
  readonly #claims: WorkerClaims;
  /** Where results are noted that are kept back; without it none are. */
  readonly #journal: WorkerJournal | undefined;
  readonly #greeting: Greeting;
  readonly #readClock: () => number;
  readonly #functions = new Map<number, AnyFunction | Promise<AnyFunction>>();
  readonly #inbox: Job[] = [];
  #current: Attempt | undefined;
  #busy = false;
  #onIdle: (() => void) | undefined;
  /** Results to be sent, as the fields of a `VALUES` message. */
  #kept: unknown[] = [];
  /** When the attempt began that the first of them is of. */
  #since = 0;
  /** When the task before ended, or work began. */
  #now = 0;
  /** Whether the pool wants it to spin for its next task. */
  #spins = false;
  /** Until when it doesn't, whatever the pool wants. */
  #restsUntil = -Infinity;

  /** @param readClock Tells the time in milliseconds. */
  constructor(
    uplink: Uplink,
    claims: WorkerClaims,
    journal: WorkerJournal | undefined,
    greeting: Greeting,
    readClock: () => number = now,
  ) {
    this.#uplink = uplink;
    this.#claims = claims;
    this.#journal = journal;
    this.#greeting = greeting;
    this.#readClock = readClock;
  }

  /** Runs the initializer and says whether the worker is ready. */
  async start(): Promise<void> {
    const { initializer, initArgs } = this.#greeting;
    try {
      if (initializer !== undefined) {
        const fn: AnyFunction = await load(initializer);
        await fn(...decodeValue(initArgs) as unknown[]);
      }
      this.#uplink.post([READY]);
    } catch (error) {
      this.#uplink.post([UNREADY, encodeThrown(error)]);
    }
  }

  receive(message: DownMessage): void {
    if (message[0] === ABORT) {
      const [, ticket, reason] = message;
      if (this.#current?.ticket === ticket) this.#current.abort(decodeThrown(reason));
      return;
    }
    this.#unpack(message);
    if (!this.#busy) this.#runAll();
  }

  /** Receives what has come while a task kept the event loop from doing so. */
  poll(): void {
    for (let message = this.#uplink.poll?.(); message; message = this.#uplink.poll?.()) {
      this.receive(message);
    }
  }

  /** Whether a task is under way or waits to be run. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Resolves when the last task that it was sent has ended. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#busy) this.#onIdle = resolve;
      else resolve();
    });
  }

  /**
   * Says how far a task is.
   *
   * @throws When that can't be sent.
   */
  progress(ticket: number, data: unknown): void {
    const encoded = encodeValue(data);
    // Before the ends of those before it the pool doesn't know that the task has begun.
    this.#sendValues();
    this.#uplink.post([PROGRESS, ticket, encoded]);
  }

  /** Says that an error went astray, which ends the worker. */
  crash(error: unknown): void {
    this.#uplink.post([CRASH, encodeThrown(error)]);
  }

  #unpack(message: RunMessage): void {
    for (const [number, reference] of message[1] ?? []) {
      const loading = load(reference);
      // Who needs it will see the error.
      loading.catch(() => {});
      this.#functions.set(number, loading);
    }
    this.#spins = message[2];
    this.#inbox.push(...jobsOf(message));
  }

  async #runAll(): Promise<void> {
    this.#busy = true;
    const from = this.#now = this.#readClock();
    let isAsync = false;
    do {
      for (let job = this.#inbox.shift(); job !== undefined; job = this.#inbox.shift()) {
        if (!this.#claims.begin(job.ticket)) continue;
        // Only what is a promise is awaited: a turn of the event loop costs more than many a task.
        const ended = this.#run(job);
        if (ended === undefined) continue;
        this.#sendValues();
        isAsync = true;
        await ended;
      }
      this.#sendValues();
      // Once it has waited, the event loop may have the next message.
    } while (!isAsync && this.#now - from < MAX_SPINNING && this.#spin());
    this.#busy = false;
    this.#onIdle?.();
  }

  /** Waits a moment for more tasks; `false` if none have come. */
  #spin(): boolean {
    if (!this.#spins) return false;
    const from = this.#readClock();
    if (from < this.#restsUntil) return false;
    const message = this.#uplink.spin?.(SPIN);
    if (message === undefined) return false;
    this.receive(message);
    this.#now = this.#readClock();
    const took = this.#now - from;
    // It has waited for no longer than `SPIN`.
    if (took > 2 * SPIN) this.#restsUntil = this.#now + REST * took;
    return this.#inbox.length > 0;
  }

  #run(job: Job): void | Promise<void> {
    const fn = this.#functions.get(job.reference)!;
    return typeof fn === "function" ? this.#call(job, fn) : this.#loadAndCall(job, fn);
  }

  async #loadAndCall(job: Job, loading: Promise<AnyFunction>): Promise<void> {
    let fn: AnyFunction;
    try {
      fn = await loading;
    } catch (error) {
      return this.#fail(job, error);
    }
    this.#functions.set(job.reference, fn);
    await this.#call(job, fn);
  }

  #call(job: Job, fn: AnyFunction): void | Promise<void> {
    const attempt = this.#current = new Attempt(this, job, this.#greeting, this.#claims);
    let result: unknown;
    let later: boolean;
    try {
      result = callTask(attempt, fn, job.args);
      later = isThenable(result);
    } catch (error) {
      return this.#fail(job, error);
    }
    if (later) return this.#settle(job, result as PromiseLike<unknown>);
    this.#succeed(job, result);
  }

  async #settle(job: Job, result: PromiseLike<unknown>): Promise<void> {
    let value: unknown;
    try {
      value = await result;
    } catch (error) {
      return this.#fail(job, error);
    }
    this.#succeed(job, value);
  }

  #succeed(job: Job, value: unknown): void {
    const took = this.#end();
    if (this.#kept.length === 0) this.#since = this.#now - took;
    if (this.#journal?.note(job.ticket, value, took)) {
      this.#kept.push(job.ticket, value, took);
      if (this.#isDue()) this.#sendValues();
      return;
    }
    try {
      const transferables = transfersOf([value]);
      this.#sendValues([job.ticket, encodeValue(value, transferables), took], transferables);
    } catch (cause) {
      const error = new NotPortableError(
        `The return value of task '${job.name}' cannot be sent: ${reasonOf(cause)}`,
        { cause },
      );
      this.#sendError(job, error, took);
    }
  }

  /** Whether what was kept back is to be sent now: soon enough for more tasks to come before the worker has none. */
  #isDue(): boolean {
    const worked = this.#now - this.#since;
    const ended = this.#kept.length / VALUES_FIELDS;
    return worked > MAX_BACK || (worked > MIN_BACK && ended >= this.#inbox.length);
  }

  #fail(job: Job, error: unknown): void {
    this.#sendError(job, error, this.#end());
  }

  #sendError(job: Job, error: unknown, took: number): void {
    this.#sendValues();
    this.#uplink.post([ERROR, job.ticket, encodeThrown(error), took]);
  }

  /** Sends the results that were kept back and, perhaps, one more. */
  #sendValues(last: readonly unknown[] = [], transferables?: Transferable[]): void {
    if (this.#kept.length + last.length === 0) return;
    this.#uplink.post([VALUES, ...this.#kept, ...last], transferables);
    this.#kept = [];
    this.#journal?.clear();
  }

  /** The attempt is over; returns how long it took. */
  #end(): number {
    this.#current?.end();
    this.#current = undefined;
    const from = this.#now;
    this.#now = this.#readClock();
    return this.#now - from;
  }
}

/** The attempt that is under way. */
class Attempt implements ContextSource, ContextActions {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly ticket: number;
  readonly #server: Server;
  readonly #claims: WorkerClaims;
  #context: AttemptContext | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  #over = false;

  constructor(server: Server, job: Job, greeting: Greeting, claims: WorkerClaims) {
    this.#server = server;
    this.id = `${greeting.queueId}-${job.order}`;
    this.name = job.name;
    this.attempt = job.attempt;
    this.ticket = job.ticket;
    this.#claims = claims;
  }

  context(): TaskContext {
    if (this.#context === undefined) {
      this.#context = new AttemptContext(this);
      if (this.#aborted !== undefined) this.#context.abort(this.#aborted.reason);
    }
    return this.#context;
  }

  touch(): void {
    this.#claims.touch(this.ticket);
  }

  isInterrupted(): boolean {
    if (this.#over || !this.#claims.isInterrupted(this.ticket)) return false;
    // The reason was sent before, but a task that never yields keeps it from being received.
    this.#server.poll();
    return true;
  }

  progress(data: unknown): void {
    if (this.#over) return;
    try {
      this.#server.progress(this.ticket, data);
    } catch (cause) {
      throw new NotPortableError(
        `The progress of task '${this.name}' cannot be sent: ${reasonOf(cause)}`,
        { cause },
      );
    }
  }

  wait<T>(handle: PlainHandle<T>): Promise<TaskResult<T>> {
    return handle.wait();
  }

  abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#context?.abort(reason);
  }

  end(): void {
    this.#over = true;
  }
}
