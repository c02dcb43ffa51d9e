import { show } from "../../../base/errors.ts";
import { RUN, type RunMessage, type TraceParents } from "./protocol.ts";
import { decodeValue } from "./values.ts";

/** An attempt as a worker is sent it. */
export interface SentAttempt {
  readonly order: number;
  readonly ticket: number;
  /** The number that stands for its function. */
  readonly reference: number;
  readonly attempt: number;
  readonly name: string;
  readonly args: readonly unknown[];
  /** What its function is part of, as W3C's `traceparent` says it. */
  readonly traceparent: string | undefined;
}

/** Stands where the number of arguments does, if one value stands for all of them. */
const ENCODED = -1;
/** The fields that tasks have in common which are written as one series, and then how many tasks it is of. */
const HEAD = 6;

/**
 * Writes a `RUN` message: `[RUN, references, spins, traceparents, ...series]`. A series is of tasks that differ by little:
 * `reference, attempt, name, number of arguments, first ticket, count, ...tasks`, a task `order, ...args`.
 *
 * Every field costs as much to clone as a number does, and an array of a task's own more than all its fields.
 */
export class RunMessageWriter {
  readonly message: RunMessage = [RUN, null, false, null];
  #last: Omit<SentAttempt, "args"> | undefined;
  #size = 0;
  /** Where the count of the series under way is. */
  #count = 0;

  /** @param args Its arguments, encoded. */
  add(sent: Omit<SentAttempt, "args">, args: unknown): void {
    const { message } = this;
    const size = Array.isArray(args) ? args.length : ENCODED;
    if (!this.#continues(sent, size)) {
      const { ticket, reference, attempt, name } = sent;
      this.#count = message.push(reference, attempt, name, size, ticket, 0) - 1;
      this.#size = size;
    }
    if (sent.traceparent !== undefined) {
      (message[3] ??= []).push(sent.ticket, sent.traceparent);
    }
    this.#last = sent;
    (message[this.#count] as number)++;
    message.push(sent.order);
    if (size === ENCODED) message.push(args);
    else for (let i = 0; i < size; i++) message.push((args as unknown[])[i]);
  }

  #continues(
    { ticket, reference, attempt, name }: Omit<SentAttempt, "args">,
    size: number,
  ): boolean {
    const last = this.#last;
    return last !== undefined && size === this.#size && ticket === last.ticket + 1 &&
      reference === last.reference && attempt === last.attempt && name === last.name;
  }
}

/**
 * Reads what a `RunMessageWriter` wrote.
 *
 * @param message A copy of the message, which is used up.
 * @throws {TypeError} When it was written by nobody.
 */
export function attemptsOf(message: RunMessage): SentAttempt[] {
  const attempts: SentAttempt[] = [];
  if (!Array.isArray(message)) throw new TypeError("A message must be an array");
  const parents = message[3];
  let i = 4;
  while (i < message.length) {
    const [reference, attempt, name, size, first, count] = message.slice(i, i += HEAD) as Head;
    const fields = count * (1 + Math.abs(size));
    // Larger numbers would not count up.
    const areWhole = [size, first + count, count].every(Number.isSafeInteger);
    if (!areWhole || count < 1 || size < ENCODED || fields > message.length - i) {
      throw new TypeError(
        `A message has no ${show(count)} tasks of ${show(size)} arguments at ${i}`,
      );
    }
    for (let ticket = first; ticket < first + count; ticket++) {
      const order = message[i++] as number;
      const to = i + Math.abs(size);
      const args = size === ENCODED ? decodeValue(message[i]) : message.slice(i, to);
      if (!Array.isArray(args)) throw new TypeError("The arguments of a task must be an array");
      const traceparent = Array.isArray(parents) ? parentOf(ticket, parents) : undefined;
      attempts.push({ order, ticket, reference, attempt, name, args, traceparent });
      i = to;
    }
  }
  return attempts;
}

function parentOf(ticket: number, parents: TraceParents): string | undefined {
  const at = parents.indexOf(ticket);
  const parent = at < 0 ? undefined : parents[at + 1];
  return typeof parent === "string" ? parent : undefined;
}

type Head = [
  reference: number,
  attempt: number,
  name: string,
  size: number,
  ticket: number,
  count: number,
];
