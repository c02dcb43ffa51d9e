/**
 * Who has a task that was sent to a worker but perhaps not begun: the one word in memory that pool and worker share
 * of it, changed by compare-and-swap, so that a task taken back never runs and one that has begun is known to.
 *
 * Each task in flight has a cell. A word is the number that the task was sent under (its low 28 bits, so that a cell can
 * serve the next task at once) and one of the states below.
 */
const FREE = 0;
/** Sent. */
const SENT = 1;
/** Its function has been called. */
const BEGUN = 2;
/** So it has, and it has asked for its signal or its state. */
const TOUCHED = 3;
/** It is to stop. */
const INTERRUPTED = 4;

/** The pool's side of the claims on the tasks in flight to one worker. */
export interface PoolClaims {
  /** A task is sent. */
  send(cell: number, ticket: number): void;
  /** Takes a task back; `false` if it has begun, or may have. */
  withdraw(cell: number, ticket: number): boolean;
  /** Whether a task that was sent has begun, or may have. */
  hasBegun(cell: number, ticket: number): boolean;
  /** Tells a task that it is to stop; returns whether it has ever asked. */
  interrupt(cell: number, ticket: number): boolean;
}

/** The worker's side of them. */
export interface WorkerClaims {
  /** Begins a task; `false` if it was taken back. */
  begin(cell: number, ticket: number): boolean;
  /** The task asks for its signal or its state. */
  touch(cell: number, ticket: number): void;
  /** Whether the task is to stop, as far as can be known without a message. */
  isInterrupted(cell: number, ticket: number): boolean;
}

/** So many tasks can be in flight to a worker. */
export const CELLS = 256;

const word = (ticket: number, state: number) => ((ticket & 0xfffffff) << 3) | state;

/** The claims on the tasks in flight to one worker, seen from either side. */
export class Claims implements PoolClaims, WorkerClaims {
  /** The memory to share. */
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  /** @param buffer Memory of the other side; made new where there is none yet. */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT);
    this.#words = new Int32Array(this.buffer);
  }

  // The pool's side

  send(cell: number, ticket: number): void {
    Atomics.store(this.#words, cell, word(ticket, SENT));
  }

  withdraw(cell: number, ticket: number): boolean {
    const sent = word(ticket, SENT);
    return Atomics.compareExchange(this.#words, cell, sent, FREE) === sent;
  }

  hasBegun(cell: number, ticket: number): boolean {
    return Atomics.load(this.#words, cell) !== word(ticket, SENT);
  }

  interrupt(cell: number, ticket: number): boolean {
    return Atomics.exchange(this.#words, cell, word(ticket, INTERRUPTED)) === word(ticket, TOUCHED);
  }

  // The worker's side

  begin(cell: number, ticket: number): boolean {
    const sent = word(ticket, SENT);
    return Atomics.compareExchange(this.#words, cell, sent, word(ticket, BEGUN)) === sent;
  }

  touch(cell: number, ticket: number): void {
    Atomics.compareExchange(this.#words, cell, word(ticket, BEGUN), word(ticket, TOUCHED));
  }

  isInterrupted(cell: number, ticket: number): boolean {
    return Atomics.load(this.#words, cell) === word(ticket, INTERRUPTED);
  }
}
