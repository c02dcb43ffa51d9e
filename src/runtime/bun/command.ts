import process from "node:process";
import { TrilaneError } from "../../base/errors.ts";
import { entryFile } from "../entry_file.ts";
import { launched } from "../launch.ts";
import type { ChildOptions, SpawnOptions } from "../runtime.ts";
import { isCompiled } from "./compiled.ts";
import { succeeds } from "./subprocess.ts";

/** Comes before the number of the pipe on the command line of a compiled program that is started as a child. */
export const CHILD_MARK = "--trilane-child";

/** How a child is started. */
export function childCommand(entry: string, options: ChildOptions): SpawnOptions {
  const { env, cwd } = options;
  const [first, ...rest] = launched(wordsFor(entry, options), env, succeeds);
  return { command: first, args: rest, env, cwd };
}

function wordsFor(entry: string, { command, args = [] }: ChildOptions): string[] {
  if (!isCompiled(entry)) return [command ?? process.execPath, ...args, entryFile(entry)];
  if (command === undefined && args.length === 0) return [process.execPath, CHILD_MARK];
  throw new TrilaneError(
    "Cannot start a child: a compiled program can start itself alone, with no options for the runtime. " +
      "Leave out 'command' and 'args' of the option 'context'",
  );
}
