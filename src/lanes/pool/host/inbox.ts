import type { Clock } from "../../../base/clock.ts";
import { decodeThrown } from "../wire/error_codec.ts";
import {
  ERROR,
  PROGRESS,
  UNLOADED,
  type UpMessage,
  VALUES,
  VALUES_FIELDS,
} from "../wire/protocol.ts";
import { decodeValue } from "../wire/values.ts";
import { placeOf } from "./attempt.ts";
import type { PoolWorker, WorkerAttempt } from "./worker.ts";

/** Who is told what workers say of their attempts. */
export interface InboxListener {
  /** An attempt's function has returned (`ok`) or thrown. */
  ended(attempt: WorkerAttempt, ok: boolean, value: unknown, took: number, at: number): void;
  /** The module of an attempt's function could not be loaded. */
  unloaded(attempt: WorkerAttempt, error: unknown, took: number): void;
  /** An attempt says how far it is. */
  progressed(attempt: WorkerAttempt, data: unknown): void;
}

/** Reads what workers say of their attempts. What they say of attempts that they no longer have is passed over. */
export class Inbox {
  readonly #clock: Clock;
  readonly #listener: InboxListener;

  constructor(clock: Clock, listener: InboxListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Reads a message. */
  read(worker: PoolWorker, message: UpMessage): void {
    switch (message[0]) {
      case VALUES:
        return this.#readValues(worker, message);
      case ERROR:
      case UNLOADED: {
        const [kind, ticket, thrown, took] = message;
        const attempt = worker.find(ticket);
        if (attempt === undefined) return;
        const error = decodeThrown(thrown, placeOf(attempt.task));
        if (kind === UNLOADED) return this.#listener.unloaded(attempt, error, took);
        return this.#listener.ended(attempt, false, error, took, this.#clock.now());
      }
      case PROGRESS: {
        const attempt = worker.find(message[1]);
        if (attempt !== undefined) this.#listener.progressed(attempt, decodeValue(message[2]));
      }
    }
  }

  /** Reads the results that a worker has noted and not sent yet. */
  readJournal(worker: PoolWorker): void {
    const tickets = worker.attempts.map(({ ticket }) => ticket);
    for (const { ticket, value, took } of worker.link.journal?.notes(tickets) ?? []) {
      const attempt = worker.find(ticket);
      // It has been told of by a message already.
      if (attempt === undefined) continue;
      // A message with what came before is on the way, unless it was lost with its worker.
      if (attempt !== worker.attempts[0] && worker.state !== "gone") return;
      this.#listener.ended(attempt, true, value, took, this.#clock.now());
    }
  }

  /** What came together ended one after the other, the last of it just now. */
  #readValues(worker: PoolWorker, message: readonly unknown[]): void {
    let at = this.#clock.now();
    for (let i = 3; i < message.length; i += VALUES_FIELDS) at -= message[i] as number;
    for (let i = 1; i < message.length; i += VALUES_FIELDS) {
      const took = message[i + 2] as number;
      at += took;
      const attempt = worker.find(message[i] as number);
      // The journal may have told of it before.
      if (attempt === undefined) continue;
      this.#listener.ended(attempt, true, decodeValue(message[i + 1]), took, at);
    }
  }
}
