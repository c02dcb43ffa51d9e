/**
 * The command line: `trilane map MODULE#EXPORT [INPUT…]` runs an exported function over many inputs.
 *
 * ```sh
 * deno run -A jsr:@trilane/trilane/cli map ./tasks.ts#resize --input files.txt
 * ```
 *
 * @module
 */
import process from "node:process";
import config from "../../deno.json" with { type: "json" };
import { isInstance, show } from "../base/errors.ts";
import { helpText } from "./help.ts";
import { runMap } from "./map.ts";
import { readCommandLine } from "./options.ts";
import { planMap } from "./plan.ts";
import { suggestion, UsageError } from "./usage.ts";

/**
 * Runs a command line, as the program does: prints results to standard output and everything else to standard error.
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
  try {
    return await run(args);
  } catch (error) {
    if (!isInstance(error, UsageError)) throw error;
    process.stderr.write(`${error.message}\nTry --help\n`);
    return 2;
  }
}

async function run(args: readonly string[]): Promise<number> {
  const line = readCommandLine(args);
  const { values, positionals: [command] } = line;
  if (values.help || values.version) {
    await print(values.help ? helpText() : config.version);
    return 0;
  }
  if (command === "map") return await runMap(planMap(line));
  if (command === undefined) {
    throw new UsageError("A command is missing: trilane map MODULE#EXPORT");
  }
  throw new UsageError(`Unknown command: ${show(command)}${suggestion(command, ["map"])}`);
}

async function print(text: string): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
}

// Not by an exit code alone: what is still under way, such as a read of a terminal, is not waited for.
if (import.meta.main) process.exit(await main(process.argv.slice(2)));
