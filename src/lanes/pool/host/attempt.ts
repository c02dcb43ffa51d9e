import { siteLine } from "../../../runtime/site.ts";
import type { Task } from "../../../task/task.ts";
import type { PoolClaims } from "../wire/claims.ts";

/** One attempt of a task, from the moment a worker is chosen for it until it has ended or was taken back. */
export class Attempt<W = unknown> {
  readonly task: Task;
  readonly worker: W;
  /**
   * Its number on the wire. It differs each time that a task is sent: one that was taken back is still in the worker's
   * inbox when it is sent again, and must not be run there.
   */
  readonly ticket: number;
  /** It has been posted to its worker. */
  sent = false;
  /** The queue has been told that it has begun: it is the first of its worker. */
  told = false;
  /** When it began, as far as the queue knows. */
  toldAt = 0;
  /** What it is to the traces of its worker. */
  traceparent: string | undefined = undefined;
  /** It is to stop; the task itself has moved on. */
  interrupted = false;
  /** Its worker was given up because it did not begin it. */
  stuck = false;
  readonly #claims: PoolClaims;

  /** @param claims Those on its worker's attempts. */
  constructor(task: Task, worker: W, ticket: number, claims: PoolClaims) {
    this.task = task;
    this.worker = worker;
    this.ticket = ticket;
    this.#claims = claims;
  }

  /** Whether its worker has begun it, or may have. No other place asks. */
  get begun(): boolean {
    return this.sent && this.#claims.hasBegun(this.ticket);
  }

  /** Takes it out of its worker's hands; `false` if it has begun, or may have. */
  reclaim(): boolean {
    return this.#claims.withdraw(this.ticket);
  }
}

/**
 * Lines for the stack of an error: which attempt it is of, and where the task was submitted.
 *
 * @param task The task.
 * @returns The lines.
 */
export function placeOf({ name, id, attempts, workerId, site }: Task): string {
  const line = siteLine(site);
  return `    in task '${name}' (${id}), attempt ${attempts}, on worker ${workerId}` +
    (line === undefined ? "" : `\n    submitted ${line}`);
}
