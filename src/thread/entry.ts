/**
 * What runs in a worker of a `ThreadQueue`.
 *
 * @module
 */
import { Claims } from "../pool/claims.ts";
import { Journal } from "../pool/journal.ts";
import type { DownMessage } from "../pool/protocol.ts";
import { Server } from "../pool/serve.ts";
import { onStray } from "../runtime/stray.ts";
import type { ThreadGreeting } from "./link.ts";

/** The global scope of a worker, as far as it is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ThreadGreeting>) => void) | null;
  [key: symbol]: unknown;
}

const scope = globalThis as unknown as WorkerScope;

/** A port that nothing refers to is collected, which the pool would take for the worker's end. */
const PORT = Symbol.for("trilane.port");

scope.onmessage = ({ data }) => {
  scope.onmessage = null;
  const { port, claims, journal } = data;
  scope[PORT] = port;
  const server = new Server(
    { post: (message, transferables) => port.postMessage(message, transferables ?? []) },
    new Claims(claims),
    new Journal(journal),
    data,
  );
  onStray((error) => server.crash(error));
  port.onmessage = ({ data }: MessageEvent<DownMessage>) => server.receive(data);
  server.start();
};
