import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { show } from "../base/errors.ts";
import type { OptionChecks } from "../base/checks.ts";
import { QUEUE_OPTION_CHECKS } from "../engine/options.ts";
import { TASK_OPTION_CHECKS } from "../task/options.ts";
import { suggestion, UsageError } from "./usage.ts";

/** Where tasks run. */
export type LaneName = "async" | "thread" | "process";

/** How results are printed. */
export type Format = "jsonl" | "values" | "none";

/** The values of all options; one that wasn't given is `undefined`. */
export interface OptionValues {
  readonly lane?: LaneName;
  readonly workers?: number;
  readonly retries?: number;
  readonly "retry-delay"?: number;
  readonly backoff?: number;
  readonly jitter?: number;
  readonly timeout?: number;
  readonly "run-timeout"?: number;
  readonly rate?: number;
  readonly burst?: number;
  readonly "fail-first"?: true;
  readonly "must-complete"?: true;
  readonly input?: string;
  readonly json?: true;
  readonly output?: Format;
  readonly unordered?: true;
  readonly checkpoint?: string;
  readonly joblog?: string;
  readonly trace?: string;
  readonly report?: string;
  readonly progress?: true;
  readonly "no-progress"?: true;
  readonly help?: true;
  readonly version?: true;
}

/** An option of the command line. */
export interface Option {
  readonly short?: string;
  /** How help calls its value; an option without one is a flag. */
  readonly value?: string;
  /** What help says of it. */
  readonly help: string;
  /**
   * Reads its value.
   *
   * @param name The option as the user has typed it.
   * @param text The value.
   * @throws {TypeError | RangeError | UsageError} When it isn't allowed.
   */
  parse?(name: string, text: string): unknown;
}

/** All options, in the order of the help. */
export const OPTIONS: Readonly<Record<keyof OptionValues, Option>> = {
  lane: {
    value: "LANE",
    help: "Where tasks run: async, thread (default) or process",
    parse: word("async", "thread", "process"),
  },
  workers: {
    short: "w",
    value: "N",
    help: "How many run at once (default: one a core; async: four a core)",
    parse: number(QUEUE_OPTION_CHECKS.workers),
  },
  retries: {
    value: "N",
    help: "Further attempts after the first has failed (default 0)",
    parse: number(TASK_OPTION_CHECKS.retries),
  },
  "retry-delay": {
    value: "MS",
    help: "Wait before the first retry (default 0)",
    parse: number(TASK_OPTION_CHECKS.retryDelay),
  },
  backoff: {
    value: "FACTOR",
    help: "Multiplies the wait after each retry (default 1)",
    parse: number(TASK_OPTION_CHECKS.backoff),
  },
  jitter: {
    value: "SHARE",
    help: "The share of a wait that is left to chance, 0 to 1 (default 0)",
    parse: number(TASK_OPTION_CHECKS.jitter),
  },
  timeout: {
    value: "MS",
    help: "How long an attempt may run",
    parse: number(TASK_OPTION_CHECKS.timeout),
  },
  "run-timeout": {
    value: "MS",
    help: "How long all may take together",
    parse: number(QUEUE_OPTION_CHECKS.timeout),
  },
  rate: {
    value: "N",
    help: "How many attempts may start in a second",
    parse: number(QUEUE_OPTION_CHECKS.rate),
  },
  burst: {
    value: "N",
    help: "How many may start back to back, under a rate (default 1)",
    parse: number(QUEUE_OPTION_CHECKS.burst),
  },
  "fail-first": { help: "The first input that fails for good ends the run" },
  "must-complete": { help: "A run that is ended early waits for the tasks that are running" },
  input: {
    value: "FILE",
    help: "Take the inputs from the lines of a file; - is standard input",
    parse: file,
  },
  json: { help: "Each input is JSON; an array is a list of arguments" },
  output: {
    value: "FORMAT",
    help: "jsonl (default): an object a line; values: the bare values; none",
    parse: word("jsonl", "values", "none"),
  },
  unordered: { help: "Print results as they come, instead of in input order" },
  checkpoint: {
    value: "FILE",
    help: "Skip inputs that succeeded in an earlier run; print their stored values",
    parse: file,
  },
  joblog: {
    value: "FILE",
    help: "Append a JSON line for each task as it ends",
    parse: file,
  },
  trace: {
    value: "FILE",
    help: "Write a Chrome/Perfetto trace; keeps all results in memory",
    parse: file,
  },
  report: {
    value: "FILE",
    help: "Write an HTML report; keeps all results in memory",
    parse: file,
  },
  progress: { help: "Show progress (default: when standard error is a terminal)" },
  "no-progress": { help: "Don't" },
  help: { short: "h", help: "Show this help" },
  version: { help: "Show the version" },
};

/** A command line that has been read. */
export interface CommandLine {
  readonly values: OptionValues;
  readonly positionals: readonly string[];
}

/**
 * Reads a command line. Of an option that is given several times the last value counts.
 *
 * @param args The arguments.
 * @returns What they say.
 * @throws {UsageError} When an option is unknown, or its value missing or not allowed.
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, { short, value }] of Object.entries(OPTIONS)) {
    options[name] = {
      type: value === undefined ? "boolean" : "string",
      ...(short !== undefined && { short }),
    };
  }
  // The strict mode's messages differ from runtime to runtime.
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values: Record<string, unknown> = {};
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    if (!Object.hasOwn(OPTIONS, name)) throw unknownOption(args[token.index], rawName);
    if (name === "progress") delete values["no-progress"];
    if (name === "no-progress") delete values.progress;
    values[name] = readValue(OPTIONS[name as keyof OptionValues], rawName, value, {
      attached: token.inlineValue === true,
    });
  }
  return { values, positionals };
}

function unknownOption(argument: string, rawName: string): UsageError {
  const meant = suggestion(rawName, Object.keys(OPTIONS).map((name) => `--${name}`));
  const hint = meant !== "" ? meant : ". Put '--' before inputs that begin with '-'";
  return new UsageError(`Unknown option: '${argument}'${hint}`);
}

function readValue(
  option: Option,
  rawName: string,
  value: string | undefined,
  { attached }: { readonly attached: boolean },
): unknown {
  if (option.parse === undefined) {
    if (value === undefined) return true;
    throw new UsageError(`${rawName} takes no value: got ${show(value)}`);
  }
  // What looks like an option probably is one. A number below zero is a value, if a wrong one.
  const missing = value === undefined || (!attached && /^-+[a-z]/i.test(value));
  if (missing) throw new UsageError(`${rawName} needs a value: ${option.value}`);
  try {
    return option.parse(rawName, value);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function number(check: OptionChecks[string]): Option["parse"] {
  return (name, text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    check(name, Number.isNaN(value) ? text : value);
    return value;
  };
}

function word(...words: string[]): Option["parse"] {
  return (name, text) => {
    if (words.includes(text)) return text;
    const allowed = words.map((word) => `'${word}'`).join(" or ");
    throw new RangeError(`${name} must be ${allowed}: got ${show(text)}${suggestion(text, words)}`);
  };
}

function file(name: string, text: string): string {
  if (text === "") throw new RangeError(`${name} must name a file: got ''`);
  return text;
}
