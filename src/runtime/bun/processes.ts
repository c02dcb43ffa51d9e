import process from "node:process";
import type { Processes } from "../runtime.ts";
import { CHILD_MARK, childCommand } from "./command.ts";
import { takeOver } from "./compiled.ts";
import { mappedMemories } from "./mapped_memory.ts";
import { openPipes } from "./pipes.ts";
import { BunSubprocess } from "./subprocess.ts";

export const processes: Processes = {
  permissions: undefined,
  childCommand,
  takeOver: (run) => takeOver(CHILD_MARK, run),
  canLoadAny: () => true,
  canUseFiles: () => true,
  spawn: (options) => new BunSubprocess(options),
  memory: process.platform === "win32" ? undefined : mappedMemories,
  files: undefined,
  openPipes,
};
