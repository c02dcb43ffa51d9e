import { read, readSync, writeSync } from "node:fs";
import process from "node:process";
import { Readable } from "node:stream";
import { sleepSync } from "./sleep.ts";

/** What is used of Deno's standard streams. */
interface DenoStdio {
  stdin: {
    readSync(into: Uint8Array): number | null;
    read(into: Uint8Array): Promise<number | null>;
  };
  stdout: { writeSync(bytes: Uint8Array): number };
}

const { Deno } = globalThis as unknown as { Deno?: DenoStdio };
const stdin = Deno && {
  readSync: Deno.stdin.readSync.bind(Deno.stdin),
  read: Deno.stdin.read.bind(Deno.stdin),
};
const stdout = Deno && { writeSync: Deno.stdout.writeSync.bind(Deno.stdout) };

/**
 * Reads from standard input and blocks until there is something.
 *
 * @param into Where to.
 * @returns How many bytes; 0 at the end.
 */
export function readStdin(into: Uint8Array): number {
  return retrying(() => stdin === undefined ? readSync(0, into) : stdin.readSync(into) ?? 0);
}

/**
 * Reads from standard input while the event loop runs.
 *
 * @param into Where to.
 * @returns How many bytes; 0 at the end.
 */
export async function readStdinLater(into: Uint8Array): Promise<number> {
  for (;;) {
    try {
      return stdin === undefined ? await readLater(into) : await stdin.read(into) ?? 0;
    } catch (error) {
      if (isEnd(error)) return 0;
      if (!wouldBlock(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

function readLater(into: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    read(0, into, 0, into.length, null, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}

/**
 * Writes to standard output and blocks until all is written.
 *
 * @param bytes What to write.
 */
export function writeStdout(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const part = at === 0 ? bytes : bytes.subarray(at);
    at += retrying(() => stdout === undefined ? writeSync(1, part) : stdout.writeSync(part));
  }
}

/**
 * Gives those who ask for standard input by the usual names an empty one, so that they can't take what isn't meant for
 * them. The functions above read the real one.
 */
export function hideStdin(): void {
  Object.defineProperty(process, "stdin", {
    configurable: true,
    value: Object.assign(Readable.from([]), { fd: 0, isTTY: false }),
  });
  if (Deno !== undefined) {
    Object.defineProperties(Deno.stdin, {
      readSync: { value: () => null },
      read: { value: () => Promise.resolve(null) },
      readable: { value: new Blob([]).stream() },
    });
    return;
  }
  const { Bun } = globalThis as unknown as { Bun: object };
  Object.defineProperty(Bun, "stdin", { value: new Blob([]) });
}

/** A pipe says that it would have blocked when someone who has it too has made it so. */
function retrying(operation: () => number): number {
  for (;;) {
    try {
      return operation();
    } catch (error) {
      if (isEnd(error)) return 0;
      if (!wouldBlock(error)) throw error;
      sleepSync(1);
    }
  }
}

function isEnd(error: unknown): boolean {
  return (error as { code?: string }).code === "EOF";
}

function wouldBlock(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  return code === "EAGAIN" || name === "WouldBlock";
}
