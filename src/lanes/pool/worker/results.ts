import { NotPortableError, reasonOf } from "../../../base/errors.ts";
import { transfersOf } from "../../../portable/transfer.ts";
import { encodeThrown } from "../wire/error_codec.ts";
import type { WorkerJournal } from "../wire/journal.ts";
import { encodePayload } from "../wire/payload.ts";
import { ERROR, UNLOADED, type UpMessage, VALUES, VALUES_FIELDS } from "../wire/protocol.ts";
import type { SentAttempt } from "../wire/run_message.ts";

/** The results of so much work are kept back at most. A message costs pool and worker as much as many a task. */
const MAX_KEPT_MS = 2;
/** The results of so much work are kept back while more attempts wait here than have ended. */
const MIN_KEPT_MS = 0.2;

/** Posts a message; throws when something in it can't be sent, and then nothing is. */
export type Post = (message: UpMessage, transferables?: Transferable[]) => void;

/**
 * How attempts ended, on the way to the pool. Values that the journal can note are kept back there for a moment and then
 * sent several at once; all else is sent when it is there, after what was kept back.
 */
export class Results {
  readonly #post: Post;
  /** Where results are noted that are kept back; without it none are. */
  readonly #journal: WorkerJournal | undefined;
  /** Results to be sent, as the fields of a `VALUES` message. */
  #kept: unknown[] = [];
  /** When the attempt began that the first of them is of. */
  #since = 0;

  constructor(post: Post, journal: WorkerJournal | undefined) {
    this.#post = post;
    this.#journal = journal;
  }

  /**
   * An attempt has succeeded.
   *
   * @param took How long it took, in milliseconds.
   * @param now When it ended.
   * @param waiting How many more attempts the worker has.
   */
  succeed(
    { ticket, name }: SentAttempt,
    value: unknown,
    took: number,
    now: number,
    waiting: number,
  ): void {
    if (this.#kept.length === 0) this.#since = now - took;
    if (this.#journal?.note(ticket, value, took)) {
      this.#kept.push(ticket, value, took);
      if (this.#isDue(now, waiting)) this.flush();
      return;
    }
    try {
      const transferables = transfersOf([value]);
      this.#send([ticket, encodePayload(value, transferables), took], transferables);
    } catch (cause) {
      const error = new NotPortableError(
        `The return value of task '${name}' cannot be sent: ${reasonOf(cause)}`,
        { cause },
      );
      this.fail(ticket, error, took);
    }
  }

  /** An attempt has failed. */
  fail(ticket: number, error: unknown, took: number): void {
    this.flush();
    this.#post([ERROR, ticket, encodeThrown(error), took]);
  }

  /** The module of an attempt's function could not be loaded. */
  unload(ticket: number, error: unknown, took: number): void {
    this.flush();
    this.#post([UNLOADED, ticket, encodeThrown(error), took]);
  }

  /** Sends what was kept back. */
  flush(): void {
    if (this.#kept.length > 0) this.#send([], undefined);
  }

  /** Whether what was kept back is to be sent now: soon enough for more tasks to come before the worker has none. */
  #isDue(now: number, waiting: number): boolean {
    const worked = now - this.#since;
    const ended = this.#kept.length / VALUES_FIELDS;
    return worked > MAX_KEPT_MS || (worked > MIN_KEPT_MS && ended >= waiting);
  }

  /** Sends what was kept back and, perhaps, one more. */
  #send(last: readonly unknown[], transferables: Transferable[] | undefined): void {
    this.#post([VALUES, ...this.#kept, ...last], transferables);
    this.#kept = [];
    this.#journal?.clear();
  }
}
