import { closeSync, read, readSync } from "node:fs";
import { writeToStderrNow, writeToStdoutNow } from "../node/stdout.ts";
import { retrying, retryingLater } from "../retrying.ts";
import type { ChildPipes } from "../runtime.ts";
import { hideStdin } from "./stdin.ts";

/** A child's pipes. */
export function openPipes(descriptor: number): ChildPipes {
  hideStdin();
  return {
    readLater: (into) => retryingLater(() => readLater(descriptor, into)),
    read: (into) => retrying(() => readSync(descriptor, into)),
    write: writeToStdoutNow,
    writeError: writeToStderrNow,
    close: () => closeSync(descriptor),
  };
}

function readLater(descriptor: number, into: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, into, 0, into.length, null, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}
