/**
 * What runs in a child of a `ProcessQueue`.
 *
 * A child that has just ended a task waits for the next in a blocking read, where the runtime has one that is worth it: it
 * answers several times as fast as the event loop does. Before that it perhaps spins. What tasks left running (timers,
 * writes) goes on all the same: the pool tells a child that stays without a task to rest, which is to wait by the event
 * loop, and one that is never without has its loop turn now and then. While an asynchronous task runs, the next message is
 * read by the event loop, too, since it may be the word to stop.
 *
 * @module
 */
import process from "node:process";
import { declareWorker } from "../../portable/loading.ts";
import { channels } from "../../runtime/channels.ts";
import { runtime } from "../../runtime/here.ts";
import { reportToConsole } from "../../runtime/report.ts";
import { onProcessStray } from "../../runtime/stray.ts";
import type { WorkerClaims } from "../pool/wire/claims.ts";
import {
  BEGUN,
  CLOSED,
  CRASH,
  type DownMessage,
  ERROR,
  isEnd,
  TOUCHED,
  UNLOADED,
  UNREADY,
  type UpMessage,
  WRITTEN,
} from "../pool/wire/protocol.ts";
import { ToldClaims } from "../pool/wire/told_claims.ts";
import { now } from "../pool/worker/now.ts";
import { Runner } from "../pool/worker/runner.ts";
import { spinFor } from "../pool/worker/spin.ts";
import { decode, encode, encodeWithin } from "./codec.ts";
import { END, isSignal, REST, SizedReader, writeFrame } from "./frames.ts";
import type { ProcessGreeting } from "./link.ts";
import { openSharedState } from "./shared_state.ts";

/** An asynchronous task that ends within this isn't worth an asynchronous read. */
const SOON_MS = 1;
/** After this without the event loop the next message is read by it. It takes some 0.1 ms longer. */
const LOOP_AFTER_MS = 10;

/** Where messages have what was thrown. */
const THROWN_AT: Readonly<Record<number, number>> = {
  ...{ [UNREADY]: 1, [ERROR]: 2, [CRASH]: 1 },
  ...{ [UNLOADED]: 2, [CLOSED]: 1 },
};

const frames = new SizedReader();
const pipes = channels.openPipes(Number(process.argv[2] ?? 0));
const buffer = new Uint8Array(65_536);

/** Takes what was read; no more means that the pool is gone, and so is the reason to be here. */
function take(count: number): void {
  if (count === 0) process.exit(0);
  frames.push(buffer.subarray(0, count));
}

async function receiveLater(): Promise<Uint8Array> {
  for (;;) {
    const frame = frames.next();
    if (frame !== undefined) return frame;
    take(await pipes.readLater(buffer));
  }
}

function receiveNow(read: (into: Uint8Array) => number): Uint8Array {
  for (;;) {
    const frame = frames.next();
    if (frame !== undefined) return frame;
    take(read(buffer));
  }
}

async function main(): Promise<void> {
  declareWorker();
  // Ctrl-C in a terminal goes to the whole group: it is the pool that decides what becomes of its children.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  const greeting = decode(await receiveLater()) as ProcessGreeting;
  const { maxMessageSize, sharedState, lingerMs, marksErrors } = greeting;
  const mark = Uint8Array.from(greeting.mark);
  const encoded = (message: UpMessage) =>
    encodeWithin(message, maxMessageSize, THROWN_AT[message[0]]);
  const send = (bytes: readonly Uint8Array[]) => writeFrame(mark, bytes, pipes.write);
  const markErrors = (what: typeof BEGUN | typeof WRITTEN, ticket: number) => {
    const bytes = [encode([what, ticket])];
    try {
      writeFrame(mark, bytes, pipes.writeError);
    } catch {
      // A task has closed it: nothing comes from there that would have to be waited for.
      send(bytes);
    }
  };
  /** The word of a task's end is on its way: after all that the task has written. */
  let flushing: Promise<void> | undefined;
  const post = (message: UpMessage) => {
    const bytes = encoded(message);
    if (!marksErrors || !isEnd(message)) return send(bytes);
    flushing = Promise.all([process.stdout, process.stderr].map(flushed)).then(() => {
      flushing = undefined;
      markErrors(WRITTEN, message[1] as number);
      send(bytes);
    });
  };
  const shared = sharedState === null
    ? undefined
    : openSharedState(sharedState, (ticket) => post([TOUCHED, ticket]));
  shared?.remove();
  const claims: WorkerClaims = shared?.claims ??
    new ToldClaims((what, ticket) => post([what, ticket]));
  if (marksErrors) {
    // A task may close one. Without a listener it would end the child that this is found out.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", ignore);
    onBegin(claims, (ticket) => {
      send([encode([BEGUN, ticket])]);
      markErrors(BEGUN, ticket);
    });
  }
  const { read } = pipes;
  const poll = () => {
    if (read === undefined || !claims.isAnnounced?.()) return undefined;
    let frame = receiveNow(read);
    // The word to rest was sent before.
    while (isSignal(frame, REST)) frame = receiveNow(read);
    return decode(frame) as DownMessage;
  };
  const spin = (ms: number) => spinFor(ms, poll);
  // What is noted isn't sent at once, and the pool doesn't look at it then.
  const journal = marksErrors ? undefined : shared?.journal;
  const runner = new Runner({ post, spin, report: reportToConsole }, claims, journal, greeting);
  onProcessStray((error) => runner.crash(error));
  await runner.start();
  let rests = false;
  let loopedAt = now();
  for (;;) {
    if (runner.busy) await Promise.race([runner.idle(), pause(SOON_MS)]);
    if (flushing !== undefined) await flushing;
    let frame: Uint8Array;
    if (read === undefined || rests || runner.busy || now() - loopedAt > LOOP_AFTER_MS) {
      frame = await receiveLater();
      loopedAt = now();
    } else {
      frame = receiveNow(read);
    }
    if (isSignal(frame, END)) break;
    rests = isSignal(frame, REST);
    if (!rests) runner.receive(decode(frame) as DownMessage);
  }
  pipes.close();
  process.off("SIGINT", ignore);
  // Nothing else ends a child whose pool is gone before it.
  runtime.quietClock.setTimer(() => process.exit(0), lingerMs);
}

/** Resolves when what was written to a stream has been given to the system: Bun and Node may do that later. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writable) stream.write("", () => resolve());
    else resolve();
  });
}

/** Has something done before each task that begins. */
function onBegin(claims: WorkerClaims, call: (ticket: number) => void): void {
  const begin = claims.begin.bind(claims);
  claims.begin = (ticket) => {
    if (!begin(ticket)) return false;
    call(ticket);
    return true;
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

main();
