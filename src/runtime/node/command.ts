import process from "node:process";
import { entryFile } from "../entry_file.ts";
import { launched } from "../launch.ts";
import type { ChildOptions, SpawnOptions } from "../runtime.ts";
import { succeeds } from "./subprocess.ts";

/** Options that say what a program runs, or who looks on: a child runs a module of its own. */
const NOT_FOR_CHILDREN = /^(-[epc]$|--(eval|print|check|test|watch|inspect|env-file|run)\b)/;

/** How a child is started: with the options that this program was. */
export function childCommand(entry: string, options: ChildOptions): SpawnOptions {
  const { command = process.execPath, args = [], env, cwd } = options;
  const words = [command, ...inheritedFlags(), ...args, entryFile(entry)];
  const [first, ...rest] = launched(words, env, succeeds);
  return { command: first, args: rest, env, cwd };
}

function inheritedFlags(): string[] {
  const flags: string[] = [];
  let code = false;
  for (const flag of process.execArgv) {
    // What `-e` is followed by is the program.
    if (!code && !NOT_FOR_CHILDREN.test(flag)) flags.push(flag);
    code = /^(-[ep]|-pe|--eval|--print)$/.test(flag);
  }
  return flags;
}
