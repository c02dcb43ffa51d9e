import { isInstance, NotPortableError } from "../../../base/errors.ts";
import { isThenable } from "../../../base/thenable.ts";
import { isRefusal, loadForWorker } from "../../../portable/loading.ts";
import type { TaskReference } from "../../../portable/portable.ts";
import { loneCaller, stackCaller, type TaskCaller } from "../../../task/context.ts";
import type { AnyFunction } from "../../../task/task.ts";
import { traces } from "../../../task/trace.ts";
import type { WorkerClaims } from "../wire/claims.ts";
import { decodeThrown, type EncodedThrown, encodeThrown } from "../wire/error_codec.ts";
import type { WorkerJournal } from "../wire/journal.ts";
import {
  ABORT,
  CLOSE,
  CLOSED,
  CRASH,
  type DownMessage,
  type Greeting,
  PROGRESS,
  READY,
  type RunMessage,
  UNREADY,
} from "../wire/protocol.ts";
import { encodePayload } from "../wire/payload.ts";
import { attemptsOf, type SentAttempt } from "../wire/run_message.ts";
import { decodeValue } from "../wire/values.ts";
import { Attempt, type AttemptHost } from "./attempt.ts";
import { now } from "./now.ts";
import { type Post, Results } from "./results.ts";

/** How a worker talks to its pool. */
export interface Uplink {
  /**
   * Sends a message.
   *
   * @throws When something in it can't be sent; then nothing is.
   */
  readonly post: Post;
  /** Tells of an error that belongs to no attempt, and must not stop anything. */
  report(error: unknown): void;
  /** The next message that has come and not been received, where it can be had from within a task. */
  poll?(): DownMessage | undefined;
  /**
   * Waits for the next message without sleeping, where it can be had without the event loop. Not while the event loop
   * may have taken one that it has not brought yet.
   *
   * @param ms For how many milliseconds at most.
   */
  spin?(ms: number): DownMessage | undefined;
}

/** How long a worker spins: about what it takes to wake it up. */
const SPIN_MS = 0.1;
/**
 * A worker that has spun in vain doesn't spin again for this long. The pool's thread may be waiting for the very processor that
 * it takes, which the system does not always see: the results of 3 in 100 tasks were then heard only once it had stopped.
 */
const REST_MS = 0.5;
/** Reading a message takes less than this, unless it is large. */
const MAX_READ_MS = 0.2;
/**
 * When reading a message while spinning took longer, the worker doesn't spin again for this many times as long: Deno reads large
 * messages far more slowly this way than in its event loop, and their size isn't known before.
 */
const REST_FACTOR = 100;
/** How long tasks and spinning may keep the event loop waiting. */
const MAX_SPINNING_MS = 5;

/**
 * The worker's side of a pool, the same in threads and processes: runs the attempts that it is sent, one after the
 * other, and says of each how it ended, or notes it, before it begins the next.
 */
export class Runner implements AttemptHost {
  readonly claims: WorkerClaims;
  readonly #uplink: Uplink;
  readonly #results: Results;
  readonly #greeting: Greeting;
  readonly #caller: TaskCaller;
  readonly #readClock: () => number;
  /** By the numbers that stand for them: functions, once they have been loaded, and where they are to be found. */
  readonly #functions = new Map<number, AnyFunction | TaskReference>();
  readonly #inbox: SentAttempt[] = [];
  #current: Attempt | undefined;
  #busy = false;
  #onIdle: (() => void) | undefined;
  /** When the attempt before ended, or work began. */
  #now = 0;
  /** Whether the pool wants it to spin for its next task. */
  #spins = false;
  /** Until when it doesn't, whatever the pool wants. */
  #restsUntil = -Infinity;

  /**
   * @param journal Where results are noted that are kept back; without it none are.
   * @param readClock Tells the time in milliseconds.
   * @param caller Calls tasks' functions, where `currentTask()` is to work after an `await`.
   */
  constructor(
    uplink: Uplink,
    claims: WorkerClaims,
    journal: WorkerJournal | undefined,
    greeting: Greeting,
    readClock: () => number = now,
    caller = loneCaller,
  ) {
    this.#uplink = uplink;
    this.claims = claims;
    this.#results = new Results(uplink.post, journal);
    this.#greeting = greeting;
    this.#caller = greeting.asyncContext ? caller : stackCaller;
    this.#readClock = readClock;
  }

  /** Runs the initializer and says whether the worker is ready. */
  async start(): Promise<void> {
    const { initializer, initArgs } = this.#greeting;
    try {
      if (initializer !== null) {
        const fn = await loadForWorker(initializer);
        await fn(...decodeValue(initArgs) as unknown[]);
      }
      this.#uplink.post([READY]);
    } catch (error) {
      this.#uplink.post([UNREADY, encodeThrown(error)]);
    }
  }

