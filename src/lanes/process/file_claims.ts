import process from "node:process";
import type { ExchangeFile, ExchangeTable } from "../../runtime/exchange_file.ts";
import { sleepSync } from "../../runtime/sleep.ts";
import { type PoolClaims, slotOf, WORDS, type WorkerClaims } from "../pool/wire/claims.ts";

/*
 * Claims where no memory is shared but a file is. As in memory there is a word for each task in flight, but one side can't
 * change what it has looked at before the other does, so each has words of its own: the pool's say what is to become of a
 * task, the child's which it has tried to begin.
 *
 * To take a task back the pool first writes that it asks for it, then looks at the child's word, then writes what came of
 * it: the task is taken if the child had not tried. The child first writes its word, then looks at the pool's; if it
 * finds the task asked for, it waits for what came of it. Whichever of the two writes first, the other sees it.
 */

/** Nothing is said of the task: another has its word, so that it was taken back long ago. */
const FREE = 0;
const TAKEN = 1;
/** From here on it may be run. */
const SENT = 2;
const LEFT = 3;
const INTERRUPTED = 4;
/** Whether it may is not decided yet. */
const ASKED = 5;
const STATES = 8;

/** Where the pool says how far messages have been sent. */
const ANNOUNCED = WORDS;
/** How many numbers of a file the pool's words take, and the child's after them. */
const POOL_SIZE = WORDS + 1;
/** How many numbers of a file claims take. */
export const FILE_CLAIMS_SIZE: number = POOL_SIZE + WORDS;

/** The pool's side. */
export class FilePoolClaims implements PoolClaims {
  readonly #words: ExchangeTable;
  readonly #begun: ExchangeTable;
  /** The last ticket that is known to have begun. */
  #last = 0;
  #touched = 0;

  /**
   * @param file It begins with them.
   * @throws When it can't be opened.
   */
  constructor(file: ExchangeFile) {
    this.#words = file.table(0, 1);
    this.#begun = file.table(POOL_SIZE, 1);
  }

  send(ticket: number): void {
    this.#write(ticket, SENT);
  }

  withdraw(ticket: number): boolean {
    if (ticket <= this.#last) return false;
    this.#write(ticket, ASKED);
    const begun = this.hasBegun(ticket);
    this.#write(ticket, begun ? LEFT : TAKEN);
    return !begun;
  }

  hasBegun(ticket: number): boolean {
    // A child tries tasks in the order of their tickets.
    if (ticket > this.#last && this.#begun.read(slotOf(ticket))[0] === ticket) this.#last = ticket;
    return ticket <= this.#last;
  }

  interrupt(ticket: number): boolean {
    this.#write(ticket, INTERRUPTED);
    return this.#touched === ticket;
  }

  announce(ticket: number): void {
    this.#words.row[0] = ticket;
    this.#words.write(ANNOUNCED);
  }

  /** The child says that a task has asked for its signal or its state. */
  touched(ticket: number): void {
    this.#touched = ticket;
  }

  #write(ticket: number, state: number): void {
    this.#words.row[0] = ticket * STATES + state;
    this.#words.write(slotOf(ticket));
  }
}

/** The child's side. */
export class FileWorkerClaims implements WorkerClaims {
  readonly #words: ExchangeTable;
  readonly #begun: ExchangeTable;
  readonly #tell: (ticket: number) => void;
  readonly #parent = process.ppid;
  /** The last that it tried to begin. */
  #last = 0;

  /**
   * @param file The pool's.
   * @param tell Says to the pool that a task has asked for its signal or its state.
   * @throws When it can't be opened.
   */
  constructor(file: ExchangeFile, tell: (ticket: number) => void) {
    this.#words = file.table(0, 1);
    this.#begun = file.table(POOL_SIZE, 1);
    this.#tell = tell;
  }

  begin(ticket: number): boolean {
    this.#begun.row[0] = this.#last = ticket;
    this.#begun.write(slotOf(ticket));
    let state = this.#stateOf(ticket);
    while (state === ASKED) {
      // It takes the pool no longer than a look at the word, unless it dies meanwhile.
      sleepSync(0.05);
      if (process.ppid !== this.#parent) process.exit(0);
      state = this.#stateOf(ticket);
    }
    return state >= SENT;
  }

  touch(ticket: number): void {
    this.#tell(ticket);
  }

  isInterrupted(ticket: number): boolean {
    return this.#stateOf(ticket) === INTERRUPTED;
  }

  isAnnounced(): boolean {
    return this.#words.read(ANNOUNCED)[0]! > this.#last;
  }

  #stateOf(ticket: number): number {
    const word = this.#words.read(slotOf(ticket))[0]!;
    return Math.floor(word / STATES) === ticket ? word % STATES : FREE;
  }
}
