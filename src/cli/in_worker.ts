/**
 * What the command line does in the workers themselves.
 *
 * @module
 */
import { divertStdout } from "../runtime/diverted_stdout.ts";

/** Leaves standard output to results: whatever tasks print goes to standard error. */
export function leaveStdout(): void {
  divertStdout();
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
