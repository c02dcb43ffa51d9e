import type { Clock } from "../../../base/clock.ts";
import {
  isInstance,
  NotPortableError,
  reasonOf,
  show,
  WorkerCrashError,
} from "../../../base/errors.ts";
import type { Task } from "../../../task/task.ts";
import type { Timed } from "../../../base/timers.ts";
import { referenceOf } from "../../../portable/portable.ts";
import { siteLine } from "../../../runtime/site.ts";
import { transfersOf } from "../../../portable/transfer.ts";
import { WORDS } from "../wire/claims.ts";
import { decodeThrown, encodeThrown } from "../wire/error_codec.ts";
import type { Exit, LinkListener, StartWorker, WorkerLink } from "./link.ts";
import {
  ABORT,
  CRASH,
  ERROR,
  type Greeting,
  PROGRESS,
  READY,
  type References,
  UNREADY,
  type UpMessage,
  VALUES,
  VALUES_FIELDS,
} from "../wire/protocol.ts";
import { numberOf } from "./references.ts";
import { RunMessageWriter } from "../wire/run_message.ts";
import { canClone, decodeValue, encodeValue, hasInCommon } from "../wire/values.ts";

/** A worker that was idle for less than so many milliseconds is expected to be soon given a task again. */
const SOON = 0.1;

/** About so many bytes of arguments are sent at once where they would pile up. */
const MAX_BATCH = 1 << 20;

/** A task that a worker has. */
export interface Seat {
  readonly task: Task;
  readonly worker: PoolWorker;
  /**
   * What it is claimed by. It differs each time that a task is sent: one that was taken back is still in the worker's
   * inbox when it is sent again, and must not be run there.
   */
  readonly ticket: number;
  /** Its attempt has begun, as far as the pool knows. */
  begun: boolean;
  /** When it began, as far as the pool knows: the end of the one before it, in a worker that has several. */
  begunAt: number;
  /** Its attempt is to stop; the task itself has moved on. */
  interrupted: boolean;
}

/** What a worker tells its pool. */
export interface WorkerListener {
  /** It is ready for tasks. */
  ready(worker: PoolWorker): void;
  /** The attempt of its first task has ended, at the time given. */
  ended(
    worker: PoolWorker,
    seat: Seat,
    ok: boolean,
    value: unknown,
    took: number,
    at: number,
  ): void;
  /** All that it said at one time has been passed on. */
  heard(): void;
  progressed(seat: Seat, data: unknown): void;
  /** A task could not be sent, and never will be. */
  refused(worker: PoolWorker, seat: Seat, error: NotPortableError): void;
  /** Its start has failed; it has ended (`gone` comes next) or is to be ended. */
  unready(worker: PoolWorker, error: unknown): void;
  /** The deadline that was set for it has come. */
  overdue(worker: PoolWorker): void;
  /** It is gone. */
  gone(worker: PoolWorker, exit: Exit): void;
}

/**
 * The pool's side of one worker.
 *
 * Its life: *starting* until it says ready; *ready* while it takes tasks; *retiring* when it takes no more and is
 * ended once the last has; *dying* when it has been told to end; *gone*.
 */
export class PoolWorker implements LinkListener, Timed {
  readonly id: number;
  state: "starting" | "ready" | "retiring" | "dying" | "gone" = "starting";
  /** The tasks it has, in the order in which it runs them; the first is under way. */
  readonly seats: Seat[] = [];
  /** How many attempts it has run. */
  served = 0;
  /** Since when it has had nothing to do. */
  idleSince = 0;
  /** What is overdue then: its start, the end of an interrupted task, or its own. */
  timer = 0;
  readonly #clock: Clock;
  readonly #link: WorkerLink;
  readonly #listener: WorkerListener;
  /** The references that it knows. */
  readonly #known = new Set<number>();
  readonly #lifetime: number;
  /** Tasks that are its own but not sent yet. */
  #outbox: Seat[] = [];
  #filling = true;
  /** Whether it had not long been idle when it was given what it has. */
  #isBrisk = false;
  /** Whether the last message that it was sent told it to spin for the next. */
  #spins = false;
  #tickets = 0;
  /** Its first task when it was last looked at. */
  #seen: Seat | undefined;
  /** A task that takes so long that no other should wait behind it. */
  #slow: Seat | undefined;
  #crash: { readonly error: unknown } | undefined;

