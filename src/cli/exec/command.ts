import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { currentTask } from "../../task/context.ts";

/** What a command has written. */
export interface CommandOutput {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** A command that did not end with status 0. */
export class CommandError extends Error {
  /** `"CommandError"` */
  override name = "CommandError";
  /** Its exit status, if it had one. */
  readonly exitCode: number | undefined;
  /** The signal that ended it, if one did. */
  readonly signal: string | undefined;
  /** What it has written until then. */
  readonly output: CommandOutput;

  constructor(
    message: string,
    output: CommandOutput,
    end: { readonly exitCode?: number; readonly signal?: string } = {},
  ) {
    super(message);
    this.output = output;
    this.exitCode = end.exitCode;
    this.signal = end.signal;
  }
}

/** From `SIGTERM` to `SIGKILL`. */
const KILL_AFTER_MS = 1_000;

/** What a command's own children hold open is not waited for longer than this after the last that they wrote. */
const LINGER_MS = 250;

/** Runs commands, and knows those that run. */
export class Commands {
  readonly #running = new Set<RunningCommand>();

  /**
   * Runs a command, for the task that calls this: in a process group of its own, with no input.
   *
   * @param words Its words.
   * @returns What it has written.
   * @throws {CommandError} (rejects) When it can't be started or does not end with status 0.
   */
  async run(words: readonly string[]): Promise<CommandOutput> {
    const { signal } = currentTask();
    signal.throwIfAborted();
    const command = new RunningCommand(words);
    this.#running.add(command);
    const stop = () => command.stop();
    signal.addEventListener("abort", stop);
    try {
      return await command.ended;
    } finally {
      signal.removeEventListener("abort", stop);
      this.#running.delete(command);
    }
  }

  /** Kills all that run, at once. */
  kill(): void {
    for (const command of this.#running) command.kill();
  }

  /** Waits until none runs. */
  async gone(): Promise<void> {
    await Promise.allSettled(Array.from(this.#running, ({ ended }) => ended));
  }
}

/** One command while it runs. */
class RunningCommand {
  readonly ended: Promise<CommandOutput>;
  readonly #child: ChildProcess;
  readonly #chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  #lastOutput = 0;
  #killTimer: ReturnType<typeof setTimeout> | undefined;
  #lingerTimer: ReturnType<typeof setTimeout> | undefined;

  constructor([command, ...args]: readonly string[]) {
    const { promise, resolve, reject } = Promise.withResolvers<CommandOutput>();
    this.ended = promise;
    this.#child = spawn(command, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.#collect("stdout");
    this.#collect("stderr");
    const end = (exitCode: number | null, signal: string | null) => {
      // What is left of its group is to end with it.
      if (this.#killTimer !== undefined) this.kill();
      clearTimeout(this.#killTimer);
      clearTimeout(this.#lingerTimer);
      const output = this.#output();
      if (exitCode === 0) return resolve(output);
      const how = signal === null ? `Exited with status ${exitCode}` : `Killed by ${signal}`;
      reject(
        new CommandError(how, output, {
          exitCode: exitCode ?? undefined,
          signal: signal ?? undefined,
        }),
      );
    };
    this.#child.on("error", (error) => {
      clearTimeout(this.#killTimer);
      const { code, message } = error as Error & { code?: string };
      const why = code === "ENOENT" ? "there is no such command" : message;
      reject(new CommandError(`Cannot run '${command}': ${why}`, this.#output()));
    });
    this.#child.on("close", end);
    this.#child.on("exit", (exitCode, signal) => this.#linger(() => end(exitCode, signal)));
  }

  /** Ends it, by force if it doesn't end by itself. */
  stop(): void {
    this.#signal("SIGTERM");
    this.#killTimer ??= setTimeout(() => this.kill(), KILL_AFTER_MS);
  }

  kill(): void {
    this.#signal("SIGKILL");
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // All of the group are gone.
    }
  }

  #collect(name: "stdout" | "stderr"): void {
    this.#child[name]!.on("data", (bytes: Uint8Array) => {
      this.#chunks[name].push(bytes);
      this.#lastOutput = performance.now();
    });
    this.#child[name]!.on("error", () => {});
  }

  /** It has exited, but what it has started may hold its output open. */
  #linger(end: () => void): void {
    const exitedAt = performance.now();
    const wait = () => {
      const left = Math.max(exitedAt, this.#lastOutput) + LINGER_MS - performance.now();
      if (left > 0) {
        this.#lingerTimer = setTimeout(wait, left);
        return;
      }
      this.#child.stdout!.destroy();
      this.#child.stderr!.destroy();
      end();
    };
    wait();
  }

  #output(): CommandOutput {
    return { stdout: joined(this.#chunks.stdout), stderr: joined(this.#chunks.stderr) };
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0];
  const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
