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

/** A subprocess of `Deno.Command`. */
export class DenoSubprocess implements Subprocess {
  readonly pid: number;
  readonly exited: Promise<SubprocessExit>;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamBYOBReader;
  #buffer = new ArrayBuffer(READ_BYTES);

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
