import { tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

/**
 * What tasks may do, by kind, as for `Deno.Command` and on Deno's command line: `true` for all, a list for just
 * these, nothing for none.
 */
export interface DenoPermissions {
  /** Environment variables. */
  readonly env?: boolean | readonly string[];
  /** Dynamic libraries. */
  readonly ffi?: boolean | readonly string[];
  /** Hosts that modules may be imported from. */
  readonly import?: boolean | readonly string[];
  /** Hosts, with or without port. */
  readonly net?: boolean | readonly string[];
  /** Files and folders to read. */
  readonly read?: boolean | readonly string[];
  /** Programs. */
  readonly run?: boolean | readonly string[];
  /** Kinds of system information. */
  readonly sys?: boolean | readonly string[];
  /** Files and folders to write. */
  readonly write?: boolean | readonly string[];
}

const KINDS = ["env", "ffi", "import", "net", "read", "run", "sys", "write"] as const;

type Kind = typeof KINDS[number];

/** What is used of Deno. */
interface DenoPermissionApi {
  permissions: {
    querySync(descriptor: Record<string, unknown>): { state: string; partial?: boolean };
  };
  execPath(): string;
}

/** The information that `--allow-sys` can be limited to. */
const SYSTEM_INFORMATION = [
  "cpus",
  "gid",
  "getegid",
  "geteuid",
  "getPriority",
  "homedir",
  "hostname",
  "inspector",
  "loadavg",
  "networkInterfaces",
  "osRelease",
  "osUptime",
  "setPriority",
  "statfs",
  "systemMemoryInfo",
  "uid",
  "userInfo",
  "username",
];

/** Variables that programs commonly read. */
const COMMON_VARIABLES = [
  "CI",
  "DEBUG",
  "FORCE_COLOR",
  "HOME",
  "LANG",
  "NODE_ENV",
  "NO_COLOR",
  "PATH",
  "SHELL",
  "TERM",
  "TMPDIR",
  "TZ",
  "USER",
];

/**
 * The permissions of this program, as far as it can know them: a kind that it holds as a whole is found by asking;
 * of one that it holds in part only the parts that it can think of, since a program can't list them. So the result
 * may be less than what it holds, and is never more.
 *
 * @param modules URLs of the modules that tasks come from.
 * @param variables Environment variables that children are given.
 * @returns The permissions.
 */
export function heldPermissions(
  modules: Iterable<string>,
  variables: readonly string[],
): DenoPermissions {
  const { Deno } = globalThis as unknown as { Deno: DenoPermissionApi };
  const holds = (descriptor: Record<string, unknown>) => {
    const { state, partial } = Deno.permissions.querySync(descriptor);
    return state === "granted" && partial !== true;
  };
  const paths = likelyPaths(modules);
  const parts: Partial<Record<Kind, { key: string; values: readonly string[] }>> = {
    env: { key: "variable", values: [...new Set([...COMMON_VARIABLES, ...variables])] },
    read: { key: "path", values: paths },
    write: { key: "path", values: paths },
    run: { key: "command", values: [Deno.execPath()] },
    sys: { key: "kind", values: SYSTEM_INFORMATION },
  };
  const held: { -readonly [K in Kind]?: boolean | string[] } = {};
  for (const name of KINDS) {
    if (holds({ name })) {
      held[name] = true;
      continue;
    }
    const { key, values } = parts[name] ?? { key: "", values: [] };
    const some = values.filter((value) => holds({ name, [key]: value }));
    if (some.length > 0) held[name] = some;
  }
  return held;
}

/**
 * Command line options for permissions.
 *
 * @param permissions What tasks may do.
 * @returns Options of `deno run`.
 */
export function permissionFlags(permissions: DenoPermissions): string[] {
  const flags = ["--no-prompt"];
  if (KINDS.every((kind) => permissions[kind] === true)) return [...flags, "--allow-all"];
  for (const kind of KINDS) {
    const granted = permissions[kind];
    if (granted === true) flags.push(`--allow-${kind}`);
    else if (Array.isArray(granted) && granted.length > 0) {
      // A comma in a value is written twice.
      flags.push(
        `--allow-${kind}=${granted.map((value) => value.replaceAll(",", ",,")).join(",")}`,
      );
    }
  }
  return flags;
}

/** Folders that a program that may read or write somewhere is likely to be allowed. */
function likelyPaths(modules: Iterable<string>): string[] {
  const paths = new Set<string>();
  const add = (find: () => string | undefined) => {
    try {
      const path = find();
      if (path !== undefined) paths.add(path);
    } catch {
      // Not permitted to know.
    }
  };
  add(() => process.cwd());
  add(() => tmpdir());
  for (const module of [...modules]) {
    if (module.startsWith("file:")) add(() => fileURLToPath(new URL(".", module)));
  }
  for (const argument of process.argv.slice(2)) add(() => argument);
  return [...paths].filter((path) => path !== "");
}
