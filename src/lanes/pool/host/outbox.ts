import { isInstance, NotPortableError, reasonOf } from "../../../base/errors.ts";
import { referenceOf } from "../../../portable/portable.ts";
import { transfersOf } from "../../../portable/transfer.ts";
import type { Task } from "../../../task/task.ts";
import type { References } from "../wire/protocol.ts";
import { RunMessageWriter } from "../wire/run_message.ts";
import { encodePayload } from "../wire/payload.ts";
import { canClone, encodeValue, hasInCommon } from "../wire/values.ts";
import type { Attempt } from "./attempt.ts";
import type { WorkerLink } from "./link.ts";
import { numberOf } from "./references.ts";

/** Arguments of about this size are sent at once where they would pile up. */
const MAX_BATCH_BYTES = 1 << 20;
/**
 * A worker that has been sent so much source text is to be replaced: it keeps all functions that it knows, and V8 keeps what it
 * has compiled for minutes.
 */
const MAX_SOURCE_CHARACTERS = 1 << 24;

/** Tasks whose arguments, or parts of them, have been handed over. */
const spent = new WeakSet<Task>();

/** Whether a task's arguments, or parts of them, have been handed over to a worker: then they can't be sent again. */
export function isSpent(task: Task): boolean {
  return spent.has(task);
}

/** Who is told that an attempt can't be sent. */
export interface OutboxListener<A> {
  /** It could not be sent, and never will be. */
  refused(attempt: A, error: NotPortableError): void;
}

/**
 * What one worker is to be sent, and how: several attempts in a message where that is safe, functions by number once the
 * worker knows them, and the word whether it is to spin for the next message.
 */
export class Outbox<A extends Attempt> {
  readonly #link: WorkerLink;
  readonly #listener: OutboxListener<A>;
  readonly #attempts: A[] = [];
  /** The functions that the worker knows. */
  readonly #known = new Set<number>();
  /** How long the source texts of those are. */
  #sourceCharacters = 0;
  /** Whether the last message told the worker to spin for the next. */
  #spins = false;

  constructor(link: WorkerLink, listener: OutboxListener<A>) {
    this.#link = link;
    this.#listener = listener;
  }

  /** Whether the worker has been sent as much source text as one may keep. */
  get isLaden(): boolean {
    return this.#sourceCharacters >= MAX_SOURCE_CHARACTERS;
  }

  add(attempt: A): void {
    this.#attempts.push(attempt);
  }

  /** Takes out an attempt that has not been sent. */
  remove(attempt: A): void {
    const at = this.#attempts.indexOf(attempt);
    if (at >= 0) this.#attempts.splice(at, 1);
  }

  /**
   * Sends what may be sent now.
   *
   * @param spins Whether the worker is to spin for what comes next.
   */
  flush(spins: boolean): void {
    let most = Infinity;
    while (this.#attempts.length > 0) {
      const attempts = this.#sendable(most);
      if (attempts.length === 0) return;
      this.#attempts.splice(0, attempts.length);
      try {
        this.#send(attempts, spins);
      } catch (error) {
        if (attempts.length === 1) {
          this.#listener.refused(attempts[0]!, this.#refusal(attempts[0]!, error));
        } else {
          // Structured clone says that something can't be cloned, not whose it is.
          this.#attempts.unshift(...attempts);
          most = 1;
        }
      }
    }
  }

  /**
   * The first attempts, as far as they may be sent now in one message.
   *
   * What is transferred with an attempt is gone, so that it could not be taken back: such an attempt is sent when it is
   * its turn, alone. Attempts that have an object in common are not sent together, so that each has a copy of its own.
   * Where messages pile up little is sent ahead.
   */
  #sendable(most: number): A[] {
    const sendable: A[] = [];
    const owners = new Map<object, number>();
    let size = 0;
    for (const attempt of this.#attempts) {
      const args = attempt.task.args!;
      const isAhead = !attempt.told;
      if (this.#link.full !== undefined) size += roughSize(args);
      if (isAhead && (this.#link.full || size > MAX_BATCH_BYTES)) break;
      let alone = false;
      if (hasObjects(args)) {
        const transfers = transfersOf(args).length > 0;
        if (isAhead && transfers) break;
        alone = transfers ||
          this.#attempts.length > 1 && hasInCommon(args, sendable.length, owners);
        if (alone && sendable.length > 0) break;
      }
      sendable.push(attempt);
      if (alone || sendable.length === most) break;
    }
    return sendable;
  }

  #send(attempts: readonly A[], spins: boolean): void {
    const { claims } = this.#link;
    const references: [number, NonNullable<ReturnType<typeof referenceOf>>][] = [];
    const writer = new RunMessageWriter();
    const transferables: Transferable[] = [];
    for (const { task, ticket, told, traceparent } of attempts) {
      const reference = referenceOf(task.fn)!;
      const number = numberOf(reference);
      if (!this.#known.has(number) && !references.some(([known]) => known === number)) {
        references.push([number, reference]);
      }
      const { order, name } = task;
      const attempt = told ? task.attempts : task.attempts + 1;
      writer.add(
        { order, ticket, reference: number, attempt, name, traceparent },
        encoded(task.args!, transferables),
      );
      claims.send(ticket);
    }
    if (references.length > 0) writer.message[1] = references satisfies References;
    writer.message[2] = spins;
    this.#link.post(writer.message, transferables);
    for (const attempt of attempts) attempt.sent = true;
    // What is transferred is sent alone.
    if (this.#link.handsOver && transferables.length > 0) spent.add(attempts[0]!.task);
    for (const [number, reference] of references) {
      this.#known.add(number);
      if (reference.kind === "inline") this.#sourceCharacters += reference.source.length;
    }
    if (this.#spins) claims.announce?.(attempts.at(-1)!.ticket);
    this.#spins = spins;
  }

  #refusal({ task }: A, cause: unknown): NotPortableError {
    const args = task.args!;
    const handedOver: unknown[] = transfersOf(args);
    const position = args.findIndex((arg) => !handedOver.includes(arg) && !this.#canSend(arg)) + 1;
    const which = position > 0 ? `Argument ${position} of` : "What was given to";
    return new NotPortableError(
      `${which} task '${task.name}' cannot be sent to a worker: ${reasonOf(cause)}`,
      { cause },
    );
  }

  #canSend(value: unknown): boolean {
    return canClone(value) && (this.#link.canSend?.(encodeValue(value)) ?? true);
  }
}

/** Arguments ready to be sent; what is to be handed over with them is added to the list. */
function encoded(args: readonly unknown[], transferables: Transferable[]): unknown {
  if (!hasObjects(args)) return args;
  const taken = transfersOf(args);
  transferables.push(...taken);
  return encodePayload(args, taken);
}

/** About how many bytes arguments take, as far as a glance tells. */
function roughSize(args: readonly unknown[]): number {
  let size = 0;
  for (const arg of args) {
    if (typeof arg === "string") size += arg.length;
    else if (ArrayBuffer.isView(arg) || isInstance(arg, ArrayBuffer)) size += arg.byteLength;
  }
  return size;
}

function hasObjects(args: readonly unknown[]): boolean {
  for (const arg of args) if (typeof arg === "object" && arg !== null) return true;
  return false;
}
