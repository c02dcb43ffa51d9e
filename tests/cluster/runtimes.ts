/**
 * The runtimes, to start programs on.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { isAbsolute } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";

/** How a program is started on each. */
export const RUNTIMES: Readonly<Record<"deno" | "bun" | "node", readonly string[]>> = {
  deno: [env.TRILANE_DENO ?? "deno", "run", "--allow-all", "--no-check"],
  bun: [env.TRILANE_BUN ?? "bun"],
  node: [env.TRILANE_NODE ?? "node"],
};

/** Runs a program, by its path or that in this folder, to its end, and tells what it has printed and its status. */
export async function runProgram(
  runtime: keyof typeof RUNTIMES,
  program: string,
  ...args: string[]
): Promise<{ output: string; status: number | null }> {
  const [command, ...own] = RUNTIMES[runtime];
  const path = isAbsolute(program) ? program : fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(command!, [...own, path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => output += chunk);
  const [status] = await once(child, "close") as [number | null];
  return { output, status };
}

/** Starts a node as a program of its own, which ends when it is killed. */
export function startNode(
  runtime: keyof typeof RUNTIMES,
  port: number,
  prefix: string,
  lockDuration: number,
): ChildProcess {
  const [command, ...args] = RUNTIMES[runtime];
  const program = fileURLToPath(new URL("./programs/node.ts", import.meta.url));
  return spawn(command!, [...args, program, `${port}`, prefix, `${lockDuration}`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}
