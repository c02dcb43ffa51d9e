import { tmpdir } from "node:os";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { DenoPermissions } from "../runtime.ts";
import { isGranted, isGrantedInPart } from "./permission.ts";
import { startFlags } from "./start_flags.ts";

const KINDS = ["env", "ffi", "import", "net", "read", "run", "sys", "write"] as const;

type Kind = typeof KINDS[number];

/** The information that `--allow-sys` can be limited to. */
const SYSTEM_INFORMATION = [
  "cpus",
  "gid",
  "getPriority",
  "homedir",
  "hostname",
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

/** Where modules may be imported from when nothing is said of it. */
const DEFAULT_IMPORT_HOSTS = [
  "cdn.jsdelivr.net:443",
  "deno.land:443",
  "esm.sh:443",
  "gist.githubusercontent.com:443",
  "jsr.io:443",
  "raw.esm.sh:443",
  "raw.githubusercontent.com:443",
];

/** A name that no host ever has (RFC 2606). */
const NO_HOST = "none.invalid";

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
 * of one that it holds in part, what it was started with if that is known, and else only the parts that it can think of,
 * since a program can't list them. So the result may be less than what it holds, and is never more: what it was
 * denied when it was started has to be denied its children as well.
 *
 * @param modules URLs of the modules that tasks come from.
 * @param variables Environment variables that children are given.
 * @returns The permissions.
 */
export function heldPermissions(
  modules: Iterable<string>,
  variables: readonly string[],
): DenoPermissions {
  const paths = likelyPaths(modules);
  const parts: Readonly<Record<Kind, { key: string; values: readonly string[] }>> = {
    env: { key: "variable", values: [...COMMON_VARIABLES, ...variables] },
    ffi: { key: "path", values: [] },
    import: { key: "host", values: DEFAULT_IMPORT_HOSTS },
    net: { key: "host", values: [] },
    read: { key: "path", values: paths },
    run: { key: "command", values: [process.execPath] },
    sys: { key: "kind", values: SYSTEM_INFORMATION },
    write: { key: "path", values: paths },
  };
  const { allowed, denied } = startFlags();
  const held: { -readonly [K in Kind]?: boolean | string[] } = {};
  for (const name of KINDS) {
    const { key, values } = parts[name];
    const flag = allowed.get("all") ?? allowed.get(name);
    // What it was denied is passed on. What it has given back since is not known.
    const isDeniedInPart = flag === true &&
      denied.some((flag) => flag.startsWith(`--deny-${name}=`));
    if (isGranted({ name }) || isDeniedInPart && isGrantedInPart({ name })) held[name] = true;
    else {
      held[name] = [...new Set([...flag === true ? [] : flag ?? [], ...values])].filter((value) =>
        canBeListed(value) && isGranted({ name, [key]: value })
      );
    }
  }
  return held;
}

/** Whether a part of a permission can be named on the command line, which has no way to write a comma. */
export function canBeListed(value: string): boolean {
  return value !== "" && !value.includes(",");
}

/**
 * Command line options for permissions.
 *
 * @param permissions What tasks may do, of parts that can be listed.
 * @param modules URLs of the modules that are loaded in any case.
 * @returns Options of `deno run`.
 */
export function permissionFlags(
  permissions: DenoPermissions,
  modules: Iterable<string> = [],
): string[] {
  const flags = ["--no-prompt"];
  if (KINDS.every((kind) => permissions[kind] === true)) return [...flags, "--allow-all"];
  for (const kind of KINDS) {
    const granted = kind === "import" ? importHosts(permissions, modules) : permissions[kind];
    if (granted === true) flags.push(`--allow-${kind}`);
    else if (Array.isArray(granted) && granted.length > 0) {
      flags.push(`--allow-${kind}=${granted.join(",")}`);
    }
  }
  return flags;
}

/** Imports are the one kind of which something is allowed when nothing is said: so something always is. */
function importHosts(
  { import: granted = [] }: DenoPermissions,
  modules: Iterable<string>,
): true | readonly string[] {
  if (granted === true) return true;
  const hosts = new Set(granted === false ? [] : granted);
  for (const module of modules) {
    const { protocol, hostname, port } = new URL(module);
    if (protocol === "https:") hosts.add(`${hostname}:${port || 443}`);
    if (protocol === "http:") hosts.add(`${hostname}:${port || 80}`);
  }
  return hosts.size === 0 ? [NO_HOST] : [...hosts];
}

/** Folders that a program that may read or write somewhere is likely to be allowed. */
function likelyPaths(modules: Iterable<string>): string[] {
  const paths = new Set<string>();
  const add = (find: () => string | undefined) => {
    try {
      const path = find();
      // A child may have another current folder, from which a relative path would lead elsewhere.
      if (path) paths.add(resolve(path));
    } catch {
      // Not permitted to know.
    }
  };
  add(() => process.cwd());
  // Which it is, the environment says.
  if (isGranted({ name: "env" })) add(() => tmpdir());
  else add(() => "/tmp");
  for (const module of modules) {
    if (module.startsWith("file:")) add(() => fileURLToPath(new URL(".", module)));
  }
  for (const argument of process.argv.slice(2)) add(() => argument);
  return [...paths];
}
