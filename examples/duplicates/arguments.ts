import { statSync } from "node:fs";
import { relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HELP = `Find duplicate files and the bytes they waste

Usage: duplicates [DIR]

DIR is where to look, by default this project's own folder. Symbolic links are not followed.

Options:
  -h, --help  Show this help

The duplicates go to standard output, the progress goes to standard error. A file or directory that
can't be read is a failure in the summary. Exit status: 0, or 2 when the command is used wrongly.`;

/** What the user has got wrong. */
class UsageError extends Error {}

/**
 * Reads the command line; answers `--help` and wrong usage itself.
 *
 * @param args The arguments.
 * @returns The directory to look in, `undefined` when there is nothing more to do.
 */
export function parseArguments(args: string[]): string | undefined {
  try {
    return parse(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nTry --help`);
    process.exitCode = 2;
    return undefined;
  }
}

function parse(args: string[]): string | undefined {
  const { values, positionals, tokens } = parseArgs({
    args,
    options: { help: { type: "boolean", short: "h" } },
    allowPositionals: true,
    // The strict mode's messages differ from runtime to runtime.
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option" || (token.name === "help" && token.value === undefined)) continue;
    throw new UsageError(`Unknown option: '${args[token.index]}'`);
  }
  if (values.help) {
    console.log(HELP);
    return undefined;
  }
  if (positionals.length > 1) {
    throw new UsageError(`DIR must be one directory: got ${positionals.length} arguments`);
  }
  const root = positionals[0] ?? projectFolder();
  assertDirectory(root);
  return root;
}

function projectFolder(): string {
  const folder = fileURLToPath(new URL("../../", import.meta.url));
  return relative(process.cwd(), folder) || ".";
}

function assertDirectory(path: string): void {
  try {
    if (statSync(path).isDirectory()) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new UsageError(`DIR must exist: got '${path}'`);
    }
    throw new UsageError(`DIR must be readable: ${(error as Error).message}`);
  }
  throw new UsageError(`DIR must be a directory: got '${path}'`);
}
