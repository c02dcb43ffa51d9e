/**
 * A child that says it is ready and, when it is given a task, answers in a way of its own.
 *
 * @module
 */
import process from "node:process";
import { READY, type RunMessage, VALUES } from "../../../../../src/lanes/pool/wire/protocol.ts";
import { attemptsOf } from "../../../../../src/lanes/pool/wire/run_message.ts";
import { decode, encode } from "../../../../../src/lanes/process/codec.ts";
import { SizedReader, writeFrame } from "../../../../../src/lanes/process/frames.ts";
import type { ProcessGreeting } from "../../../../../src/lanes/process/link.ts";
import { openSharedState } from "../../../../../src/lanes/process/shared_state.ts";
import { channels } from "../../../../../src/runtime/channels.ts";

const pipes = channels.openPipes(Number(process.argv.at(-1)));
const frames = new SizedReader();
const buffer = new Uint8Array(65_536);

async function receive(): Promise<unknown> {
  for (;;) {
    const frame = frames.next();
    if (frame !== undefined) return decode(frame);
    const count = await pipes.readLater(buffer);
    if (count === 0) process.exit(0);
    frames.push(buffer.subarray(0, count));
  }
}

const { write } = pipes;

/** The chunks of a frame. */
function chunksOf(payload: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  writeFrame(mark, [payload], (bytes) => chunks.push(bytes.slice()));
  return chunks;
}

const greeting = await receive() as ProcessGreeting;
const mark = Uint8Array.from(greeting.mark);
writeFrame(mark, [encode([READY])], write);
const [{ ticket }] = attemptsOf(await receive() as RunMessage);
if (greeting.sharedState !== null) {
  const { claims } = openSharedState(greeting.sharedState, () => {});
  claims.begin(ticket);
}
const large = encode([VALUES, ticket, new Uint8Array(300_000), 1]);

const ways: Record<string, () => void> = {
  "answers and exits at once": () => writeFrame(mark, [large], write),
  "sends half a frame and exits": () => {
    for (const chunk of chunksOf(large).slice(0, 30)) write(chunk);
  },
  "leaves out a chunk": () => chunksOf(large).forEach((chunk, i) => i !== 7 && write(chunk)),
  "sends a frame that is too large": () => {
    const [chunk] = chunksOf(large);
    new DataView(chunk.buffer).setUint32(16, 0xffffffff);
    write(chunk);
  },
  "sends a damaged message": () => {
    const damaged = large.slice();
    damaged[1_000] ^= 1;
    writeFrame(mark, [damaged], write);
  },
  "sends garbage": () => writeFrame(mark, [Uint8Array.of(1, 2, 3)], write),
  "sends null": () => writeFrame(mark, [encode(null)], write),
  "sends messages of no known kind": () => {
    for (const message of [[], [99], "text", { a: 1 }]) writeFrame(mark, [encode(message)], write);
  },
  "answers for tasks that it was not given": () => {
    writeFrame(mark, [encode([VALUES, 12_345, "wrong", 1])], write);
  },
};
ways[process.argv[2]]();
process.exit(7);
