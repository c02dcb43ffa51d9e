import type * as Streams from "node:stream";
import { builtin } from "./builtin.ts";

/** The number of its descriptor. */
export const STDIN = 0;

/** Gives those who ask for standard input by Node's name an empty one, the next a new one when that has been read. */
export function hideProcessStdin(): void {
  const { process } = globalThis as unknown as { process: object };
  let stdin: Streams.Readable | undefined;
  Object.defineProperty(process, "stdin", {
    configurable: true,
    get: () => stdin = stdin === undefined || stdin.destroyed ? emptyStdin() : stdin,
  });
}

function emptyStdin(): Streams.Readable {
  const { Readable } = builtin<typeof Streams>("node:stream");
  return Object.assign(Readable.from([]), { fd: STDIN, isTTY: false });
}
