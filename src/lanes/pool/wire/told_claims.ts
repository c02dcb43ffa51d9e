import type { PoolClaims, WorkerClaims } from "./claims.ts";
import { BEGUN, TOUCHED, type UpMessage } from "./protocol.ts";

/**
 * The pool's side where no memory is shared: a task that has been sent may have begun. A worker is therefore sent one
 * task at a time, and none is ever ahead of its turn.
 */
export class SentClaims implements PoolClaims {
  readonly #sent = new Set<number>();
  readonly #begun = new Set<number>();
  readonly #touched = new Set<number>();

  send(ticket: number): void {
    this.#sent.clear();
    this.#begun.clear();
    this.#touched.clear();
    this.#sent.add(ticket);
  }

  withdraw(ticket: number): boolean {
    return !this.#sent.has(ticket);
  }

  /** Known once all that the worker has said has been received, as it is when it has ended. */
  hasBegun(ticket: number): boolean {
    return this.#begun.has(ticket);
  }

  interrupt(ticket: number): boolean {
    return this.#touched.has(ticket);
  }

  begun(ticket: number): void {
    this.#begun.add(ticket);
  }

  touched(ticket: number): void {
    this.#touched.add(ticket);
  }
}

/**
 * Tells claims what a worker says of a task.
 *
 * @returns Whether the message said nothing else.
 */
export function hear(claims: PoolClaims, message: UpMessage): boolean {
  if (message[0] === BEGUN) claims.begun?.(message[1]);
  else if (message[0] === TOUCHED) claims.touched?.(message[1]);
  else return false;
  return true;
}

/** The worker's side: what it is sent it runs. */
export class ToldClaims implements WorkerClaims {
  readonly #tell: (what: typeof BEGUN | typeof TOUCHED, ticket: number) => void;

  /** @param tell Says to the pool that a task has begun, or has asked for its signal or its state. */
  constructor(tell: (what: typeof BEGUN | typeof TOUCHED, ticket: number) => void) {
    this.#tell = tell;
  }

  begin(ticket: number): boolean {
    this.#tell(BEGUN, ticket);
    return true;
  }

  touch(ticket: number): void {
    this.#tell(TOUCHED, ticket);
  }

  isInterrupted(): boolean {
    return false;
  }
}
