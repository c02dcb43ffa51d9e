import { QueueStateError } from "../base/errors.ts";

/** A port over which another thread uses a queue. */
export interface Share {
  /** The end to give away. */
  readonly end: MessagePort;
  /** Says that the queue has closed, and closes the port. */
  close(): void;
}

/** Serves a queue over a new port; `closed` is called when that is closed, whoever closed it. */
export type Serve = (queue: object, closed: () => void) => Share;

let serve: Serve | undefined;

/** Brings what serves queues to other threads. Queues don't import it, so that a bundle without sharing carries none. */
export function provideSharing(brought: Serve): void {
  serve = brought;
}

/**
 * Serves a queue over a new port.
 *
 * @throws {QueueStateError} When nothing has been brought that could.
 */
export function serveShared(queue: object, closed: () => void): Share {
  if (serve !== undefined) return serve(queue, closed);
  throw new QueueStateError(
    "Cannot share a queue: its entry point leaves sharing out, import '@trilane/trilane' once in this thread",
  );
}
