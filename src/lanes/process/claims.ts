import type { PoolClaims, WorkerClaims } from "../pool/wire/claims.ts";

/**
 * The pool's side where no memory is shared: a task that has been sent may have begun. A process is therefore sent one
 * task at a time, and none is ever ahead of its turn.
 */
export class SentClaims implements PoolClaims {
  readonly #sent = new Set<number>();
  readonly #touched = new Set<number>();

  send(ticket: number): void {
    this.#sent.clear();
    this.#touched.clear();
    this.#sent.add(ticket);
  }

  withdraw(ticket: number): boolean {
    return !this.#sent.has(ticket);
  }

  hasBegun(ticket: number): boolean {
    return this.#sent.has(ticket);
  }

  interrupt(ticket: number): boolean {
    return this.#touched.has(ticket);
  }

  /** The child says that a task has asked for its signal or its state. */
  touched(ticket: number): void {
    this.#touched.add(ticket);
  }
}

/** The child's side: what it is sent it runs. */
export class ToldClaims implements WorkerClaims {
  readonly #tell: (ticket: number) => void;

  /** @param tell Says to the pool that a task has asked for its signal or its state. */
  constructor(tell: (ticket: number) => void) {
    this.#tell = tell;
  }

  begin(): boolean {
    return true;
  }

  touch(ticket: number): void {
    this.#tell(ticket);
  }

  isInterrupted(): boolean {
    return false;
  }
}
