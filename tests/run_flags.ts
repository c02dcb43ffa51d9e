import { mapArgs } from "../scripts/std.ts";
import { runtime } from "./harness.ts";

const flags = {
  deno: async () => ["run", "--allow-all", "--no-check", "--no-lock", ...await mapArgs()],
  bun: () => [],
  node: () => ["--import", new URL("node/setup.ts", import.meta.url).href],
};

/** What comes before a program on the command line of the runtime that runs the tests: it may do and import what they may. */
export const RUN_FLAGS: readonly string[] = await flags[runtime]();
