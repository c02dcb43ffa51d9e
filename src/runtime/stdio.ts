import { read, readSync, writeSync } from "node:fs";

/** What is used of Deno's standard streams. */
interface DenoStdio {
  stdin: {
    readSync(into: Uint8Array): number | null;
    read(into: Uint8Array): Promise<number | null>;
  };
  stdout: { writeSync(bytes: Uint8Array): number };
}

const { Deno } = globalThis as unknown as { Deno?: DenoStdio };

/** Waits a moment without the event loop, which a blocking write has no use for. */
const clockwork = new Int32Array(new SharedArrayBuffer(4));

/**
 * Reads from standard input and blocks until there is something.
 *
 * @param into Where to.
 * @returns How many bytes; 0 at the end.
 */
export function readStdin(into: Uint8Array): number {
  return Deno === undefined ? retrying(() => readSync(0, into)) : Deno.stdin.readSync(into) ?? 0;
}

/**
 * Reads from standard input while the event loop runs.
 *
 * @param into Where to.
 * @returns How many bytes; 0 at the end.
 */
export async function readStdinLater(into: Uint8Array): Promise<number> {
  if (Deno !== undefined) return await Deno.stdin.read(into) ?? 0;
  return await new Promise((resolve, reject) => {
    const next = () =>
      read(0, into, 0, into.length, null, (error, count) => {
        if (error === null) resolve(count);
        else if (error.code === "EAGAIN") setTimeout(next, 1);
        else if (error.code === "EOF") resolve(0);
        else reject(error);
      });
    next();
  });
}

/**
 * Writes to standard output and blocks until all is written.
 *
 * @param bytes What to write.
 */
export function writeStdout(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const part = bytes.subarray(at);
    at += Deno === undefined ? retrying(() => writeSync(1, part)) : Deno.stdout.writeSync(part);
  }
}

/** A pipe that doesn't block says that it would have. */
function retrying(operation: () => number): number {
  for (;;) {
    try {
      return operation();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(clockwork, 0, 0, 1);
    }
  }
}
