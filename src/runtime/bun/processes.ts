import { outputOf } from "../node/subprocess.ts";
import { countOomKills, findMemoryReader } from "../process_memory.ts";
import type { Processes } from "../runtime.ts";
import { CHILD_MARK, childCommand } from "./command.ts";
import { takeOver } from "./compiled.ts";
import { BunSubprocess, succeeds } from "./subprocess.ts";

export const processes: Processes = {
  permissions: undefined,
  childCommand,
  takeOver: (run) => takeOver(CHILD_MARK, run),
  canLoadAny: () => true,
  canUseFiles: () => true,
  spawn: (options, takesErrors) => new BunSubprocess(options, takesErrors),
  findMemoryReader: () => findMemoryReader({ canRead: () => true, succeeds, outputOf }),
  // Its heap has no limit of its own; what it can't have it throws.
  hadFullHeap: () => false,
  countOomKills,
};
