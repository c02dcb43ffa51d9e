import process from "node:process";
import type { PoolClaims, WorkerClaims } from "../pool/claims.ts";
import type { ExchangeFile } from "../runtime/exchange_file.ts";

/*
 * Claims where no memory is shared but a file is. Tickets count up, and a child begins tasks in the order in which it is
 * sent them. So one word says which have begun: the ticket of the last.
 *
 * To take a task back the pool first notes that it asks for it, then looks at the word, then notes what came of it: the task
 * is taken if the word was still below its ticket. The child first sets the word, then looks at the notes; if it
 * finds the task asked for, it waits for what came of it. Whichever of the two writes first, the other sees it.
 */
const ASKED = 1;
const TAKEN = 2;
const LEFT = 3;
const INTERRUPTED = 4;
/** The message with this task, and all before it, has been sent. */
const SENT = 5;

/** The pool's side. */
export class FilePoolClaims implements PoolClaims {
  readonly #file: ExchangeFile;
  /** The last ticket that is known to have begun. */
  #begun = 0;
  #touched = 0;

  /** @param file The pool takes the notes, the child has the word. */
  constructor(file: ExchangeFile) {
    this.#file = file;
  }

  send(): void {}

  withdraw(ticket: number): boolean {
    if (ticket <= this.#begun) return false;
    this.#file.add(ASKED, ticket);
    const begun = this.hasBegun(ticket);
    this.#file.add(begun ? LEFT : TAKEN, ticket);
    return !begun;
  }

  hasBegun(ticket: number): boolean {
    if (ticket > this.#begun) this.#begun = this.#file.word;
    return ticket <= this.#begun;
  }

  interrupt(ticket: number): boolean {
    this.#file.add(INTERRUPTED, ticket);
    return this.#touched === ticket;
  }

  announce(ticket: number): void {
    this.#file.add(SENT, ticket);
  }

  /** The child says that a task has asked for its signal or its state. */
  touched(ticket: number): void {
    this.#touched = ticket;
  }
}

/** Waits a moment without the event loop. */
const clockwork = new Int32Array(new SharedArrayBuffer(4));

/** The child's side. */
export class FileWorkerClaims implements WorkerClaims {
  readonly #file: ExchangeFile;
  readonly #tell: (ticket: number) => void;
  readonly #parent = process.ppid;
  /** What the notes say of the tasks that have not begun. */
  readonly #notes = new Map<number, number>();
  #interrupted = 0;
  #sent = 0;
  /** The last that it tried to begin. */
  #last = 0;

  /** @param tell Says to the pool that a task has asked for its signal or its state. */
  constructor(file: ExchangeFile, tell: (ticket: number) => void) {
    this.#file = file;
    this.#tell = tell;
  }

  begin(ticket: number): boolean {
    this.#file.word = this.#last = ticket;
    this.#look();
    while (this.#notes.get(ticket) === ASKED) {
      // It takes the pool no longer than a look at the word, unless it dies meanwhile.
      Atomics.wait(clockwork, 0, 0, 0.05);
      if (process.ppid !== this.#parent) process.exit(0);
      this.#look();
    }
    const taken = this.#notes.get(ticket) === TAKEN;
    this.#notes.delete(ticket);
    return !taken;
  }

  touch(ticket: number): void {
    this.#tell(ticket);
  }

  isInterrupted(ticket: number): boolean {
    this.#look();
    return this.#interrupted === ticket;
  }

  isAnnounced(): boolean {
    this.#look();
    return this.#sent > this.#last;
  }

  #look(): void {
    this.#file.readNew((kind, ticket) => {
      if (kind === INTERRUPTED) this.#interrupted = ticket;
      else if (kind === SENT) this.#sent = ticket;
      else this.#notes.set(ticket, kind);
    });
  }
}
