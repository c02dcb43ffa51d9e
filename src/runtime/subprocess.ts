import process from "node:process";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** How a subprocess is started. */
export interface SpawnOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; the parent's own if left out. */
  readonly env: Readonly<Record<string, string>> | undefined;
  readonly cwd: string | URL | undefined;
}

/** How a subprocess ended. */
export interface SubprocessExit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** A subprocess with pipes to its standard input and output; its standard error is the parent's. */
export interface Subprocess {
  readonly pid: number;
  /** Resolves when it has ended and been reaped. */
  readonly exited: Promise<SubprocessExit>;
  /** Writes to its standard input; resolves when that is done, rejects when it has closed it. */
  write(bytes: Uint8Array): Promise<void>;
  /** Reads from its standard output; `undefined` at its end. The bytes are valid until the next call. */
  read(): Promise<Uint8Array | undefined>;
  /** Closes its standard input. */
  closeInput(): void;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Whether it keeps the program alive. */
  hold(alive: boolean): void;
}

/** So many bytes are read at a time: what a pipe holds. */
const READ_SIZE = 65_536;

/**
 * Starts a subprocess, with what the runtime has for it: `Deno.Command` or `Bun.spawn`.
 *
 * @param options How.
 * @returns The subprocess.
 * @throws When it can't be started: no such command, not permitted.
 */
export function spawn(options: SpawnOptions): Subprocess {
  const { Bun } = globalThis as unknown as { Bun?: BunSpawn };
  return Bun === undefined ? new DenoSubprocess(options) : new BunSubprocess(Bun, options);
}

/**
 * Runs a command to its end. Unlike that of `node:child_process` on Deno it takes no permission but to run it.
 *
 * @param command What.
 * @param args Its arguments.
 * @returns Whether it ended with status 0.
 */
export function succeeds(command: string, args: readonly string[]): boolean {
  const { Bun } = globalThis as unknown as { Bun?: BunSpawn };
  const none = { stdin: "null", stdout: "null", stderr: "null" } as const;
  try {
    return Bun === undefined
      ? new Deno.Command(command, { args: [...args], ...none }).outputSync().success
      : Bun.spawnSync([command, ...args]).exitCode === 0;
  } catch {
    return false;
  }
}

class DenoSubprocess implements Subprocess {
  readonly pid: number;
  readonly exited: Promise<SubprocessExit>;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamBYOBReader;
  #buffer = new ArrayBuffer(READ_SIZE);

  constructor({ command, args, env, cwd }: SpawnOptions) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      ...(env !== undefined && { env, clearEnv: true }),
      ...(cwd !== undefined && { cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.pid = this.#child.pid;
    this.#writer = this.#child.stdin.getWriter();
    // What was not written when it ended is told by its end.
    this.#writer.closed.catch(() => {});
    this.#reader = this.#child.stdout.getReader({ mode: "byob" });
    this.exited = this.#child.status.then(({ code, signal }) => ({
      exitCode: signal === null ? code : undefined,
      signal: signal ?? undefined,
    }));
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#writer.write(bytes);
  }

  async read(): Promise<Uint8Array | undefined> {
    const { value } = await this.#reader.read(new Uint8Array(this.#buffer));
    if (value === undefined || value.byteLength === 0) return undefined;
    this.#buffer = value.buffer;
    return value;
  }

  closeInput(): void {
    this.#writer.abort().catch(() => {});
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended already.
    }
  }

  hold(alive: boolean): void {
    if (alive) this.#child.ref();
    else this.#child.unref();
  }
}

/** What is used of Bun. */
interface BunSpawn {
  spawnSync(command: string[]): { readonly exitCode: number | null };
  spawn(command: string[], options: {
    env: Readonly<Record<string, string | undefined>>;
    cwd?: string;
    stdin: "pipe";
    stdout: "pipe";
    stderr: "inherit";
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
    kill(signal: string): void;
    ref(): void;
    unref(): void;
  };
}

/**
 * Bun's readable of a pipe can be let go of while it is being read; a stream of the web can't. That of a child that has ended
 * by the time it is asked for holds nothing, and has no such methods.
 */
interface BunReadable extends Readable {
  ref?(): void;
  unref?(): void;
}

class BunSubprocess implements Subprocess {
  readonly pid: number;
  readonly exited: Promise<SubprocessExit>;
  readonly #child: ReturnType<BunSpawn["spawn"]>;
  readonly #stdout: BunReadable;
  readonly #pieces: AsyncIterator<Uint8Array, undefined>;

  constructor(Bun: BunSpawn, { command, args, env, cwd }: SpawnOptions) {
    this.#child = Bun.spawn([command, ...args], {
      // What it would take by itself is the environment that the program began with.
      env: env ?? process.env,
      ...(cwd !== undefined &&
        { cwd: cwd instanceof URL ? fileURLToPath(cwd) : cwd }),
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    this.pid = this.#child.pid;
    this.#stdout = Readable.fromWeb(this.#child.stdout as never) as BunReadable;
    // It counts who holds it, and until someone has there is nobody to let go.
    this.#stdout.ref?.();
    this.#pieces = this.#stdout[Symbol.asyncIterator]();
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

  async read(): Promise<Uint8Array | undefined> {
    const { value } = await this.#pieces.next();
    return value && new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
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
    for (const part of [this.#child, this.#child.stdin, this.#stdout]) {
      if (alive) part.ref?.();
      else part.unref?.();
    }
  }
}
