/**
 * Who has a task that was sent to a worker but perhaps not begun: the one word in memory that pool and worker share
 * of it, changed by compare-and-swap, so that a task taken back never runs and one that has begun is known to.
 *
 * Each task in flight has a ticket, a number of its own, which says in which word it is. The word is the ticket (its low
 * 28 bits, so that the next task with the word can have it at once) and one of the states below.
 */
const FREE = 0;
/** Sent. */
const SENT = 1;
/** Its function has been called. */
const BEGUN = 2;
/** Its function has been called, and has asked for its signal or its state. */
const TOUCHED = 3;
/** It is to stop. */
const INTERRUPTED = 4;

/** The pool's side of the claims on the tasks in flight to one worker. */
export interface PoolClaims {
  /** A task is sent. */
  send(ticket: number): void;
  /** Takes a task back; `false` if it has begun, or may have. */
  withdraw(ticket: number): boolean;
  /** Whether a task that was sent has begun, or may have. */
  hasBegun(ticket: number): boolean;
  /** Tells a task that it is to stop; returns whether it has ever asked. */
  interrupt(ticket: number): boolean;
  /** Says that the message with a task has been sent to a worker that perhaps spins for it, where it can't see that. */
  announce?(ticket: number): void;
  /** The worker says that a task has begun, where that isn't seen. */
  begun?(ticket: number): void;
  /** The worker says that a task has asked for its signal or its state, where that isn't seen. */
  touched?(ticket: number): void;
}

/** The worker's side of them. */
export interface WorkerClaims {
  /** Begins a task; `false` if it was taken back. */
  begin(ticket: number): boolean;
  /** The task asks for its signal or its state. */
  touch(ticket: number): void;
  /** Whether the task is to stop, as far as can be known without a message. */
  isInterrupted(ticket: number): boolean;
  /** Whether a message has been announced with a task that it has not tried to begin. */
  isAnnounced?(): boolean;
}

/** How many words there are. No two tasks in flight may have tickets that differ by a multiple of it. */
export const WORDS = 256;

/** How many bytes claims take. */
export const CLAIMS_SIZE = WORDS * Int32Array.BYTES_PER_ELEMENT;

/** The place of a ticket among the words. */
export const slotOf = (ticket: number): number => ticket % WORDS;
const word = (ticket: number, state: number) => ((ticket & 0xfffffff) << 3) | state;

/** The claims on the tasks in flight to one worker, seen from either side. */
export class Claims implements PoolClaims, WorkerClaims {
  /** The memory to share. */
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  /**
   * @param buffer Memory of the other side; made new where there is none yet.
   * @throws {RangeError} When it has not the size of claims.
   */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(CLAIMS_SIZE);
    this.#words = new Int32Array(this.buffer, 0, WORDS);
  }

  // The pool's side

  send(ticket: number): void {
    Atomics.store(this.#words, slotOf(ticket), word(ticket, SENT));
  }

  withdraw(ticket: number): boolean {
    const sent = word(ticket, SENT);
    return Atomics.compareExchange(this.#words, slotOf(ticket), sent, FREE) === sent;
  }

  hasBegun(ticket: number): boolean {
    return Atomics.load(this.#words, slotOf(ticket)) !== word(ticket, SENT);
  }

  interrupt(ticket: number): boolean {
    return Atomics.exchange(this.#words, slotOf(ticket), word(ticket, INTERRUPTED)) ===
      word(ticket, TOUCHED);
  }

  // The worker's side

  begin(ticket: number): boolean {
    const sent = word(ticket, SENT);
    return Atomics.compareExchange(this.#words, slotOf(ticket), sent, word(ticket, BEGUN)) === sent;
  }

  touch(ticket: number): void {
    Atomics.compareExchange(
      this.#words,
      slotOf(ticket),
      word(ticket, BEGUN),
      word(ticket, TOUCHED),
    );
  }

  isInterrupted(ticket: number): boolean {
    return Atomics.load(this.#words, slotOf(ticket)) === word(ticket, INTERRUPTED);
  }
}
