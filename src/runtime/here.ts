import { browser } from "./browser/runtime.ts";
import { bun } from "./bun/runtime.ts";
import { deno } from "./deno/runtime.ts";
import { node } from "./node/runtime.ts";
import type { Runtime } from "./runtime.ts";

/** The runtime that the program runs on. */
export const runtime: Runtime = pick();

/** Deno and Bun claim to be Node as well, and Deno to be a browser. */
function pick(): Runtime {
  const scope = globalThis as { Deno?: unknown; Bun?: unknown; process?: { versions?: object } };
  if (scope.Deno !== undefined) return deno;
  if (scope.Bun !== undefined) return bun;
  return scope.process?.versions !== undefined ? node : browser;
}
