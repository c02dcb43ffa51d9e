/**
 * What the checkpoint tests have in common: programs, and a record in memory.
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Recorder, Success } from "../../../mod.ts";

export { eventually, reported } from "../../conformance/support.ts";
export { lines, withFolder } from "../lanes/process/support.ts";

/** Remembers successes, and how often it was told of some. */
export class MemoryRecorder implements Recorder {
  readonly values = new Map<string, unknown>();
  /** How many came together, each time. */
  readonly batches: number[] = [];
  /** Called first. */
  onRecord: () => void = () => {};

  lookupAll(namespace: string, keys: readonly string[]): ({ value: unknown } | undefined)[] {
    const entries = keys.map((key) => `${namespace} ${key}`);
    return entries.map((entry) =>
      this.values.has(entry) ? { value: this.values.get(entry) } : undefined
    );
  }

  recordAll(successes: readonly Success[]): void {
    this.onRecord();
    this.batches.push(successes.length);
    for (const { namespace, key, value } of successes) {
      this.values.set(`${namespace} ${key}`, value);
    }
  }
}

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly text: string;
}

/**
 * Starts a program of `programs/` on the runtime of the tests.
 *
 * @param name the file's name without `.ts`
 * @param args its arguments
 * @param permissions what it may do on Deno
 */
export function start(name: string, args: readonly string[], permissions = ["--allow-all"]) {
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  const words = "Deno" in globalThis
    ? ["run", "--quiet", "--no-prompt", ...permissions, file]
    : [file];
  const child = spawn(process.execPath, [...words, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (data) => text += data);
  child.stderr.on("data", (data) => text += data);
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal, text }))
  );
  return { ended, kill: () => child.kill("SIGKILL") };
}
