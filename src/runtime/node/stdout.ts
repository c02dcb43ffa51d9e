import { writeSync } from "node:fs";
import { retrying } from "../retrying.ts";

const STDOUT = 1;
const STDERR = 2;

/** Writes to standard output, and blocks until all is written. */
export function writeToStdoutNow(bytes: Uint8Array): void {
  writeNow(STDOUT, bytes);
}

/** Writes to standard error, and blocks until all is written. */
export function writeToStderrNow(bytes: Uint8Array): void {
  writeNow(STDERR, bytes);
}

function writeNow(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const part = at === 0 ? bytes : bytes.subarray(at);
    at += retrying(() => writeSync(descriptor, part));
  }
}