  /**
   * Starts it.
   *
   * @param lifetime How many attempts it may run.
   * @throws When it can't be started.
   */
  constructor(
    greeting: Greeting,
    lifetime: number,
    clock: Clock,
    start: StartWorker,
    listener: WorkerListener,
  ) {
    this.id = greeting.workerId;
    this.#lifetime = lifetime;
    this.#clock = clock;
    this.#listener = listener;
    this.#link = start(greeting, this);
    this.#link.hold(true);
  }

  /**
   * How many more tasks it takes. A worker that has been sent as many as it may have takes no more before half of
   * them have ended: then they come several in a message.
   *
   * @param ahead How many tasks it may have.
   */
  roomFor(ahead: number): number {
    if (this.state !== "ready") return 0;
    const [first] = this.seats;
    if (first !== undefined && (first.interrupted || first === this.#slow)) return 0;
    const most = this.#link.full ? 1 : Math.min(ahead, this.#lifetime - this.served);
    const has = this.seats.length;
    if (has >= most) this.#filling = false;
    else if (has <= most >> 1) this.#filling = true;
    return this.#filling ? most - has : 0;
  }

  /** Whether it has run as many attempts as it may. */
  get spent(): boolean {
    return this.served >= this.#lifetime;
  }

  /**
   * Looks whether a task has been under way since the last look at least; then no more come behind it. One that seems to
   * be has perhaps ended, its result kept back.
   */
  isSlow(): boolean {
    const seen = this.#seen;
    if (seen !== undefined && seen === this.seats[0]) this.readJournal();
    const first = this.#seen = this.seats[0];
    if (first === undefined || first !== seen) return false;
    this.#slow = first;
    return true;
  }

  /** Gives it a task, to be sent by `flush`. */
  seat(task: Task, now: number): Seat {
    const seat: Seat = {
      task,
      worker: this,
      ticket: this.#nextTicket(),
      begun: false,
      begunAt: 0,
      interrupted: false,
    };
    if (this.seats.length === 0) {
      this.#link.hold(true);
      this.#isBrisk = now - this.idleSince < SOON;
    }
    this.seats.push(seat);
    this.#outbox.push(seat);
    return seat;
  }

  /**
   * Sends what it was given.
   *
   * @param maySpin Whether there is a processor for it while it has no task.
   */
  flush(maySpin = false): void {
    let most = Infinity;
    while (this.#outbox.length > 0) {
      const seats = this.#sendable(most);
      if (seats.length === 0) return;
      this.#outbox.splice(0, seats.length);
      try {
        this.#send(seats, maySpin && this.#isBrisk);
      } catch (error) {
        if (seats.length === 1) {
          this.#refuse(seats[0], error);
        } else {
          // Structured clone says that something can't be cloned, not whose it is.
          this.#outbox.unshift(...seats);
          most = 1;
        }
      }
    }
  }

  /** Takes back a task that has not begun; `false` if it has. */
  withdraw(seat: Seat): boolean {
    const unsent = this.#outbox.indexOf(seat);
    if (unsent >= 0) this.#outbox.splice(unsent, 1);
    else if (!this.#link.claims.withdraw(seat.ticket)) return false;
    this.#remove(seat);
    return true;
  }

  /** Tells the first task to stop; returns whether it has ever asked to be told. */
  interrupt(seat: Seat, reason: unknown): boolean {
    const { ticket } = seat;
    // The reason first, so that it is there as soon as a task that never yields finds that it is to stop.
    this.#link.post([ABORT, ticket, encodeThrown(reason)]);
    return this.#link.claims.interrupt(ticket);
  }

  /** Whether a task that was sent has begun. */
  hasBegun(seat: Seat): boolean {
    return !this.#outbox.includes(seat) && this.#link.claims.hasBegun(seat.ticket);
  }

  /** Frees the first task's place. */
  release(seat: Seat): void {
    this.#remove(seat);
    this.served++;
  }

  kill(): void {
    this.state = "dying";
    this.#link.kill();
  }

  /** Gives up waiting for its end. */
  forget(): void {
    this.#link.forget();
  }

  expire(): void {
    this.#listener.overdue(this);
  }

  /** Why an attempt failed whose worker ended like this. */
  crashError(task: Task, exit: Exit): WorkerCrashError {
    const { exitCode, signal } = exit;
    const cause = this.#crash === undefined ? exit.error : this.#crash.error;
    const how = cause !== undefined
      ? `: ${show(cause)}`
      : signal !== undefined
      ? ` by ${signal}`
      : exitCode !== undefined
      ? ` with status ${exitCode}`
      : "";
    const error = new WorkerCrashError(
      `Worker ${this.id} ended${how} while it ran attempt ${task.attempts} of task '${task.name}'`,
      { workerId: this.id, exitCode, signal },
      cause === undefined ? undefined : { cause },
    );
    // It is made in no place that says anything.
    error.stack = `${error.name}: ${error.message}\n${placeOf(task)}`;
    return error;
  }

  // What the worker says

  received(message: UpMessage): void {
    switch (message[0]) {
      case READY:
        if (this.state !== "starting") return;
        this.state = "ready";
        this.#link.hold(false);
        return this.#listener.ready(this);
      case UNREADY:
        if (this.state !== "starting") return;
        return this.#listener.unready(this, decodeThrown(message[1]));
      case VALUES:
        this.#receiveValues(message);
        return this.#listener.heard();
      case ERROR: {
        const [, ticket, thrown, took] = message;
        const seat = this.#seatOf(ticket);
        if (seat === undefined) return;
        const error = decodeThrown(thrown, placeOf(seat.task));
        this.#listener.ended(this, seat, false, error, took, this.#clock.now());
        return this.#listener.heard();
      }
      case PROGRESS: {
        const seat = this.#seatOf(message[1]);
        if (seat !== undefined) this.#listener.progressed(seat, decodeValue(message[2]));
        return;
      }
      case CRASH:
        this.#crash = { error: decodeThrown(message[1]) };
    }
  }

  closed(exit: Exit): void {
    const starting = this.state === "starting";
    this.state = "gone";
    if (starting) this.#listener.unready(this, this.#startError(exit));
    this.#listener.gone(this, exit);
  }

  /** Takes in the results that it has not sent yet. */
  readJournal(): void {
    const tickets = this.seats.map(({ ticket }) => ticket);
    for (const { ticket, value, took } of this.#link.journal?.notes(tickets) ?? []) {
      const seat = this.#seatOf(ticket);
      // It has been told of by a message already.
      if (seat === undefined) continue;
      // A message with what came before is on the way.
      if (seat !== this.seats[0]) return;
      this.#listener.ended(this, seat, true, value, took, this.#clock.now());
    }
  }

  // Within

  /** What came together ended one after the other, the last of it just now. */
  #receiveValues(message: readonly unknown[]): void {
    let at = this.#clock.now();
    for (let i = 3; i < message.length; i += VALUES_FIELDS) at -= message[i] as number;
    for (let i = 1; i < message.length; i += VALUES_FIELDS) {
      const took = message[i + 2] as number;
      at += took;
      const seat = this.#seatOf(message[i] as number);
      // The journal may have told of it before.
      if (seat === undefined) continue;
      this.#listener.ended(this, seat, true, decodeValue(message[i + 1]), took, at);
    }
  }

  #startError(exit: Exit): unknown {
    const message = `Worker ${this.id} ended before it was ready`;
    return this.#crash?.error ?? exit.error ??
      new WorkerCrashError(message, { workerId: this.id, ...exit });
  }

  #seatOf(ticket: number): Seat | undefined {
    const [first] = this.seats;
    return first?.ticket === ticket ? first : this.seats.find((seat) => seat.ticket === ticket);
  }

