import process from "node:process";
import type * as Streams from "node:stream";
import { fileURLToPath } from "node:url";
import { builtin } from "../builtin.ts";
import type { SpawnOptions, Subprocess, SubprocessExit } from "../runtime.ts";

/** What is used of Bun. */
interface BunSpawn {
  spawnSync(command: string[]): { readonly exitCode: number | null };
  spawn(command: string[], options: {
    env: Readonly<Record<string, string | undefined>>;
    cwd?: string;
    stdin: "pipe";
    stdout: "pipe";
    stderr: "inherit" | "pipe";
  }): {
    readonly pid: number;
    readonly exited: Promise<number>;
    readonly exitCode: number | null;
    readonly signalCode: string | null;
    readonly stdin: {
      write(bytes: Uint8Array): unknown;
      flush(): unknown;
      end(): unknown;
      ref(): void;
      unref(): void;
    };
    readonly stdout: ReadableStream<Uint8Array>;
    readonly stderr: ReadableStream<Uint8Array> | undefined;
    kill(signal: string): void;
    ref(): void;
    unref(): void;
  };
}

/**
 * Bun's readable of a pipe can be let go of while it is being read; a stream of the web can't. That of a child that has ended
 * by the time it is asked for holds nothing, and has no such methods.
 */
interface BunReadable extends Streams.Readable {
  ref?(): void;
  unref?(): void;
}

const bun = () => (globalThis as unknown as { Bun: BunSpawn }).Bun;

/**
 * Runs a command to its end.
 *
 * @returns Whether it ended with status 0.
 */
export function succeeds(command: string, args: readonly string[]): boolean {
  try {
    return bun().spawnSync([command, ...args]).exitCode === 0;
  } catch {
    return false;
  }
}

/** A subprocess of `Bun.spawn`. */
export class BunSubprocess implements Subprocess {
  readonly pid: number;
  readonly exited: Promise<SubprocessExit>;
  readonly #child: ReturnType<BunSpawn["spawn"]>;
  readonly #output: PipeEnd;
  readonly #errors: PipeEnd | undefined;

  constructor({ command, args, env, cwd }: SpawnOptions, takesErrors: boolean) {
    this.#child = bun().spawn([command, ...args], {
      // What it would take by itself is the environment that the program began with.
      env: env ?? process.env,
      ...(cwd !== undefined &&
        { cwd: cwd instanceof URL ? fileURLToPath(cwd) : cwd }),
      stdin: "pipe",
      stdout: "pipe",
      stderr: takesErrors ? "pipe" : "inherit",
    });
    this.pid = this.#child.pid;
    this.#output = new PipeEnd(this.#child.stdout);
    this.#errors = takesErrors ? new PipeEnd(this.#child.stderr!) : undefined;
    this.exited = this.#child.exited.then(() => ({
      exitCode: this.#child.signalCode === null ? this.#child.exitCode ?? undefined : undefined,
      signal: this.#child.signalCode ?? undefined,
    }));
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { stdin } = this.#child;
    // Either may tell that it has been closed.
    await Promise.all([stdin.write(bytes), stdin.flush()]);
  }

  read(): Promise<Uint8Array | undefined> {
    return this.#output.read();
  }

  readErrors(): Promise<Uint8Array | undefined> {
    return this.#errors!.read();
  }

  closeInput(): void {
    try {
      Promise.resolve(this.#child.stdin.end()).catch(() => {});
    } catch {
      // It has closed it already.
    }
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    this.#child.kill(signal);
  }

  hold(alive: boolean): void {
    for (const part of [this.#child, this.#child.stdin, this.#output.pipe, this.#errors?.pipe]) {
      if (alive) part?.ref?.();
      else part?.unref?.();
    }
  }
}

/** The end of a pipe that is read. */
class PipeEnd {
  readonly pipe: BunReadable;
  readonly #pieces: AsyncIterator<Uint8Array, undefined>;

  constructor(pipe: ReadableStream<Uint8Array>) {
    // Loaded while the child starts.
    const { Readable } = builtin<typeof Streams>("node:stream");
    this.pipe = Readable.fromWeb(pipe as never) as BunReadable;
    // It counts who holds it, and until someone has there is nobody to let go.
    this.pipe.ref?.();
    this.#pieces = this.pipe[Symbol.asyncIterator]();
  }

  async read(): Promise<Uint8Array | undefined> {
    const { value } = await this.#pieces.next();
    return value && new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
}
