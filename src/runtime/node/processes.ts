import type { Processes } from "../runtime.ts";
import { childCommand } from "./command.ts";
import { files } from "./files.ts";
import { openPipes } from "./pipes.ts";
import { NodeSubprocess } from "./subprocess.ts";

export const processes: Processes = {
  permissions: undefined,
  childCommand,
  canLoadAny: () => true,
  canUseFiles: () => true,
  spawn: (options) => new NodeSubprocess(options),
  memory: undefined,
  files,
  openPipes,
};
