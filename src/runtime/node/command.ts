import { resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
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

/** Options that the program follows. */
const CODE = /^(-[ep]|-pe|--eval|--print)$/;

/** Options that name a module to load before: from the current folder on, which may be another one in a child. */
const BEFORE = /^(-r|--require|--import|--loader|--experimental-loader)$/;

function inheritedFlags(): string[] {
  const flags: string[] = [];
  let last = "";
  for (const flag of process.execArgv) {
    const [name, value] = flag.split(/=(.*)/s, 2) as [string, string?];
    // What `-e` is followed by is the program.
    const isForChildren = !CODE.test(last) && !NOT_FOR_CHILDREN.test(flag);
    if (BEFORE.test(last)) flags.push(located(flag, last));
    else if (BEFORE.test(name) && value !== undefined) {
      flags.push(`${name}=${located(value, name)}`);
    } else if (isForChildren) flags.push(flag);
    last = flag;
  }
  return flags;
}

/** Where a module is, whatever the current folder. */
function located(module: string, option: string): string {
  if (!/^\.\.?[\\/]/.test(module)) return module;
  const path = resolve(module);
  return /^-r$|require/.test(option) ? path : pathToFileURL(path).href;
}
