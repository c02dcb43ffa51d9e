import { TrilaneError } from "../base/errors.ts";
import { processes as bun } from "./bun/processes.ts";
import { processes as deno } from "./deno/processes.ts";
import { runtime } from "./here.ts";
import { processes as node } from "./node/processes.ts";
import type { Processes } from "./runtime.ts";

/** The processes of the runtime that the program runs on. */
export const processes: Processes = pick();

function pick(): Processes {
  if (runtime.name === "browser") {
    throw new TrilaneError("A ProcessQueue needs subprocesses: browsers have none");
  }
  return { deno, bun, node }[runtime.name];
}
