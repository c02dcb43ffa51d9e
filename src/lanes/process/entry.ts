/**
 * What runs in a child of a `ProcessQueue`.
 *
 * An idle child waits in a blocking read, which answers several times as fast as the event loop does; before that it
 * perhaps spins. While an asynchronous task runs, the next message is read by the event loop, since it may be the word
 * to stop.
 *
 * @module
 */
import process from "node:process";
import { NotPortableError } from "../../base/errors.ts";
import type { WorkerClaims } from "../pool/wire/claims.ts";
import { type DownMessage, TOUCHED, type UpMessage } from "../pool/wire/protocol.ts";
import { Server } from "../pool/worker/serve.ts";
import { spinFor } from "../pool/worker/spin.ts";
import { processes } from "../../runtime/processes.ts";
import { onProcessStray } from "../../runtime/stray.ts";
import { ToldClaims } from "./claims.ts";
import { decode, encode } from "./codec.ts";
import { SizedReader, writeFrame } from "./frames.ts";
import type { ProcessGreeting } from "./link.ts";
import { openSharedState } from "./shared_state.ts";

/** An asynchronous task that ends within this isn't worth an asynchronous read. */
const SOON_MS = 1;

const frames = new SizedReader();
const pipes = processes.openPipes();
const buffer = new Uint8Array(65_536);

/** Takes what was read; no more means that the pool is gone, and so is the reason to be here. */
function take(count: number): void {
  if (count === 0) process.exit(0);
  frames.push(buffer.subarray(0, count));
}

function receive(): Uint8Array {
  for (;;) {
    const frame = frames.next();
    if (frame !== undefined) return frame;
    take(pipes.read(buffer));
  }
}

async function receiveLater(): Promise<Uint8Array> {
  for (;;) {
    const frame = frames.next();
    if (frame !== undefined) return frame;
    take(await pipes.readLater(buffer));
  }
}

async function main(): Promise<never> {
  // Ctrl-C in a terminal goes to the whole group: it is the pool that decides what becomes of its children.
  process.on("SIGINT", () => {});
  const greeting = decode(receive()) as ProcessGreeting;
  const { maxMessageSize, sharedState } = greeting;
  const mark = Uint8Array.from(greeting.mark);
  const post = (message: UpMessage) => {
    const bytes = encode(message);
    if (bytes.length > maxMessageSize) {
      throw new NotPortableError(
        `it takes ${bytes.length} bytes, and maxMessageSize is ${maxMessageSize}`,
      );
    }
    writeFrame(mark, bytes, pipes.write);
  };
  const tell = (ticket: number) => post([TOUCHED, ticket]);
  const shared = sharedState === undefined ? undefined : openSharedState(sharedState, tell);
  shared?.remove();
  const claims: WorkerClaims = shared?.claims ?? new ToldClaims(tell);
  const poll = () => claims.isAnnounced?.() ? decode(receive()) as DownMessage : undefined;
  const spin = (ms: number) => spinFor(ms, poll);
  const server = new Server({ post, spin }, claims, shared?.journal, greeting);
  onProcessStray((error) => server.crash(error));
  pipes.hide();
  await server.start();
  for (;;) {
    if (server.busy) await Promise.race([server.idle(), pause(SOON_MS)]);
    const frame = server.busy ? await receiveLater() : receive();
    server.receive(decode(frame) as DownMessage);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

main();
