import { writeSync } from "node:fs";
import { retrying } from "../retrying.ts";

const STDOUT = 1;

/** Writes to standard output, and blocks until all is written. */
export function writeToStdoutNow(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const part = at === 0 ? bytes : bytes.subarray(at);
    at += retrying(() => writeSync(STDOUT, part));
  }
}
