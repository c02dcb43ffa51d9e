/**
 * What the command line does in the workers themselves.
 *
 * @module
 */
import process from "node:process";
import { loadModule } from "../../portable/load.ts";
import { divertStdout } from "../../runtime/diverted_stdout.ts";
import { cleaner } from "../output/cleaner.ts";

/** Leaves standard output to results: whatever tasks print goes to standard error, where it can do nothing to a terminal. */
export function leaveStdout(): void {
  printToStderr("");
}

/** The same, where a progress bar is under the cursor: what is printed takes its place. */
export function printAboveBar(): void {
  printToStderr("\x1b[J");
}

/** Sends to standard error what is printed, each piece after a text of its own. */
function printToStderr(first: string): void {
  const { stderr } = process;
  const write = stderr.write.bind(stderr);
  const clean = cleaner();
  stderr.write = ((data: string | Uint8Array, ...rest: unknown[]) => {
    const done = rest.find((part) => typeof part === "function") as (() => void) | undefined;
    return write(first + clean(data), done);
  }) as typeof stderr.write;
  // Whoever reads it may go away; the tasks go on.
  stderr.on("error", () => {});
  divertStdout();
}

/**
 * Loads a module.
 *
 * @param url The module.
 * @returns The name of each of its exports, and its type as `typeof` names it.
 */
export async function exportsOf(url: string): Promise<[name: string, type: string][]> {
  return Object.entries(await loadModule(url)).map(([name, value]) => [name, typeof value]);
}
