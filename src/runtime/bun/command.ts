import process from "node:process";
import { fileURLToPath } from "node:url";
import { deathSignal } from "../death_signal.ts";
import type { ChildOptions, SpawnOptions } from "../runtime.ts";
import { succeeds } from "./subprocess.ts";

/** How a child is started. */
export function childCommand(entry: string, options: ChildOptions): SpawnOptions {
  const { command = process.execPath, args = [], env, cwd } = options;
  const [first, ...rest] = [...deathSignal(succeeds), command, ...args, fileURLToPath(entry)];
  return { command: first, args: rest, env, cwd };
}
