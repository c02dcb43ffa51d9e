/**
 * What the process tests have in common.
 *
 * @module
 */
import { assert } from "@std/assert";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  importTasks,
  type ProcessOptions,
  ProcessQueue,
  type TaskHandle,
} from "../../../../mod.ts";
import { eventually } from "../../../conformance/support.ts";
import { runtime } from "../../../harness.ts";
import { RUN_FLAGS } from "../../../run_flags.ts";
import { withFolder } from "../../../temporary_folder.ts";

export { eventually, withFolder };

/** The tasks, not loaded here. */
export const tasks = importTasks<typeof import("./tasks.ts")>(
  new URL("./tasks.ts", import.meta.url),
);

/** Runs a body with a queue that is forced to end afterwards. */
export async function withQueue(
  options: ProcessOptions,
  body: (queue: ProcessQueue) => Promise<void>,
): Promise<void> {
  const queue = new ProcessQueue(options);
  try {
    await queue.start();
    await body(queue);
  } finally {
    await queue.cancel();
  }
}

/** The lines of a file, none if it isn't there. */
export function lines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
}

/** The child that a task runs in, as it says by its progress. */
export async function childOf(handle: TaskHandle): Promise<number> {
  await eventually(() => handle.progress !== undefined || handle.done, `${handle.name} runs`);
  assert(typeof handle.progress === "number", `${handle.name} is ${handle.status}`);
  return handle.progress;
}

/** Whether a process is there, be it only as a zombie. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process runs: one that has ended may be there as a zombie until its parent, or who took its place, looks. */
export function isAlive(pid: number): boolean {
  if (!isThere(pid)) return false;
  try {
    // The state follows the name, which is in parentheses and may itself have some.
    return !/^.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // It has gone meanwhile, or the system has no such files.
    return isThere(pid);
  }
}

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** A program of `programs/` that runs on the runtime of the tests. */
export class Program {
  readonly ended: Promise<Ended>;
  readonly #child;
  readonly #stdout: Uint8Array[] = [];
  readonly #stderr: Uint8Array[] = [];

  /**
   * @param name the file's name without `.ts`; or the path of any module
   * @param args its arguments
   * @param flags Deno's options
   */
  constructor(name: string, args: string[] = [], flags: string[] = ["--allow-all"]) {
    const file = isAbsolute(name)
      ? name
      : fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
    const own = runtime === "deno" ? ["run", "--quiet", "--no-prompt", ...flags] : RUN_FLAGS;
    this.#child = spawn(process.execPath, [...own, file, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout.on("data", (bytes: Uint8Array) => this.#stdout.push(bytes));
    this.#child.stderr.on("data", (bytes: Uint8Array) => this.#stderr.push(bytes));
    this.ended = new Promise((resolve) =>
      this.#child.on("close", (code, signal) => {
        const { stdout, stderr } = this;
        resolve({ code, signal, stdout, stderr });
      })
    );
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get stdout(): Uint8Array {
    const all = new Uint8Array(this.#stdout.reduce((size, { length }) => size + length, 0));
    let at = 0;
    for (const piece of this.#stdout) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  get stderr(): string {
    return this.#stderr.map((piece) => new TextDecoder().decode(piece)).join("");
  }

  get text(): string {
    return new TextDecoder().decode(this.stdout);
  }

  kill(signal: "SIGTERM" | "SIGKILL" | "SIGINT"): void {
    this.#child.kill(signal);
  }
}

/** Arguments for `add`, so many. */
export function pairs(count: number, other: number): [number, number][] {
  return Array.from({ length: count }, (_, i) => [i, other]);
}
