import type * as Fs from "node:fs";
import type * as Net from "node:net";
import type { Readable, Writable } from "node:stream";
import type * as Tty from "node:tty";
import { builtin } from "../builtin.ts";
import { retrying } from "../retrying.ts";
import { STDIN } from "../stdin.ts";

const OUTPUTS = { stdout: 1, stderr: 2 } as const;

/** A thread's stream, which writes by one method. */
interface ThreadOutput extends Writable {
  _writev(chunks: readonly Chunk[], done: (error?: Error) => void): void;
}

interface Chunk {
  readonly chunk: string | Uint8Array;
  readonly encoding: BufferEncoding;
}

const { process, Buffer } = globalThis as unknown as {
  process: Record<keyof typeof OUTPUTS, ThreadOutput>;
  Buffer: { from(text: string, encoding: BufferEncoding): Uint8Array };
};

/**
 * Has a thread write to standard output and error by itself. Node would have the main thread do it: what is on the way when
 * the thread is ended would be lost, and a reader that has gone away would end the program.
 */
export function writeDirectly(): void {
  const { writeSync } = builtin<typeof Fs>("node:fs");
  for (const name of ["stdout", "stderr"] as const) {
    const stream = process[name];
    // A failure is told to who writes; without a listener it would end the thread as well.
    stream.on("error", () => {});
    stream._writev = (chunks, done) => {
      try {
        for (const { chunk, encoding } of chunks) {
          const bytes = typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk;
          for (let at = 0; at < bytes.length;) {
            const part = bytes.subarray(at);
            at += retrying(() => writeSync(OUTPUTS[name], part));
          }
        }
        done();
      } catch (error) {
        done(error as Error);
      }
    };
  }
}

/** Has a thread read standard input by itself, which Node gives the main thread alone. */
export function readDirectly(): void {
  Object.defineProperty(process, "stdin", { value: inputOf(STDIN), configurable: true });
}

/** What reads without keeping the program from its end, which a blocking read in a thread of Node's would do. */
function inputOf(descriptor: number): Readable {
  const { createReadStream, fstatSync } = builtin<typeof Fs>("node:fs");
  const { Socket } = builtin<typeof Net>("node:net");
  const { isatty, ReadStream } = builtin<typeof Tty>("node:tty");
  if (isatty(descriptor)) return new ReadStream(descriptor);
  const kind = fstatSync(descriptor);
  if (kind.isFIFO() || kind.isSocket()) return new Socket({ fd: descriptor, writable: false });
  return createReadStream("", { fd: descriptor, autoClose: false });
}
