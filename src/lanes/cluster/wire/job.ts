import { NotPortableError, reasonOf, show } from "../../../base/errors.ts";
import { decode, type Encoded } from "./codec.ts";

/** What the queue is called on whose stream producers tell nodes what to stop. */
export const controlName = (queue: string): string => `${queue}-control`;

/** The backoff strategy of our own, by which BullMQ asks a node for a delay. */
export const BACKOFF = "trilane";

/** BullMQ's times end some decades from now, so a longer delay is as good as none. */
export const MAX_DELAY_MS = 10 * 365 * 24 * 3_600_000;

/** A task whose nodes died so often is given up: it may be what kills them. */
export const MAX_DEATHS = 25;

/** What a job carries. */
export interface JobData {
  /** The path of the task's module, relative to the root. */
  readonly module: string;
  /** The name of the task's function there. */
  readonly name: string;
  /** Whether it is defined there by `defineTasks` or just exported. */
  readonly kind: "defined" | "exported";
  /** Its arguments. */
  readonly args: Encoded;
  /** Milliseconds that an attempt may run. */
  readonly timeout?: number;
  /** Milliseconds that an interrupted attempt may take to clean up. */
  readonly grace?: number;
  /** How many attempts were made of it as another job, which the server has lost or the producer taken back. */
  readonly before?: number;
  /** The producer has cancelled it. */
  readonly cancelled?: true;
}

/** What a job returns. */
export interface JobResult {
  readonly value: Encoded;
  /** The number of the attempt that made it, those that died with their node included. */
  readonly attempt: number;
  /** The node that ran it. */
  readonly node: string;
}

/** What is told of a task that is to stop. */
export interface CancelEvent {
  readonly eventName: "cancel";
  /** The job's id. BullMQ has a use of its own for `jobId`. */
  readonly job: string;
  /** The reason, as `textOfThrown` makes it. */
  readonly reason: string;
}

/** What is a number in a job's data, if it is there. */
const NUMBERS = ["timeout", "grace", "before"] as const;

/**
 * Reads what a job carries, which anyone may have written who can reach the server.
 *
 * @param data Anything.
 * @returns The data, all but the arguments checked.
 * @throws {NotPortableError} When it is no such data.
 */
export function readJob(data: unknown): JobData {
  const job = (data ?? {}) as Partial<JobData>;
  const { module, name, kind = "exported" } = job;
  const wrong = typeof module !== "string"
    ? "module"
    : typeof name !== "string"
    ? "name"
    : kind !== "defined" && kind !== "exported"
    ? "kind"
    : NUMBERS.find((key) => job[key] !== undefined && !(job[key] >= 0));
  if (wrong === undefined) return (job.kind === kind ? job : { ...job, kind }) as JobData;
  throw new NotPortableError(
    `A job can't be run: its ${wrong} is ${show((job as Record<string, unknown>)[wrong])}`,
  );
}

/**
 * Reads the arguments of a job.
 *
 * @param job What it carries.
 * @returns The arguments.
 * @throws {NotPortableError} When they can't be read.
 */
export function argumentsOf({ name, args }: JobData): unknown[] {
  try {
    const all = decode(args);
    if (Array.isArray(all)) return all;
    throw new SyntaxError(`they are ${show(all)}`);
  } catch (cause) {
    throw new NotPortableError(
      `The arguments of task '${name}' can't be read: ${reasonOf(cause)}`,
      { cause },
    );
  }
}
