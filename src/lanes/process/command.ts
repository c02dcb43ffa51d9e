import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { SpawnOptions } from "../../runtime/subprocess.ts";
import { deathSignal } from "../../runtime/death_signal.ts";
import { isGranted } from "../../runtime/permission.ts";
import type { ProcessOptions } from "./options.ts";
import { heldPermissions, permissionFlags } from "./permissions.ts";

const ENTRY = new URL("./entry.ts", import.meta.url).href;

/**
 * How the next child of a queue is started.
 *
 * @param options The queue's options.
 * @param modules URLs of the modules that its tasks come from.
 * @returns The command.
 */
export function childCommand(options: ProcessOptions, modules: ReadonlySet<string>): SpawnOptions {
  const { command = process.execPath, args = [], env, cwd } = options.context ?? {};
  const run = "Deno" in globalThis
    ? ["run", ...denoFlags(options, modules), ...args, ENTRY]
    : [...args, fileURLToPath(ENTRY)];
  const [first, ...rest] = [...deathSignal(), command, ...run];
  return { command: first, args: rest, env, cwd };
}

/**
 * Whether children can load any module. If not they are given the modules that are known when they start, loaded before
 * their permissions count.
 *
 * @param options The queue's options.
 * @returns Whether a child can load what it wasn't given.
 */
export function canLoadAny(options: ProcessOptions): boolean {
  if (!("Deno" in globalThis)) return true;
  return grantedPermissions(options, []).read === true;
}

/**
 * Whether this program and its children can use any file.
 *
 * @param options The queue's options.
 * @returns Whether they can.
 */
export function canUseFiles(options: ProcessOptions): boolean {
  if (!("Deno" in globalThis)) return true;
  const { read, write } = grantedPermissions(options, []);
  return read === true && write === true && isGranted({ name: "read" }) &&
    isGranted({ name: "write" });
}

function grantedPermissions(options: ProcessOptions, modules: Iterable<string>) {
  const { permissions = "inherit", context } = options;
  if (permissions === "none") return {};
  if (permissions !== "inherit") return permissions;
  return heldPermissions(modules, Object.keys(context?.env ?? {}));
}

function denoFlags(options: ProcessOptions, modules: ReadonlySet<string>): string[] {
  const granted = grantedPermissions(options, modules);
  const config = findConfig(modules);
  return [
    "--quiet",
    ...permissionFlags(granted, [ENTRY, ...modules]),
    ...(config === undefined ? [] : [`--config=${config}`]),
    ...(granted.read === true ? [] : [...modules].map((module) => `--preload=${module}`)),
  ];
}

/**
 * The configuration that the tasks' modules are under. A child would look for it from its entry module on, which lies in
 * this library and not in the program.
 */
function findConfig(modules: Iterable<string>): string | undefined {
  for (const module of modules) {
    if (!module.startsWith("file:")) continue;
    for (let folder = dirname(fileURLToPath(module));; folder = dirname(folder)) {
      for (const name of ["deno.json", "deno.jsonc"]) {
        const path = join(folder, name);
        if (isThere(path)) return path;
      }
      if (folder === dirname(folder)) break;
    }
  }
  return undefined;
}

/** What may not be looked at isn't there. */
function isThere(path: string): boolean {
  return isGranted({ name: "read", path }) && existsSync(path);
}
