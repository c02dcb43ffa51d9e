import type * as ChildProcesses from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { builtin } from "../builtin.ts";
import type { SpawnOptions, Subprocess, SubprocessExit } from "../runtime.ts";

/**
 * Runs a command to its end.
 *
 * @returns Whether it ended with status 0.
 */
export function succeeds(command: string, args: readonly string[]): boolean {
  const { spawnSync } = builtin<typeof ChildProcesses>("node:child_process");
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** What a command that ends by itself writes to its standard output. */
export function outputOf(command: string, args: readonly string[]): Promise<string> {
  const { execFile } = builtin<typeof ChildProcesses>("node:child_process");
  return new Promise((resolve) => {
    // It ends with an error when one of the processes that are looked at has ended.
    execFile(command, args, (_error, stdout) => resolve(stdout));
  });
}

/** A pipe's end, which can be let go of. */
interface Held {
  ref?(): void;
  unref?(): void;
}

/** A subprocess of `node:child_process`. */
export class NodeSubprocess implements Subprocess {
  readonly pid: number;
  readonly exited: Promise<SubprocessExit>;
  readonly #child: ChildProcesses.ChildProcess;
  readonly #stdin: Writable & Held;
  readonly #stdout: Readable & Held;
  readonly #stderr: (Readable & Held) | null;
  readonly #pieces: AsyncIterator<Uint8Array, undefined>;
  readonly #errors: AsyncIterator<Uint8Array, undefined> | undefined;

  constructor({ command, args, env, cwd }: SpawnOptions, takesErrors: boolean) {
    const { spawn } = builtin<typeof ChildProcesses>("node:child_process");
    const child = this.#child = spawn(command, args, {
      env,
      cwd,
      stdio: ["pipe", "pipe", takesErrors ? "pipe" : "inherit"],
    });
    // That it can't be started is told by an event, too late for who starts it.
    child.on("error", () => {});
    if (child.pid === undefined) throw new Error(`Cannot start '${command}': no such command`);
    this.pid = child.pid;
    this.#stdin = child.stdin!;
    this.#stdout = child.stdout!;
    this.#stderr = child.stderr;
    // What was not written when it ended is told by its end.
    this.#stdin.on("error", () => {});
    this.#pieces = this.#stdout[Symbol.asyncIterator]();
    this.#errors = this.#stderr?.[Symbol.asyncIterator]();
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
      });
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stdin.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }

  async read(): Promise<Uint8Array | undefined> {
    const { value } = await this.#pieces.next();
    return value;
  }

  async readErrors(): Promise<Uint8Array | undefined> {
    const { value } = await this.#errors!.next();
    return value;
  }

  closeInput(): void {
    this.#stdin.destroy();
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    this.#child.kill(signal);
  }

  hold(alive: boolean): void {
    for (const part of [this.#child, this.#stdin, this.#stdout, this.#stderr]) {
      if (alive) part?.ref?.();
      else part?.unref?.();
    }
  }
}
