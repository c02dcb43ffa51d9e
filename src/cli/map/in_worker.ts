/**
 * What the command line does in the workers themselves.
 *
 * @module
 */
import process from "node:process";
import { divertStdout } from "../../runtime/diverted_stdout.ts";

/** Leaves standard output to results: whatever tasks print goes to standard error. */
export function leaveStdout(): void {
  // Whoever reads it may go away; the tasks go on.
  process.stderr.on("error", () => {});
  divertStdout();
}

/** The same, where a progress bar is under the cursor: what is printed takes its place. */
export function printAboveBar(): void {
  const { stderr } = process;
  const write = stderr.write.bind(stderr);
  stderr.write = ((data: string | Uint8Array, ...rest: []) => {
    write("\x1b[J");
    return write(data, ...rest);
  }) as typeof stderr.write;
  leaveStdout();
}

/**
 * Loads a module.
 *
 * @param url The module.
 * @returns The name of each of its exports, and its type as `typeof` names it.
 */
export async function exportsOf(url: string): Promise<[name: string, type: string][]> {
  return Object.entries(await import(url)).map(([name, value]) => [name, typeof value]);
}
