import { QueueClosedError, QueueFullError } from "../base/errors.ts";
import { listen, unlisten } from "../base/signals.ts";

/** Someone who waits for room in a bounded queue. */
interface Submitter {
  /** Submits; there is room. */
  admit(): void;
  /** Gives up; the queue has closed. */
  refuse(): void;
}

/** Whose tasks they are. */
export interface AdmissionHost {
  /** How many have not ended. */
  readonly outstanding: number;
}

/** Who may submit: the queue's size and whether it is open, and those who wait for room, served in turn. */
export class Admission {
  /** Refuses new work. */
  closed = false;
  readonly #size: number;
  readonly #host: AdmissionHost;
  readonly #submitters = new Set<Submitter>();

  /**
   * @param size How many tasks may be outstanding; 0 for no limit.
   * @param host Who has them.
   */
  constructor(size: number, host: AdmissionHost) {
    this.#size = size === 0 ? Infinity : size;
    this.#host = host;
  }

  /**
   * @param attempt What was attempted, as the error's message names it.
   * @throws {QueueClosedError} When the queue is closed.
   */
  assertOpen(attempt = "submit to"): void {
    if (this.closed) throw closedError(attempt);
  }

  /**
   * @throws {QueueClosedError} When the queue is closed.
   * @throws {QueueFullError} When there is no room for that many.
   */
  assertRoom(wanted: number): void {
    this.assertOpen();
    const room = this.#size - this.#host.outstanding;
    if (wanted <= room) return;
    throw new QueueFullError(
      `Cannot submit ${wanted === 1 ? "a task" : `${wanted} tasks`}: ` +
        `${room} of the queue's ${this.#size} places are free`,
    );
  }

  /**
   * Calls `submit` as soon as there is room.
   *
   * @param submit Submits one task.
   * @param signal Gives the wait up.
   * @param waiting Called when there is no room at once.
   * @returns What `submit` returns; a promise of it when there is no room at once.
   * @throws {QueueClosedError} When the queue is closed, or (rejects) before there is room.
   */
  wait<T>(
    submit: () => T,
    signal: AbortSignal | undefined,
    waiting: () => void,
  ): T | Promise<T> {
    this.assertOpen();
    signal?.throwIfAborted();
    if (this.#submitters.size === 0 && this.#host.outstanding < this.#size) return submit();
    return this.#waitInTurn(submit, signal, waiting);
  }

  async #waitInTurn<T>(
    submit: () => T,
    signal: AbortSignal | undefined,
    waiting: () => void,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const submitter: Submitter = {
      admit: () => {
        // The abort itself may have made the room, by cancelling another task.
        if (signal?.aborted) return reject(signal.reason);
        try {
          resolve(submit());
        } catch (error) {
          reject(error);
        }
      },
      refuse: () => reject(closedError("submit to")),
    };
    const listener = { aborted: reject };
    this.#submitters.add(submitter);
    if (signal !== undefined) listen(signal, listener);
    waiting();
    try {
      return await promise;
    } finally {
      this.#submitters.delete(submitter);
      if (signal !== undefined) unlisten(signal, listener);
    }
  }

  /** Whether anyone waits for room. */
  get isAwaited(): boolean {
    return this.#submitters.size > 0;
  }

  /** A task has ended: lets in whom there is room for now. */
  admit(): void {
    for (const submitter of this.#submitters) {
      if (this.#host.outstanding >= this.#size) break;
      this.#submitters.delete(submitter);
      submitter.admit();
    }
  }

  /** Refuses all work from now on, that of those who wait too. */
  close(): void {
    this.closed = true;
    for (const submitter of this.#submitters) submitter.refuse();
  }
}

function closedError(attempt: string): QueueClosedError {
  return new QueueClosedError(`Cannot ${attempt} a queue that has been shut down`);
}
