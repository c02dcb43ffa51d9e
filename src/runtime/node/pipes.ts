import type * as Net from "node:net";
import { builtin } from "../builtin.ts";
import type { ChildPipes } from "../runtime.ts";
import { hideProcessStdin } from "../stdin.ts";
import { writeToStderrNow, writeToStdoutNow } from "./stdout.ts";

/**
 * A child's pipes. It reads by the event loop alone: a blocking read in a thread of Node's would keep the child from
 * exiting until something comes, and the socket that doesn't can't be read otherwise.
 */
export function openPipes(descriptor: number): ChildPipes {
  hideProcessStdin();
  const { Socket } = builtin<typeof Net>("node:net");
  const input = new Socket({ fd: descriptor, readable: true, writable: false });
  // One that fails has ended.
  input.on("error", () => {});
  return {
    async readLater(into) {
      while (input.readableLength === 0) {
        if (input.readableEnded || input.destroyed) return 0;
        await somethingOf(input);
      }
      const bytes: Uint8Array = input.read(Math.min(into.length, input.readableLength));
      into.set(bytes);
      return bytes.length;
    },
    write: writeToStdoutNow,
    writeError: writeToStderrNow,
    close: () => void input.destroy(),
  };
}

/** Waits until there is something to read, or nothing more will come. */
function somethingOf(input: Net.Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of EVENTS) input.off(event, done);
      resolve();
    };
    for (const event of EVENTS) input.on(event, done);
    // Only then does a socket begin to read.
    input.read(0);
  });
}

const EVENTS = ["readable", "end", "close"];
