import process from "node:process";
import { Readable } from "node:stream";

/** The number of its descriptor. */
export const STDIN = 0;

/** Gives those who ask for standard input by Node's name an empty one. */
export function hideProcessStdin(): void {
  Object.defineProperty(process, "stdin", {
    configurable: true,
    value: Object.assign(Readable.from([]), { fd: STDIN, isTTY: false }),
  });
}
