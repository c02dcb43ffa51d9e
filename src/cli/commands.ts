import { show } from "../base/errors.ts";
import { serve } from "./cluster/serve.ts";
import { CommandTemplate } from "./exec/template.ts";
import { ExecWork } from "./exec/work.ts";
import type { Host } from "./host.ts";
import { separate } from "./input/links.ts";
import { type Origin, readsStdin } from "./input/source.ts";
import { readTarget } from "./map/plan.ts";
import { MapWork } from "./map/work.ts";
import type { CommandShape } from "./options/command_shape.ts";
import { completionScript, SHELLS } from "./options/completions.ts";
import { type OptionName, OPTIONS, type OptionValues } from "./options/options.ts";
import type { CommandLine } from "./options/read.ts";
import { suggestion, UsageError } from "./options/usage.ts";
import { print } from "./output/print.ts";
import { dryRun } from "./run/dry_run.ts";
import { type RunPlan, runToEnd } from "./run/run.ts";

/** A command: the first word of a command line. */
export interface Command extends CommandShape {
  /**
   * Runs it.
   *
   * @param line What the user has typed after its name.
   * @param host The process.
   * @returns The exit status.
   */
  run(line: CommandLine, host: Host): Promise<number>;
}

/** Options that only one of the commands has. */
const MAP_OPTIONS: readonly OptionName[] = [
  ...["lane", "batch", "permissions", "memory-limit", "cluster", "name"] as const,
];
const EXEC_OPTIONS: readonly OptionName[] = ["shell"];
const SERVE_OPTIONS: readonly OptionName[] = [
  ...["redis", "name", "lane", "workers", "permissions", "memory-limit", "help"] as const,
];

const names = Object.keys(OPTIONS) as OptionName[];

/** All commands, by their names. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  map: {
    usage: "trilane map MODULE[#EXPORT] [INPUT…] [OPTION…]",
    summary: "Run an exported function over many inputs",
    description:
      `MODULE is a path from the current folder, or a URL; EXPORT is "default" if it is left out. The
inputs are the arguments, else the lines of --input FILE or of standard input. Each is given to the
function as a string; an empty line is an empty string. Memory does not grow with the input.`,
    words: "file",
    names: names.filter((name) => !EXEC_OPTIONS.includes(name) && name !== "redis"),
    optionsFirst: false,
    isCommand: true,
    run: (line, host) => run(planMap(line, host), host),
  },
  exec: {
    usage: "trilane exec [OPTION…] COMMAND [ARG…] [::: INPUT…]",
    summary: "Run a command for each of many inputs",
    description:
      `The inputs come after ':::', else they are the lines of --input FILE or of standard input. In the
command {} stands for the input, {.} for it without its extension, {/} for its last part, {//} for
its folder, {/.} for its last part without extension, {#} for its number; {2} for the second word of
an input that has several, {name} for a column of --csv or a field of --json, both also as {2.} or
{name/}. Where there is none of these the input comes last. Several ':::' give all combinations; the
inputs after ':::+' go with those of the source before, one with one. A command runs without a shell
and without input, in a process group of its own, which is killed with it. Its output is the value.
By default one command runs for each core.`,
    words: "command",
    names: names.filter((name) => !MAP_OPTIONS.includes(name) && name !== "redis"),
    optionsFirst: true,
    isCommand: true,
    run: (line, host) => run(planExec(line, host), host),
  },
  serve: {
    usage: "trilane serve TASKS… --redis URL [OPTION…]",
    summary: "Run tasks of a cluster on this machine",
    description:
      `TASKS are the modules whose functions may be run: paths below the current folder, which is where
'trilane map --cluster URL' names them from too. Nothing else is loaded. By default tasks run in
processes, one for each core. The server is Redis or Valkey, and the packages bullmq and ioredis
must be installed in the current folder. The first interrupt, or SIGTERM, lets the tasks that run
end; the second gives them up, and another node runs them again.`,
    words: "file",
    names: SERVE_OPTIONS,
    optionsFirst: false,
    isCommand: true,
    run: serve,
  },
  completions: {
    usage: `trilane completions ${SHELLS.join("|")}`,
    summary: "Print a script that completes command lines in a shell",
    description: `bash: source <(trilane completions bash)
zsh:  source <(trilane completions zsh)
fish: trilane completions fish | source`,
    words: SHELLS,
    names: ["help"],
    optionsFirst: false,
    isCommand: true,
    run: ({ positionals }) => print(completionScript(readShell(positionals), COMMANDS)),
  },
};

/**
 * Finds out what `trilane map` is to do.
 *
 * @param line The command line.
 * @param host The process.
 * @returns What to run.
 * @throws {UsageError} When it says too little or too much.
 */
