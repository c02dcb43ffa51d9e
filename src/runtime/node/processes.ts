import { countOomKills, findMemoryReader } from "../process_memory.ts";
import type { Processes } from "../runtime.ts";
import { childCommand } from "./command.ts";
import { NodeSubprocess, outputOf, succeeds } from "./subprocess.ts";

export const processes: Processes = {
  permissions: undefined,
  childCommand,
  canLoadAny: () => true,
  canUseFiles: () => true,
  spawn: (options, takesErrors) => new NodeSubprocess(options, takesErrors),
  findMemoryReader: () => findMemoryReader({ canRead: () => true, succeeds, outputOf }),
  // It aborts then, but a task can have it abort too.
  hadFullHeap: () => false,
  countOomKills,
};
