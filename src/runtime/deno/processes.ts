import type { Processes } from "../runtime.ts";
import { canLoadAny, canUseFiles, childCommand } from "./command.ts";
import { files } from "./files.ts";
import { canBeListed } from "./permissions.ts";
import { openPipes } from "./pipes.ts";
import { DenoSubprocess } from "./subprocess.ts";

export const processes: Processes = {
  permissions: { canBeListed },
  childCommand,
  canLoadAny,
  canUseFiles,
  spawn: (options) => new DenoSubprocess(options),
  memory: undefined,
  files,
  openPipes,
};
