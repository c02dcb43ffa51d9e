import type { SpawnOptions, Subprocess, SubprocessExit } from "../runtime.ts";

/** How many bytes are read at a time: what a pipe holds. */
const READ_BYTES = 65_536;

/**
 * Runs a command to its end. Unlike that of `node:child_process` it takes no permission but to run it.
 *
 * @returns Whether it ended with status 0.
 */
export function succeeds(command: string, args: readonly string[]): boolean {
  try {
    const none = { stdin: "null", stdout: "null", stderr: "null" } as const;
    return new Deno.Command(command, { args: [...args], ...none }).outputSync().success;
  } catch {
    return false;
  }
}

/** What a command that ends by itself writes to its standard output. */
export async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const none = { stdin: "null", stderr: "null" } as const;
  const { stdout } = await new Deno.Command(command, { args: [...args], ...none }).output();
  return new TextDecoder().decode(stdout);
}

/** A subprocess of `Deno.Command`. */
export class DenoSubprocess implements Subprocess {
  readonly pid: number;
  readonly exited: Promise<SubprocessExit>;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: PipeEnd;
  readonly #errors: PipeEnd | undefined;

  constructor({ command, args, env, cwd }: SpawnOptions, takesErrors: boolean) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      ...(env !== undefined && { env, clearEnv: true }),
      ...(cwd !== undefined && { cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: takesErrors ? "piped" : "inherit",
    }).spawn();
    this.pid = this.#child.pid;
    this.#writer = this.#child.stdin.getWriter();
    // What was not written when it ended is told by its end.
    this.#writer.closed.catch(() => {});
    this.#output = new PipeEnd(this.#child.stdout);
    this.#errors = takesErrors ? new PipeEnd(this.#child.stderr) : undefined;
    this.exited = this.#child.status.then(({ code, signal }) => ({
      exitCode: signal === null ? code : undefined,
      signal: signal ?? undefined,
    }));
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#writer.write(bytes);
  }

  read(): Promise<Uint8Array | undefined> {
    return this.#output.read();
  }

  readErrors(): Promise<Uint8Array | undefined> {
    return this.#errors!.read();
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

/** The end of a pipe that is read, always into the same memory. */
class PipeEnd {
  readonly #reader: ReadableStreamBYOBReader;
  #buffer = new ArrayBuffer(READ_BYTES);

  constructor(pipe: ReadableStream<Uint8Array>) {
    this.#reader = pipe.getReader({ mode: "byob" });
  }

  async read(): Promise<Uint8Array | undefined> {
    const { value } = await this.#reader.read(new Uint8Array(this.#buffer));
    if (value === undefined || value.byteLength === 0) return undefined;
    this.#buffer = value.buffer;
    return value;
  }
}
