import process from "node:process";
import type { Processes } from "../runtime.ts";
import { childCommand, takeChildMark } from "./command.ts";
import { mappedMemories } from "./mapped_memory.ts";
import { openPipes } from "./pipes.ts";
import { BunSubprocess } from "./subprocess.ts";

export const processes: Processes = {
  permissions: undefined,
  childCommand,
  takeChildMark,
  canLoadAny: () => true,
  canUseFiles: () => true,
  spawn: (options) => new BunSubprocess(options),
  memory: process.platform === "win32" ? undefined : mappedMemories,
  files: undefined,
  openPipes,
};
