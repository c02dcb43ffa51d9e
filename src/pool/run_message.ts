import { RUN, type RunMessage } from "./protocol.ts";
import { decodeValue } from "./values.ts";

/** A task as a worker is sent it. */
export interface Job {
  readonly order: number;
  readonly cell: number;
  readonly ticket: number;
  /** The number that stands for its function. */
  readonly reference: number;
  readonly attempt: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** How many fields come before a task's arguments. */
const FIELDS = 7;
/** Takes the place of the number of arguments where one value stands for all of them. */
const ENCODED = -1;

/**
 * Writes a `RUN` message: `[RUN, references, order, cell, ticket, reference, attempt, name, count, ...args, order, …]`.
 *
 * The name is `null` where it is that of the task before: a string takes as long to clone as several numbers, and an
 * array of the arguments as long as all the rest.
 */
export class RunMessageWriter {
  readonly message: RunMessage = [RUN, null];
  #name: string | undefined;

  /** @param args Its arguments, encoded. */
  add(job: Omit<Job, "args">, args: unknown): void {
    const { order, cell, ticket, reference, attempt, name } = job;
    const { message } = this;
    message.push(order, cell, ticket, reference, attempt, name === this.#name ? null : name);
    this.#name = name;
    if (Array.isArray(args)) message.push(args.length, ...args);
    else message.push(ENCODED, args);
  }
}

/**
 * Reads what a `RunMessageWriter` wrote.
 *
 * @param message A copy of the message, which is used up.
 */
export function jobsOf(message: RunMessage): Job[] {
  const jobs: Job[] = [];
  let name = "";
  for (let i = 2; i < message.length;) {
    const count = message[i + FIELDS - 1] as number;
    name = message[i + FIELDS - 2] as string | null ?? name;
    const from = i + FIELDS;
    const to = from + (count === ENCODED ? 1 : count);
    jobs.push({
      order: message[i] as number,
      cell: message[i + 1] as number,
      ticket: message[i + 2] as number,
      reference: message[i + 3] as number,
      attempt: message[i + 4] as number,
      name,
      args: count === ENCODED ? decodeValue(message[from]) as unknown[] : message.slice(from, to),
    });
    i = to;
  }
  return jobs;
}
