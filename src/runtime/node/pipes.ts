import { read, readSync, writeSync } from "node:fs";
import { retrying, retryingLater } from "../retrying.ts";
import type { ChildPipes } from "../runtime.ts";
import { hideProcessStdin } from "../stdin.ts";

const STDIN = 0;
const STDOUT = 1;

/** A child's pipes where `node:fs` takes the numbers of descriptors: on Node and Bun. */
export function openPipes(): ChildPipes {
  return {
    read: (into) => retrying(() => readSync(STDIN, into)),
    readLater: (into) => retryingLater(() => readLater(into)),
    write(bytes) {
      for (let at = 0; at < bytes.length;) {
        const part = at === 0 ? bytes : bytes.subarray(at);
        at += retrying(() => writeSync(STDOUT, part));
      }
    },
    hide: hideProcessStdin,
  };
}

function readLater(into: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    read(STDIN, into, 0, into.length, null, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}
