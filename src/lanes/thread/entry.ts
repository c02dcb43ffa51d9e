/**
 * What runs in a worker of a `ThreadQueue`.
 *
 * @module
 */
import { declareWorker } from "../../portable/loading.ts";
import { reportToConsole } from "../../runtime/report.ts";
import { threads } from "../../runtime/threads.ts";
import { Claims } from "../pool/wire/claims.ts";
import { Journal } from "../pool/wire/journal.ts";
import type { DownMessage, Greeting } from "../pool/wire/protocol.ts";
import { ToldClaims } from "../pool/wire/told_claims.ts";
import { Runner } from "../pool/worker/runner.ts";
import { spinFor } from "../pool/worker/spin.ts";
import { LEFT, LOADED, type ThreadGreeting } from "./greeting.ts";

/** A port that nothing refers to is collected, which the pool would take for the worker's end. */
const PORT = Symbol.for("trilane.port");

const scope = globalThis as unknown as Record<symbol, unknown>;
const { takeMessage } = threads;
threads.writeDirectly?.();
declareWorker();
threads.hideStdin?.();

threads.onFirstMessage((first) => {
  const { port, shared } = first as ThreadGreeting;
  const claims = shared === undefined
    ? new ToldClaims((what, ticket) => port.postMessage([what, ticket]))
    : new Claims(shared.claims);
  scope[PORT] = port;
  port.onmessage = ({ data: greeting }: MessageEvent<Greeting>) => {
    const poll = () => takeMessage(port) as DownMessage | undefined;
    const runner = new Runner(
      {
        post: (message, transferables) => port.postMessage(message, transferables ?? []),
        report: reportToConsole,
        poll,
        spin: (ms) => spinFor(ms, poll),
      },
      claims,
      shared && new Journal(shared.journal),
      greeting,
    );
    threads.onStray((error) => runner.crash(error));
    port.onmessage = ({ data }: MessageEvent<DownMessage>) => runner.receive(data);
    runner.start();
  };
  threads.onClose?.(() => port.postMessage(LEFT));
  port.postMessage(LOADED);
});
