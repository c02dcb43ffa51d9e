import { QueueStateError, reasonOf } from "../../../base/errors.ts";
import type { BullBackend, BullClient, BullConnection, BullWorker } from "../bullmq.ts";
import type { ClusterEngine } from "../engine.ts";

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
  // What it leaves open is for `closeAll`.
  const closed = Promise.allSettled([worker.close()]);
  await Promise.race([closed, new Promise<void>((resolve) => giveUp = resolve)]);
  clearInterval(timer);
}

/**
 * Closes connections, in order where the server answers, and waits until their sockets are closed.
 *
 * @param connections The connections.
 * @param engine What they were made with: a client that was handed in there stays open.
 */
export async function closeAll(
  connections: readonly BullConnection[],
  engine: ClusterEngine,
): Promise<void> {
  const open = new Set(connections);
  const closed = Promise.allSettled(connections.map(async (connection) => {
    // BullMQ cuts one that is still coming about, and waits for nothing of it.
    await connection.waitUntilReady().catch(() => {});
    await connection.close();
    await Promise.all(ownClients(connection, engine).map(socketClosed));
    open.delete(connection);
  }));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => timer = setTimeout(resolve, CLOSE_TIMEOUT_MS));
  await Promise.race([closed, late]);
  clearTimeout(timer);
  for (const connection of open) cut(connection, engine);
}

/**
 * Cuts a connection, without a word to the server.
 *
 * @param connection The connection.
 * @param engine What it was made with: a client that was handed in there stays open, and the connection uses it no more.
 */
export function cut(connection: BullConnection, engine: ClusterEngine): void {
  if (usesClientOf(engine, connection)) void connection.backend.close(true);
  for (const client of ownClients(connection, engine)) {
    cutClient(client, connection.backend).catch(() => {
      // It never came about.
    });
  }
}

async function cutClient(client: Promise<BullClient>, backend: BullBackend): Promise<void> {
  const soFar = await Promise.race([client, undefined]).catch(() => undefined);
  // This alone ends one that never came about. Of one that has ended it makes a timer, which nothing clears.
  if (soFar === undefined) await backend.close(true);
  const it = await client;
  if (it.status !== "end") it.disconnect();
  it.stream?.destroy();
}

/** The clients of a connection that end with it. */
function ownClients(connection: BullConnection, engine: ClusterEngine): Promise<BullClient>[] {
  const { client, blockingClient } = connection.backend;
  return [
    ...usesClientOf(engine, connection) ? [] : [client],
    ...blockingClient === undefined ? [] : [blockingClient],
  ];
}

/** Whether a connection sends its commands by the client that was handed in: all but those that wait for events do. */
function usesClientOf({ bullmq, connection }: ClusterEngine, user: BullConnection): boolean {
  const isClient = ["connect", "disconnect", "duplicate"].every((method) =>
    typeof (connection as Record<string, unknown>)[method] === "function"
  );
  return isClient && !(user instanceof bullmq.QueueEvents);
}

/** Resolves when the socket of a client that was closed is closed as well: BullMQ doesn't wait for that. */
async function socketClosed(closed: Promise<BullClient>): Promise<void> {
  const { status, stream } = await closed;
  if (status !== "end" || stream === undefined || stream.closed) return;
  await new Promise<void>((resolve) => stream.once("close", resolve));
}
