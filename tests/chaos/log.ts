/**
 * What attempts write down about themselves. Each task has a log of its own, to which its attempts, wherever they run, only
 * append, a line in one write: a line that is there stays, whatever happens to its writer, and the
 * order of the lines is the order in which they were written.
 *
 * @module
 */
import { appendFileSync, readFileSync } from "node:fs";
import type { Act } from "./acts.ts";

/** An attempt's function has been called. */
export interface Begin {
  readonly kind: "begin";
  readonly attempt: number;
  readonly act: Act;
  /** Its worker, which no other is called like, and how many attempts have begun there by now. */
  readonly worker: string;
  readonly turn: number;
  /** The process that it runs in. */
  readonly process: string;
}

/** An attempt is about to return. */
export interface End {
  readonly kind: "end";
  readonly attempt: number;
}

/** An attempt that began found that another was not over. */
export interface Overlap {
  readonly kind: "overlap";
  readonly attempt: number;
  readonly other: number;
}

export type Line = Begin | End | Overlap;

/** Adds a line. */
export function write(path: string, line: Line): void {
  appendFileSync(path, JSON.stringify(line) + "\n");
}

/** All lines so far; none of a task no attempt of which has begun. */
export function read(path: string): Line[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}
