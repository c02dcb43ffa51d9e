import process from "node:process";
import { entryFile } from "../entry_file.ts";
import { launched } from "../launch.ts";
import type { ChildOptions, SpawnOptions } from "../runtime.ts";
import { succeeds } from "./subprocess.ts";

/** How a child is started. */
export function childCommand(entry: string, options: ChildOptions): SpawnOptions {
  const { command = process.execPath, args = [], env, cwd } = options;
  const words = [command, ...args, entryFile(entry)];
  const [first, ...rest] = launched(words, env, succeeds);
  return { command: first, args: rest, env, cwd };
}
