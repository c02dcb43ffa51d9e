import { Checkpoint } from "@trilane/trilane/checkpoint";
import { openSync, statSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";

const HELP = `Find duplicate and near-duplicate files

Usage: duplicates [OPTIONS] [DIR]

DIR is where to look, by default the current folder. Symbolic links are not
followed, and folders named .git are left out.

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

const OPTIONS = {
  threshold: { type: "string" },
  workers: { type: "string" },
  checkpoint: { type: "string" },
  report: { type: "string" },
  all: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

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
  const { values, positionals, tokens } = parseArgs({
    args,
    options: OPTIONS,
    allowPositionals: true,
    // The strict mode's messages differ from runtime to runtime.
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(OPTIONS, token.name)
      ? OPTIONS[token.name as keyof typeof OPTIONS]
      : undefined;
    if (option === undefined || (option.type === "boolean" && token.value !== undefined)) {
      throw new UsageError(`Unknown option: '${args[token.index]}'`);
    }
    if (option.type === "string" && !token.value) {
      throw new UsageError(`${token.rawName} needs a value`);
    }
  }
  if (values.help) {
    console.log(HELP);
    return undefined;
  }
  if (positionals.length > 1) {
    throw new UsageError(`DIR must be one directory: got ${positionals.length} arguments`);
  }
  const [root = "."] = positionals;
  assertDirectory(root);
  const threshold = number("--threshold", values.threshold, "above 0, up to 1", isThreshold);
  const workers = number("--workers", values.workers, "a whole number from 1", isCount);
  const { checkpoint, report } = values as { checkpoint?: string; report?: string };
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
    all: values.all === true,
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
  text: unknown,
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
