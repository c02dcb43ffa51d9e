import { checks } from "../../base/checks.ts";
import { QUEUE_OPTION_CHECKS } from "../../engine/options.ts";
import { TASK_OPTION_CHECKS } from "../../task/options.ts";
import {
  type Halt,
  halt,
  number,
  type Parse,
  path,
  port,
  size,
  text,
  time,
  word,
} from "./values.ts";

/** Where tasks run. */
export type LaneName = "async" | "thread" | "process";

/** How results are printed. */
export type Format = "jsonl" | "values" | "none";

/** The values of all options; one that wasn't given is `undefined`. */
export interface OptionValues {
  readonly shell?: true;
  readonly lane?: LaneName;
  readonly cluster?: string;
  readonly redis?: string;
  readonly name?: string;
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
  readonly halt?: Halt;
  readonly "must-complete"?: true;
  readonly input?: string;
  readonly json?: true;
  readonly csv?: true;
  readonly tsv?: true;
  readonly null?: true;
  readonly batch?: number;
  readonly key?: string;
  readonly "key-workers"?: number;
  readonly "key-rate"?: number;
  readonly output?: Format;
  readonly tag?: true;
  readonly results?: string;
  readonly unordered?: true;
  readonly checkpoint?: string;
  readonly joblog?: string;
  readonly permissions?: "none" | "inherit";
  readonly "memory-limit"?: number;
  readonly load?: number;
  readonly memfree?: number;
  readonly progress?: true;
  readonly "no-progress"?: true;
  readonly dashboard?: number;
  readonly trace?: string;
  readonly report?: string;
  readonly "dry-run"?: true;
  readonly help?: true;
  readonly version?: true;
}

/** The name of an option. */
export type OptionName = keyof OptionValues;

/** What the value of an option is, for the completions of shells. */
export type Completion = "file" | "folder" | readonly string[];

/** An option of the command line. */
export interface Option {
  /** The letters that stand for it. */
  readonly short?: string;
  /** How help calls its value; an option without one is a flag. */
  readonly value?: string;
  /** What the value is when none is given. The next word is one only if it is a number. */
  readonly otherwise?: string;
  /** What help says of it. */
  readonly help: string;
  readonly parse?: Parse;
  readonly completion?: Completion;
}

const LANES = ["async", "thread", "process"];
const FORMATS = ["jsonl", "values", "none"];
const PERMISSIONS = ["none", "inherit"];

const file = { value: "FILE", parse: path("file"), completion: "file" } as const;

/** All options, in the order of the help. */
export const OPTIONS: Readonly<Record<OptionName, Option>> = {
  shell: { help: "Run the command by a shell: its words, joined, are a script" },
  lane: {
    value: "LANE",
    help: "Where tasks run: async, thread (default) or process",
    parse: word(...LANES),
    completion: LANES,
  },
  cluster: {
    value: "URL",
    help: "Have a cluster run the tasks, whose Redis server is there",
    parse: text,
  },
  redis: { value: "URL", help: "Where the cluster's Redis server is", parse: text },
  name: {
    value: "NAME",
    help: "What the cluster's queue is called (default trilane)",
    parse: text,
  },
  workers: {
    short: "wj",
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
    value: "TIME",
    help: "Wait before the first retry (default 0)",
    parse: time(TASK_OPTION_CHECKS.retryDelay),
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
    value: "TIME",
    help: "How long an attempt may run",
    parse: time(TASK_OPTION_CHECKS.timeout),
  },
  "run-timeout": {
    value: "TIME",
    help: "How long all may take together",
    parse: time(QUEUE_OPTION_CHECKS.timeout),
  },
  rate: {
    value: "N",
    help: "How many attempts may start in a second",
    parse: number(checks.positive),
  },
  burst: {
    value: "N",
    help: "How many may start back to back, under a rate (default 1)",
    parse: number(QUEUE_OPTION_CHECKS.burst),
  },
  "fail-first": { help: "The first input that fails for good ends the run" },
  halt: {
    value: "WHEN",
    help: "Start no more after fail=N, fail=P% or success=N; 'now,' cancels",
    parse: halt,
    completion: ["fail=1", "now,fail=1", "success=1", "now,success=1"],
  },
  "must-complete": { help: "A run that is ended early waits for the tasks that are running" },
  input: { ...file, help: "Take the inputs from the lines of a file; - is standard input" },
  json: { help: "Each input is JSON; an array is a list of arguments" },
  csv: { help: "Each input is a CSV row: an object by the names in the header" },
  tsv: { help: "Each input is a row of fields between tabs, as with --csv" },
  null: { short: "0", help: "Inputs end in NUL instead of at the line's end" },
  batch: {
    value: "N",
    help: "Give the function arrays of up to N inputs, for as many results",
    parse: number(checks.count),
  },
  key: {
    value: "EXPR",
    help: "Limit by key: host (of a URL), dir, or the name of a column or field",
    parse: text,
    completion: ["host", "dir"],
  },
  "key-workers": {
    value: "N",
    help: "How many of one key run at once",
    parse: number(checks.count),
  },
  "key-rate": {
    value: "N",
    help: "How many attempts of one key may start in a second",
    parse: number(checks.positive),
  },
  output: {
    value: "FORMAT",
    help: "jsonl (default): an object a line; values: the bare values; none",
    parse: word(...FORMATS),
    completion: FORMATS,
  },
  tag: { help: "Print the bare values, with the input and a tab before each line" },
  results: {
    value: "DIR",
    help: "Keep results and output of each input in a folder of its own in DIR",
    parse: path("folder"),
    completion: "folder",
  },
  unordered: { help: "Print results as they come, instead of in input order" },
  checkpoint: {
    ...file,
    help: "Skip inputs that an earlier run has done; print their stored values",
  },
  joblog: { ...file, help: "Append a JSON line for each task as it ends" },
  permissions: {
    value: "WHICH",
    help: "What tasks of --lane process may do: none, or inherit (default)",
    parse: word(...PERMISSIONS),
    completion: PERMISSIONS,
  },
  "memory-limit": {
    value: "SIZE",
    help: "Kill a child of --lane process that takes more memory",
    parse: size(checks.positive),
  },
  load: {
    value: "N",
    help: "Start nothing while the machine's load is above",
    parse: number(checks.positive),
  },
  memfree: {
    value: "SIZE",
    help: "Start nothing while less memory is free",
    parse: size(checks.positive),
  },
  progress: { help: "Show progress (default: when standard error is a terminal)" },
  "no-progress": { help: "Show none" },
  dashboard: {
    value: "[PORT]",
    otherwise: "0",
    help: "Serve a live page of the run at this port, else at a free one",
    parse: port,
  },
  trace: { ...file, help: "Write a Chrome/Perfetto trace; keeps all results in memory" },
  report: { ...file, help: "Write an HTML report; keeps all results in memory" },
  "dry-run": { help: "Print what would run" },
  help: { short: "h", help: "Show this help" },
  version: { help: "Show the version" },
};