  /** The next number of all, but for those whose word a task in flight has. */
  #nextTicket(): number {
    this.#tickets++;
    // Tasks have their tickets in order, so that only after very many the words come round to the first one's.
    const [first] = this.seats;
    if (first !== undefined && this.#tickets - first.ticket >= WORDS) {
      const isTaken = ({ ticket }: Seat) => (this.#tickets - ticket) % WORDS === 0;
      while (this.seats.some(isTaken)) this.#tickets++;
    }
    return this.#tickets;
  }

  #remove(seat: Seat): void {
    if (this.seats[0] === seat) this.seats.shift();
    else this.seats.splice(this.seats.indexOf(seat), 1);
    // The task outlives the worker.
    if (seat.task.seat === seat) seat.task.seat = undefined;
    if (this.seats.length === 0) this.#link.hold(false);
  }

  /**
   * The first tasks of the outbox, as far as they may be sent now in one message.
   *
   * What is transferred with a task is gone, so that it could not be taken back: such a task is sent when it is its
   * turn, alone. Tasks that have an object in common are not sent together, so that each has a copy of its own.
   * Neither is much sent ahead where it would pile up.
   */
  #sendable(most: number): Seat[] {
    const seats: Seat[] = [];
    const owners = new Map<object, number>();
    let size = 0;
    for (const seat of this.#outbox) {
      const args = seat.task.args!;
      const isAhead = seat !== this.seats[0];
      if (this.#link.full !== undefined) size += roughSize(args);
      if (isAhead && (this.#link.full || size > MAX_BATCH)) break;
      let alone = false;
      if (hasObjects(args)) {
        const transfers = transfersOf(args).length > 0;
        if (isAhead && transfers) break;
        alone = transfers ||
          this.#outbox.length > 1 && hasInCommon(args, seats.length, owners);
        if (alone && seats.length > 0) break;
      }
      seats.push(seat);
      if (alone || seats.length === most) break;
    }
    return seats;
  }

  #send(seats: readonly Seat[], spins: boolean): void {
    const references: [number, NonNullable<ReturnType<typeof referenceOf>>][] = [];
    const writer = new RunMessageWriter();
    const transferables: Transferable[] = [];
    for (const { task, ticket, begun } of seats) {
      const reference = referenceOf(task.fn)!;
      const number = numberOf(reference);
      if (!this.#known.has(number) && !references.some(([known]) => known === number)) {
        references.push([number, reference]);
      }
      const { order, name } = task;
      const attempt = begun ? task.attempts : task.attempts + 1;
      writer.add(
        { order, ticket, reference: number, attempt, name },
        this.#encoded(task.args!, transferables),
      );
      this.#link.claims.send(ticket);
    }
    if (references.length > 0) writer.message[1] = references satisfies References;
    writer.message[2] = spins;
    this.#link.post(writer.message, transferables);
    for (const [number] of references) this.#known.add(number);
    if (this.#spins) this.#link.claims.announce?.(seats.at(-1)!.ticket);
    this.#spins = spins;
  }

  #encoded(args: readonly unknown[], transferables: Transferable[]): unknown {
    if (!hasObjects(args)) return args;
    const taken = transfersOf(args);
    transferables.push(...taken);
    return encodeValue(args, taken);
  }

  #canSend(value: unknown): boolean {
    return canClone(value) && (this.#link.canSend?.(encodeValue(value)) ?? true);
  }

  #refuse(seat: Seat, cause: unknown): void {
    const { task } = seat;
    const handedOver: unknown[] = transfersOf(task.args!);
    const position =
      task.args!.findIndex((arg) => !handedOver.includes(arg) && !this.#canSend(arg)) + 1;
    const which = position > 0 ? `Argument ${position} of` : "What was given to";
    this.#remove(seat);
    this.#listener.refused(
      this,
      seat,
      new NotPortableError(
        `${which} task '${task.name}' cannot be sent to a worker: ${reasonOf(cause)}`,
        {
          cause,
        },
      ),
    );
  }
}

/** About how many bytes arguments take, as far as a glance tells. */
function roughSize(args: readonly unknown[]): number {
  let size = 0;
  for (const arg of args) {
    if (typeof arg === "string") size += arg.length;
    else if (ArrayBuffer.isView(arg) || isInstance(arg, ArrayBuffer)) size += arg.byteLength;
  }
  return size;
}

function hasObjects(args: readonly unknown[]): boolean {
  for (const arg of args) if (typeof arg === "object" && arg !== null) return true;
  return false;
}

/** Lines for the stack of an error: which attempt it is of, and where the task was submitted. */
function placeOf({ name, id, attempts, workerId, site }: Task): string {
  const line = siteLine(site);
  return `    in task '${name}' (${id}), attempt ${attempts}, on worker ${workerId}` +
    (line === undefined ? "" : `\n    submitted ${line}`);
}
