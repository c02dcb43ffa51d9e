import { checks } from "../../../base/checks.ts";
import { NotPortableError, reasonOf } from "../../../base/errors.ts";
import {
  AttemptContext,
  type ContextActions,
  type ContextSource,
  type TaskContext,
} from "../../../task/context.ts";
import type { PlainHandle } from "../../../task/handle.ts";
import type { TaskResult } from "../../../task/result.ts";
import type { WorkerClaims } from "../wire/claims.ts";
import type { SentAttempt } from "../wire/run_message.ts";

/** What an attempt asks of the worker that runs it. */
export interface AttemptHost {
  readonly claims: WorkerClaims;
  /** Says how far an attempt is; throws when that can't be sent. */
  progress(ticket: number, data: unknown): void;
  /** Tells of an error that belongs to no attempt. */
  report(error: unknown): void;
  /** Receives what has come while a task kept the event loop from doing so. */
  poll(): void;
}

/** The attempt that is under way in a worker, as the task itself sees it. */
export class Attempt implements ContextSource, ContextActions {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly ticket: number;
  readonly #host: AttemptHost;
  #context: AttemptContext | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  #over = false;

  constructor(host: AttemptHost, sent: SentAttempt, queueId: string) {
    this.#host = host;
    this.id = `${queueId}-${sent.order}`;
    this.name = sent.name;
    this.attempt = sent.attempt;
    this.ticket = sent.ticket;
  }

  context(): TaskContext {
    if (this.#context === undefined) {
      this.#context = new AttemptContext(this);
      if (this.#aborted !== undefined) this.#context.abort(this.#aborted.reason);
    }
    return this.#context;
  }

  touch(): void {
    this.#host.claims.touch(this.ticket);
  }

  isInterrupted(): boolean {
    if (this.#over || !this.#host.claims.isInterrupted(this.ticket)) return false;
    // The reason was sent before, but a task that never yields keeps it from being received.
    this.#host.poll();
    return true;
  }

  progress(data: unknown): void {
    if (this.#over) return;
    try {
      this.#host.progress(this.ticket, data);
    } catch (cause) {
      throw new NotPortableError(
        `The progress of task '${this.name}' cannot be sent: ${reasonOf(cause)}`,
        { cause },
      );
    }
  }

  async wait<T>(handle: PlainHandle<T>): Promise<TaskResult<T>> {
    checks.handle("What a task waits for", handle);
    return await handle.wait();
  }

  report(error: unknown): void {
    this.#host.report(error);
  }

  abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#context?.abort(reason);
  }

  end(): void {
    this.#over = true;
  }
}
