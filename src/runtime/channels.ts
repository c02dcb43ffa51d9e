import process from "node:process";
import { mappedMemories } from "./bun/mapped_memory.ts";
import { openPipes as openBunPipes } from "./bun/pipes.ts";
import { files as denoFiles } from "./deno/files.ts";
import { openPipes as openDenoPipes } from "./deno/pipes.ts";
import { runtime } from "./here.ts";
import { files as nodeFiles } from "./node/files.ts";
import { openPipes as openNodePipes } from "./node/pipes.ts";
import type { ProcessChannels } from "./runtime.ts";

/**
 * What a `ProcessQueue` and its children have in common, on the runtime that the program runs on. It is apart from what starts
 * processes, which a child has no use for: every module takes it time before it is ready.
 */
export const channels: ProcessChannels = pick();

function pick(): ProcessChannels {
  switch (runtime.name) {
    case "deno":
      return { memory: undefined, files: denoFiles, openPipes: openDenoPipes };
    case "bun":
      return {
        memory: process.platform === "win32" ? undefined : mappedMemories,
        files: undefined,
        openPipes: openBunPipes,
      };
    default:
      return { memory: undefined, files: nodeFiles, openPipes: openNodePipes };
  }
}
