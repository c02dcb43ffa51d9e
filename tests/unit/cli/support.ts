/**
 * What the tests of the command line have in common: it is run as a program, as users run it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../../harness.ts";

const program = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const folder = fileURLToPath(new URL(".", import.meta.url));

export { isAlive, withFolder } from "../lanes/process/support.ts";

/** The lanes. */
export const lanes = ["async", "thread", "process"] as const;

/** How the program ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How it is run. */
export interface RunOptions {
  /** What its standard input holds. Default: nothing; `"open"` leaves it open. */
  readonly stdin?: string | Uint8Array | "open";
  /** Deno's permissions. */
  readonly permissions?: readonly string[];
  /** The current folder. Default: that of the tests. */
  readonly cwd?: string;
  /** Environment variables to add. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The words that run the command line, without its arguments. */
export function command(permissions: readonly string[] = ["--allow-all"]): [string, ...string[]] {
  const flags = runtime === "deno" ? ["run", "--quiet", "--no-prompt", ...permissions] : [];
  return [process.execPath, ...flags, program];
}

/** The command line while it runs. */
export class Cli {
  readonly ended: Promise<Ended>;
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  #onOutput: (() => void)[] = [];

  constructor(args: readonly string[], options: RunOptions = {}) {
    const { stdin = "", permissions, cwd = folder } = options;
    const [first, ...words] = command(permissions);
    const env = { ...process.env, ...options.env };
    this.child = spawn(first, [...words, ...args], { cwd, env });
    this.#collect("stdout");
    this.#collect("stderr");
    // It may end without having read all.
    this.child.stdin!.on("error", () => {});
    if (stdin !== "open") this.child.stdin!.end(stdin);
    this.ended = new Promise((resolve) => {
      this.child.on("close", (status, signal) => {
        const { stdout, stderr } = this;
        resolve({ status, signal, stdout, stderr });
        this.#tell();
      });
    });
  }

  /** Waits until it has printed that; fails when it ends without. */
  async until(stream: "stdout" | "stderr", text: string): Promise<void> {
    while (!this[stream].includes(text)) {
      const over = this.child.exitCode !== null || this.child.signalCode !== null;
      if (over) throw new Error(`It ended without '${text}': ${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.#onOutput.push(resolve));
    }
  }

  /** Sends a signal. (On Deno `child.kill` would make `close` tell of it instead of the status.) */
  kill(signal: "SIGINT" | "SIGTERM"): void {
    process.kill(this.child.pid!, signal);
  }

  #collect(name: "stdout" | "stderr"): void {
    const decoder = new TextDecoder();
    this.child[name]!.on("data", (bytes: Uint8Array) => {
      this[name] += decoder.decode(bytes, { stream: true });
      this.#tell();
    });
  }

  #tell(): void {
    for (const resolve of this.#onOutput.splice(0)) resolve();
  }
}

/** Runs the command line to its end. */
export function cli(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return new Cli(args, options).ended;
}

/** A line of the format `jsonl`, without what differs from run to run. */
export interface Line {
  readonly input: unknown;
  readonly status: string;
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly stack?: string };
  readonly attempts: number;
  readonly duration: number;
}

/** The lines of standard output. */
export function jsonLines({ stdout }: { readonly stdout: string }): Line[] {
  return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** Runs it in the format `values` and returns these. */
export async function values(args: readonly string[], options?: RunOptions): Promise<string[]> {
  const { stdout, stderr, status } = await cli([...args, "--output", "values"], options);
  assertEquals(status, 0, stderr);
  return stdout.split("\n").slice(0, -1);
}