export function planMap({ values, positionals, typed }: CommandLine, host: Host): RunPlan {
  const [target, ...inputs] = positionals;
  if (target === undefined) {
    throw new UsageError("The function to run is missing: trilane map MODULE#EXPORT");
  }
  assertOneOrigin(inputs, values);
  assertTogether(values);
  assertCluster(values);
  if (values.lane !== "process") {
    for (const name of ["permissions", "memory-limit"] as const) {
      if (values[name] !== undefined) throw new UsageError(`--${name} needs --lane process`);
    }
  }
  const origin = inputs.length > 0 ? { records: inputs } : {};
  const hasProgress = showsProgress(values, origin, host);
  const work = new MapWork(readTarget(target), values, hasProgress && host.terminals.stderr);
  return { work, origin, options: values, typed, hasProgress };
}

/**
 * Finds out what `trilane exec` is to do.
 *
 * @param line The command line.
 * @param host The process.
 * @returns What to run.
 * @throws {UsageError} When it says too little or too much.
 */
export function planExec({ values, positionals, typed }: CommandLine, host: Host): RunPlan {
  const { command, groups } = separate(positionals);
  if (command.length === 0) {
    throw new UsageError("The command to run is missing: trilane exec COMMAND ::: INPUT");
  }
  assertOneOrigin(groups.flat(2), values);
  assertTogether(values);
  const { shell = false, json, csv, tsv } = values;
  const template = new CommandTemplate(command, shell, (json ?? csv ?? tsv) === true);
  const origin = execOrigin(groups);
  const hasProgress = showsProgress(values, origin, host);
  return { work: new ExecWork(command, template), origin, options: values, typed, hasProgress };
}

/** One source has records as a file has; several have words. */
function execOrigin(groups: readonly (readonly (readonly string[])[])[]): Origin {
  if (groups.length === 0) return {};
  const isOne = groups.length === 1 && groups[0].length === 1;
  return isOne ? { records: groups[0][0] } : { groups };
}

async function run(plan: RunPlan, host: Host): Promise<number> {
  return await (plan.options["dry-run"] ? dryRun(plan) : runToEnd(plan, host));
}

function showsProgress(options: OptionValues, origin: Origin, { terminals }: Host): boolean {
  const { progress, "no-progress": none } = options;
  // A bar would be drawn over what the user types.
  const isTyped = terminals.stdin && readsStdin(origin, options);
  return progress ?? (!none && terminals.stderr && !isTyped);
}

function assertOneOrigin(inputs: readonly string[], { input }: OptionValues): void {
  if (inputs.length === 0 || input === undefined) return;
  const [first] = inputs;
  throw new UsageError(
    `Inputs come either from arguments or from --input: got ${show(first)} and ${show(input)}`,
  );
}

/** What a run of a cluster's can't be told. */
function assertCluster(values: OptionValues): void {
  if (values.cluster === undefined) {
    if (values.name !== undefined) throw new UsageError("--name needs --cluster");
    return;
  }
  const others = ["lane", "workers", "burst", "key", "permissions", "memory-limit"] as const;
  const other = others.find((name) => values[name] !== undefined);
  if (other !== undefined) {
    throw new UsageError(`--cluster and --${other} exclude each other: that is for its nodes`);
  }
}

/** Options that need, or exclude, others. */
function assertTogether(values: OptionValues): void {
  const excluding: readonly OptionName[][] = [
    ["json", "csv", "tsv"],
    ["csv", "null"],
    ["tsv", "null"],
    ["batch", "key"],
    ["fail-first", "halt"],
  ];
  for (const group of excluding) {
    const [first, second] = group.filter((name) => values[name] !== undefined);
    if (second !== undefined) {
      throw new UsageError(`--${first} and --${second} exclude each other`);
    }
  }
  const limit = values["key-workers"] ?? values["key-rate"];
  if (values.key === undefined && limit !== undefined) {
    throw new UsageError("--key-workers and --key-rate need --key");
  }
  if (values.key !== undefined && limit === undefined) {
    throw new UsageError("--key needs --key-workers or --key-rate");
  }
}

function readShell([shell, ...more]: readonly string[]): string {
  if (shell !== undefined && SHELLS.includes(shell) && more.length === 0) return shell;
  const allowed = SHELLS.map((name) => `'${name}'`).join(" or ");
  const seen = shell === undefined ? "nothing" : show([shell, ...more].join(" "));
  throw new UsageError(
    `The shell must be ${allowed}: got ${seen}${suggestion(shell ?? "", SHELLS)}`,
  );
}
