import { QueueStateError, reasonOf } from "../../../base/errors.ts";
import type { BullConnection, BullWorker } from "../bullmq.ts";

/** How long an orderly end may take; then connections are cut. */
const CLOSE_TIMEOUT_MS = 1_500;

/**
 * Waits until a connection is ready.
 *
 * @param connection The connection.
 * @param timeout How long, in milliseconds.
 * @param lastError Tells what went wrong last.
 * @throws {QueueStateError} (rejects) When it isn't ready by then.
 */
export async function whenReady(
  connection: Pick<BullConnection, "waitUntilReady">,
  timeout: number,
  lastError: () => unknown,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await Promise.race([
      connection.waitUntilReady(),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(unreachable(timeout, lastError())), timeout);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** The error of what the server's absence keeps from being done. */
export function unreachable(timeout: number, cause: unknown): QueueStateError {
  const why = cause === undefined ? "" : `: ${reasonOf(cause)}`;
  return new QueueStateError(
    `The cluster's server could not be reached within ${timeout} ms${why}`,
    { cause },
  );
}

/**
 * Closes a worker once its jobs have ended. When they have and the server still can't be told, the wait ends.
 *
 * @param worker The worker.
 * @param running Tells how many jobs run.
 */
export async function closeWorker(worker: BullWorker, running: () => number): Promise<void> {
  let idleSince: number | undefined;
  let giveUp = () => {};
  const timer = setInterval(() => {
    if (running() > 0) idleSince = undefined;
    else idleSince ??= Date.now();
    if (idleSince !== undefined && Date.now() - idleSince >= CLOSE_TIMEOUT_MS) giveUp();
  }, CLOSE_TIMEOUT_MS / 4);
  await Promise.race([worker.close(), new Promise<void>((resolve) => giveUp = resolve)]);
  clearInterval(timer);
}

/** Closes connections: in order where the server answers. */
export async function closeAll(connections: readonly BullConnection[]): Promise<void> {
  const open = new Set(connections);
  const closed = Promise.allSettled(connections.map(async (connection) => {
    await connection.close();
    open.delete(connection);
  }));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => timer = setTimeout(resolve, CLOSE_TIMEOUT_MS));
  await Promise.race([closed, late]);
  clearTimeout(timer);
  for (const connection of open) cut(connection);
}

/** Cuts a connection, without a word to the server. */
export function cut({ backend }: BullConnection): void {
  // A connection that never came about is ended by this alone, one that is lost for now by its client alone.
  backend.close(true).catch(() => {});
  for (const client of [backend.client, backend.blockingClient]) {
    client?.then((it) => it.status !== "end" && it.disconnect(), () => {});
  }
}
