import { countOomKills, findMemoryReader } from "../process_memory.ts";
import type { Processes } from "../runtime.ts";
import { canLoadAny, canUseFiles, childCommand, succeedsIfPermitted } from "./command.ts";
import { isGrantedAll } from "./permission.ts";
import { canBeListed } from "./permissions.ts";
import { DenoSubprocess, outputOf } from "./subprocess.ts";

export const processes: Processes = {
  permissions: { canBeListed },
  childCommand,
  canLoadAny,
  canUseFiles,
  spawn: (options, takesErrors) => new DenoSubprocess(options, takesErrors),
  findMemoryReader: () =>
    findMemoryReader({ canRead: isGrantedAll, succeeds: succeedsIfPermitted, outputOf }),
  // V8 ends so what it can't go on with, which but for a fault of its own is this.
  hadFullHeap: ({ signal }) => signal === "SIGTRAP",
  countOomKills: () => isGrantedAll() ? countOomKills() : undefined,
};
