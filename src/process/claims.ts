import type { PoolClaims, WorkerClaims } from "../pool/claims.ts";

/**
 * The pool's side where no memory is shared: a task that has been sent may have begun. A process is therefore sent one
 * task at a time, and none is ever ahead of its turn.
 */
export class SentClaims implements PoolClaims {
  readonly #sent = new Set<number>();
  readonly #touched = new Set<number>();

  send(_cell: number, order: number): void {
    this.#sent.clear();
    this.#touched.clear();
    this.#sent.add(order);
  }

  withdraw(_cell: number, order: number): boolean {
    return !this.#sent.has(order);
  }

  hasBegun(_cell: number, order: number): boolean {
    return this.#sent.has(order);
  }

  interrupt(_cell: number, order: number): boolean {
    return this.#touched.has(order);
  }

  /** The child says that a task has asked for its signal or its state. */
  touched(order: number): void {
    this.#touched.add(order);
  }
}

/** The child's side: what it is sent it runs. */
export class ToldClaims implements WorkerClaims {
  readonly #tell: (order: number) => void;

  /** @param tell Says to the pool that a task has asked for its signal or its state. */
  constructor(tell: (order: number) => void) {
    this.#tell = tell;
  }

  begin(): boolean {
    return true;
  }

  touch(_cell: number, order: number): void {
    this.#tell(order);
  }

  isInterrupted(): boolean {
    return false;
  }
}
