import type { Syntax } from "./read.ts";

/** What a command looks like to the user. */
export interface CommandShape extends Syntax {
  /** How it is written. */
  readonly usage: string;
  /** What it does, on one line. */
  readonly summary: string;
  /** What else there is to know of it. */
  readonly description: string;
  /** What its words may be, for the completions of shells. */
  readonly words: "file" | "command" | readonly string[];
}

/** All commands, by their names. */
export type CommandShapes = Readonly<Record<string, CommandShape>>;
