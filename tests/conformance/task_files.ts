/**
 * What tasks use of `node:fs`, loaded once one does: on Deno it takes a third of a thread's start.
 *
 * @module
 */
import type * as Fs from "node:fs";
import { builtin } from "../../src/runtime/builtin.ts";

/** Adds text to a file. */
export function appendFileSync(path: string, text: string): void {
  builtin<typeof Fs>("node:fs").appendFileSync(path, text);
}

/** Whether there is a file or a folder. */
export function existsSync(path: string): boolean {
  return builtin<typeof Fs>("node:fs").existsSync(path);
}
