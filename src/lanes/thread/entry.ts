/**
 * What runs in a worker of a `ThreadQueue`.
 *
 * @module
 */
import { receiveMessageOnPort } from "node:worker_threads";
import { Claims } from "../pool/wire/claims.ts";
import { Journal } from "../pool/wire/journal.ts";
import type { DownMessage, Greeting } from "../pool/wire/protocol.ts";
import { Server } from "../pool/worker/serve.ts";
import { spinFor } from "../pool/worker/spin.ts";
import { onStray } from "../../runtime/stray.ts";
import { LOADED, type ThreadGreeting } from "./greeting.ts";

/** The global scope of a worker, as far as it is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ThreadGreeting>) => void) | null;
  [key: symbol]: unknown;
}

const scope = globalThis as unknown as WorkerScope;

/** A port that nothing refers to is collected, which the pool would take for the worker's end. */
const PORT = Symbol.for("trilane.port");

scope.onmessage = ({ data: { port, claims, journal } }) => {
  scope.onmessage = null;
  scope[PORT] = port;
  port.onmessage = ({ data: greeting }: MessageEvent<Greeting>) => {
    const poll = () => receiveMessageOnPort(port as never)?.message;
    const server = new Server(
      {
        post: (message, transferables) => port.postMessage(message, transferables ?? []),
        poll,
        spin: (ms) => spinFor(ms, poll),
      },
      new Claims(claims),
      new Journal(journal),
      greeting,
    );
    onStray((error) => server.crash(error));
    port.onmessage = ({ data }: MessageEvent<DownMessage>) => server.receive(data);
    server.start();
  };
  port.postMessage(LOADED);
};
