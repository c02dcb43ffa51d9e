import { Checkpoint } from "@trilane/trilane/checkpoint";
import { parseArgs } from "@std/cli";
import { openSync, statSync } from "node:fs";
import { relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const HELP = `Find duplicate and near-duplicate files

Usage: duplicates [OPTIONS] [DIR]

DIR is where to look, by default a small sample that comes with this program.
Symbolic links are not followed, and folders named .git are left out.

Duplicates have the same bytes. Near-duplicates are texts (UTF-8, up to 2 MB)
that have most of their runs of four words in common.

Options:
  --threshold SHARE  How similar near-duplicates are: above 0, up to 1
                     (default 0.8)
  --workers N        How many threads, and then how many processes, work at
                     once (default: one a core)
  --checkpoint FILE  Remember in FILE what was read, and skip next time what has
                     not been changed since
  --report FILE      Write an HTML page on the run of the threads or of the
                     processes, whichever were busy longer
  --all              Show all that was found, not only the first of each kind
  -h, --help         Show this help

What was found goes to standard output, all else to standard error. Exit status:
0, 2 when the command is used wrongly, 130 when interrupted.`;

/** What the user wants. */
export interface Arguments {
  readonly root: string;
  readonly threshold: number;
  readonly workers: number | undefined;
  readonly checkpoint: { readonly path: string; readonly open: Checkpoint } | undefined;
  /** The file for the report; `descriptor` is open to be written. */
  readonly report: { readonly path: string; readonly descriptor: number } | undefined;
  readonly all: boolean;
}

/** A few texts, some of them copies and some alike. */
const SAMPLE = fileURLToPath(new URL("sample", import.meta.url));

const VALUES = ["threshold", "workers", "checkpoint", "report"] as const;
const FLAGS = ["all", "help"] as const;

/** What the user has got wrong. */
class UsageError extends Error {}

/**
 * Reads the command line, and opens what it names; answers `--help` and wrong usage itself.
 *
 * @param args The arguments.
 * @returns What to do, `undefined` when there is nothing more to do.
 */
export function parseArguments(args: string[]): Arguments | undefined {
  try {
    return parse(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nTry --help`);
    process.exitCode = 2;
    return undefined;
  }
}

function parse(args: string[]): Arguments | undefined {
  const options = parseArgs(args, {
    string: [...VALUES, "_"],
    boolean: FLAGS,
    alias: { help: "h" },
    unknown: (arg) => {
      if (arg.startsWith("-")) throw new UsageError(`Unknown option: '${arg}'`);
    },
  });
  // Else `--all=no` would mean `--all`.
  const valued = args.find((arg) => FLAGS.some((name) => arg.startsWith(`--${name}=`)));
  if (valued !== undefined) throw new UsageError(`Unknown option: '${valued}'`);
  for (const name of VALUES) {
    if (options[name] === "") throw new UsageError(`--${name} needs a value`);
  }
  if (options.help) {
    console.log(HELP);
    return undefined;
  }
  const directories = options._.map(String);
  if (directories.length > 1) {
    throw new UsageError(`DIR must be one directory: got ${directories.length} arguments`);
  }
  const root = directories[0] ?? (relative(".", SAMPLE) || ".");
  assertDirectory(root);
  const threshold = number("--threshold", options.threshold, "above 0, up to 1", isThreshold);
  const workers = number("--workers", options.workers, "a whole number from 1", isCount);
  const { checkpoint, report } = options;
  return {
    root,
    threshold: threshold ?? 0.8,
    workers,
    checkpoint: checkpoint === undefined ? undefined : {
      path: checkpoint,
      open: opened("--checkpoint", checkpoint, () => new Checkpoint(checkpoint)),
    },
    report: report === undefined ? undefined : {
      path: report,
      // Now, since it would be a pity to find out in the end.
      descriptor: opened("--report", report, () => openSync(report, "w")),
    },
    all: options.all,
  };
}

function isThreshold(share: number): boolean {
  return share > 0 && share <= 1;
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 1;
}

function number(
  name: string,
  text: string | undefined,
  allowed: string,
  isAllowed: (value: number) => boolean,
): number | undefined {
  if (text === undefined) return undefined;
  if (isAllowed(Number(text))) return Number(text);
  throw new UsageError(`${name} must be ${allowed}: got '${text}'`);
}

function opened<T>(name: string, path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new UsageError(`${name} must be writable: got '${path}': ${(error as Error).message}`);
  }
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
