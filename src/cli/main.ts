/**
 * The command line: `trilane map MODULE[#EXPORT] [INPUT…]` runs an exported function over many inputs, and
 * `trilane exec COMMAND [ARG…] ::: INPUT…` a command.
 *
 * ```sh
 * deno run -A jsr:@trilane/trilane/cli map ./tasks.ts#resize --input files.txt
 * deno run -A jsr:@trilane/trilane/cli exec convert {} {.}.png ::: *.jpg
 * ```
 *
 * @module
 */
import process from "node:process";
import { runCommandLine } from "./command_line.ts";
import { mainThread } from "./host.ts";
import { runProgram } from "./program.ts";

/**
 * Runs a command line, as the program does: prints results to standard output and everything else to standard error.
 * Tasks of `--lane async` run in the calling thread: one that loops there can't be interrupted, as it can in the program.
 *
 * @param args The arguments: `["map", "./tasks.ts#resize", "a.png", "b.png"]`.
 * @returns The exit status: 0 when all succeeded, 1 when a task failed or was cancelled, 2 when the arguments are
 * wrong, 130 when interrupted.
 *
 * @example
 * ```ts
 * import { main } from "@trilane/trilane/cli";
 *
 * console.log(await main(["--version"])); // 0
 * ```
 */
export async function main(args: readonly string[]): Promise<number> {
  return await runCommandLine(args, mainThread);
}

// Not by an exit code alone: what is still under way, such as a read of a terminal, is not waited for.
if (import.meta.main) process.exit(await runProgram(process.argv.slice(2)));