  receive(message: DownMessage): void {
    switch (message[0]) {
      case ABORT: {
        const [, ticket, reason] = message;
        if (this.#current?.ticket === ticket) this.#current.abort(decodeThrown(reason));
        return;
      }
      case CLOSE:
        this.#tearDown();
        return;
      default:
        this.#unpack(message);
        if (!this.#busy) this.#runAll();
    }
  }

  poll(): void {
    for (let message = this.#uplink.poll?.(); message; message = this.#uplink.poll?.()) {
      this.receive(message);
    }
  }

  /** Whether an attempt is under way or waits to be run. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Resolves when the last attempt that it was sent has ended. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#busy) this.#onIdle = resolve;
      else resolve();
    });
  }

  report(error: unknown): void {
    this.#uplink.report(error);
  }

  progress(ticket: number, data: unknown): void {
    const encoded = encodePayload(data);
    // Before the ends of those before it the pool doesn't know that the attempt has begun.
    this.#results.flush();
    this.#uplink.post([PROGRESS, ticket, encoded]);
  }

  /** Runs the teardown. Nothing else comes after it, and the event loop has its turn until the worker is ended. */
  async #tearDown(): Promise<void> {
    this.#busy = true;
    let thrown: EncodedThrown | null = null;
    try {
      const { teardown } = this.#greeting;
      if (teardown !== null) {
        const fn = await loadForWorker(teardown);
        await fn();
      }
    } catch (error) {
      thrown = encodeThrown(error);
    }
    this.#uplink.post([CLOSED, thrown]);
  }

  /** Says that an error went astray, which ends the worker. */
  crash(error: unknown): void {
    this.#uplink.post([CRASH, encodeThrown(error)]);
  }

  #unpack(message: RunMessage): void {
    for (const [number, reference] of message[1] ?? []) this.#functions.set(number, reference);
    this.#spins = message[2];
    this.#inbox.push(...attemptsOf(message));
  }

  async #runAll(): Promise<void> {
    this.#busy = true;
    const from = this.#now = this.#readClock();
    let isAsync = false;
    do {
      for (let sent = this.#inbox.shift(); sent !== undefined; sent = this.#inbox.shift()) {
        if (!this.claims.begin(sent.ticket)) continue;
        // Only what is a promise is awaited: a turn of the event loop costs more than many a task.
        const ended = this.#run(sent);
        if (ended === undefined) continue;
        this.#results.flush();
        isAsync = true;
        await ended;
      }
      this.#results.flush();
      // Once it has waited, the event loop may have the next message.
    } while (!isAsync && this.#now - from < MAX_SPINNING_MS && this.#spin());
    this.#busy = false;
    this.#onIdle?.();
  }

  /** Waits a moment for more attempts; `false` if none have come. */
  #spin(): boolean {
    if (!this.#spins) return false;
    const from = this.#readClock();
    if (from < this.#restsUntil) return false;
    const message = this.#uplink.spin?.(SPIN_MS);
    if (message === undefined) {
      this.#restsUntil = this.#readClock() + REST_MS;
      return false;
    }
    this.receive(message);
    this.#now = this.#readClock();
    const took = this.#now - from;
    // It has waited for no longer than `SPIN_MS`.
    if (took > SPIN_MS + MAX_READ_MS) this.#restsUntil = this.#now + REST_FACTOR * took;
    return this.#inbox.length > 0;
  }

  #run(sent: SentAttempt): void | Promise<void> {
    const fn = this.#functions.get(sent.reference)!;
    return typeof fn === "function" ? this.#call(sent, fn) : this.#loadAndCall(sent, fn);
  }

  async #loadAndCall(sent: SentAttempt, reference: TaskReference): Promise<void> {
    let fn: AnyFunction;
    try {
      fn = await loadForWorker(reference);
    } catch (error) {
      const isSameEverywhere = reference.kind === "inline" || isRefusal(error) ||
        isInstance(error, NotPortableError);
      if (isSameEverywhere) return this.#fail(sent, error);
      return this.#results.unload(sent.ticket, error, this.#end());
    }
    this.#functions.set(sent.reference, fn);
    await this.#call(sent, fn);
  }

  #call(sent: SentAttempt, fn: AnyFunction): void | Promise<void> {
    const attempt = this.#current = new Attempt(this, sent, this.#greeting.queueId);
    let result: unknown;
    try {
      const { traceparent } = sent;
      const call = traceparent === undefined ? fn : traces.join?.(traceparent, fn) ?? fn;
      result = this.#caller.call(attempt, call, sent.args);
    } catch (error) {
      return this.#fail(sent, error);
    }
    if (isLater(result)) return this.#settle(sent, result as PromiseLike<unknown>);
    this.#succeed(sent, result);
  }

  async #settle(sent: SentAttempt, result: PromiseLike<unknown>): Promise<void> {
    let value: unknown;
    try {
      value = await result;
    } catch (error) {
      return this.#fail(sent, error);
    }
    this.#succeed(sent, value);
  }

  #succeed(sent: SentAttempt, value: unknown): void {
    const took = this.#end();
    this.#results.succeed(sent, value, took, this.#now, this.#inbox.length);
  }

  #fail({ ticket }: SentAttempt, error: unknown): void {
    this.#results.fail(ticket, error, this.#end());
  }

  /** The attempt is over; returns how long it took. */
  #end(): number {
    this.#current?.end();
    this.#caller.ended();
    this.#current = undefined;
    const from = this.#now;
    this.#now = this.#readClock();
    return this.#now - from;
  }
}

/** What can't be asked can't be sent either, which says more of what is wrong. */
function isLater(result: unknown): boolean {
  try {
    return isThenable(result);
  } catch {
    return false;
  }
}
