import { resolve } from "node:path";
import process from "node:process";
import { isGranted, isGrantedAll } from "./permission.ts";

/** What this program was started with, as far as that can be known: a program isn't told its options. */
export interface StartFlags {
  /** Options that say how modules are found, to be passed on: configuration, import map, unstable features, … */
  readonly loading: readonly string[];
  /** Whether one of them names a configuration, or says that there is none. */
  readonly namesConfig: boolean;
  /** What each kind of permission was granted for; `true` for all. */
  readonly allowed: ReadonlyMap<string, true | readonly string[]>;
  /** Options that deny permissions, to be passed on. */
  readonly denied: readonly string[];
}

const NONE: StartFlags = { loading: [], namesConfig: false, allowed: new Map(), denied: [] };

/** Options whose value is a path or a URL. */
const PATHS = ["cert", "config", "import-map"];
/** Options, beside `unstable…`, that are passed on as they are. */
const PASSED_ON = [
  ...["cached-only", "conditions", "frozen", "frozen-lockfile", "location", "no-config", "no-lock"],
  ...["no-npm", "no-remote", "node-modules-dir", "node-modules-linker", "use-env-proxy", "vendor"],
  "unsafely-ignore-certificate-errors",
];
/** Options whose value may be the next word. */
const VALUED = [
  ...PATHS,
  ...["conditions", "ext", "location", "min-dep-age", "node-modules-linker", "preload", "require"],
  ...["filter", "junit-path", "reporter", "seed"],
];
const SHORT: Readonly<Record<string, string>> = {
  A: "allow-all",
  E: "allow-env",
  I: "allow-import",
  N: "allow-net",
  R: "allow-read",
  S: "allow-sys",
  W: "allow-write",
  c: "config",
};
/** Kinds whose parts are paths. */
const PATH_KINDS = ["ffi", "read", "write"];
/** After the file of these subcommands, and of none, come the program's own arguments. */
const WITH_ARGUMENTS = ["eval", "run", "serve", "x"];
const SUBCOMMANDS = [...WITH_ARGUMENTS, "bench", "repl", "test"];

/** The folder that relative paths on the command line start from. */
const startFolder = currentFolder();

function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    // It has been removed: relative paths lead nowhere.
    return "/";
  }
}

let known: StartFlags | undefined;

/** The options of this program, which are looked up once. */
export function startFlags(): StartFlags {
  return known ??= parseFlags(commandLine(), startFolder);
}

/**
 * Takes a command line apart.
 *
 * @param words The words of a `deno` command, the first of which is Deno itself.
 * @param folder What relative paths start from.
 * @returns What it says.
 */
export function parseFlags(words: readonly string[], folder: string): StartFlags {
  if (words.length === 0) return NONE;
  const loading: string[] = [];
  const denied: string[] = [];
  const allowed = new Map<string, true | readonly string[]>();
  for (const [name, value] of optionsOf(words)) {
    const [verb, kind] = name.split(/-(.*)/, 2);
    if (PATHS.includes(name)) {
      const isUrl = /^[a-z]+:\/\//i.test(value ?? "");
      loading.push(`--${name}=${isUrl ? value : resolve(folder, value ?? "")}`);
    } else if (PASSED_ON.includes(name) || /^unstable(-|$)/.test(name)) {
      loading.push(value === undefined ? `--${name}` : `--${name}=${value}`);
    } else if (verb === "deny" || verb === "ignore") {
      denied.push(`--${name}${value === undefined ? "" : `=${parts(kind!, value, folder)}`}`);
    } else if (verb === "allow" && kind !== undefined) {
      const before = allowed.get(kind);
      if (value === undefined || before === true) allowed.set(kind, true);
      else allowed.set(kind, [...before ?? [], ...parts(kind, value, folder)]);
    }
  }
  const namesConfig = loading.some((flag) => /^--(no-)?config\b/.test(flag));
  return { loading, namesConfig, allowed, denied };
}

/** The options of a command, up to the program's own arguments. */
function* optionsOf(words: readonly string[]): Iterable<[name: string, value?: string]> {
  let subcommand: string | undefined;
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") return;
    const option = /^(?:--([^=]+)|-([^-=]+))(?:=([^]*))?$/.exec(word);
    if (option === null) {
      if (subcommand === undefined && SUBCOMMANDS.includes(word)) subcommand = word;
      else if (subcommand === undefined || WITH_ARGUMENTS.includes(subcommand)) return;
      continue;
    }
    const [, long, letters, value] = option;
    const names = long === undefined
      ? Array.from(letters!, (letter) => SHORT[letter] ?? letter)
      : [long];
    const last = names.pop()!;
    for (const name of names) yield [name];
    yield [last, value ?? (VALUED.includes(last) ? words[++i] : undefined)];
  }
}

function parts(kind: string, value: string, folder: string): string[] {
  const all = value.split(",");
  return PATH_KINDS.includes(kind) ? all.map((path) => resolve(folder, path)) : all;
}

/** The words of this program's command line; none where that can't be known. */
function commandLine(): string[] {
  if (process.platform !== "linux") return [];
  try {
    return textOf(`/proc/${Deno.pid}/cmdline`).split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

/** The system's files may be read by programs that may do everything. Others may perhaps start one that is. */
function textOf(path: string): string {
  if (isGrantedAll()) return Deno.readTextFileSync(path);
  const read = `Deno.stdout.writeSync(Deno.readFileSync(${JSON.stringify(path)}))`;
  const [command, args] = isGranted({ name: "run", command: "/bin/cat" })
    ? ["/bin/cat", [path]]
    : [process.execPath, ["eval", "--no-config", read]];
  if (!isGranted({ name: "run", command })) return "";
  const { stdout } = new Deno.Command(command, { args, stdin: "null", stderr: "null" })
    .outputSync();
  return new TextDecoder().decode(stdout);
}
