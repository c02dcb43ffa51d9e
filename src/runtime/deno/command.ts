import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launched, movesPipe, PIPE_PATH } from "../launch.ts";
import type { ChildOptions, DenoPermissions, SpawnOptions } from "../runtime.ts";
import { fencedMain } from "./fenced_main.ts";
import { isGranted } from "./permission.ts";
import { heldPermissions, permissionFlags } from "./permissions.ts";
import { startFlags } from "./start_flags.ts";
import { succeeds } from "./subprocess.ts";

/** How a child is started. */
export function childCommand(entry: string, options: ChildOptions): SpawnOptions {
  const { command = process.execPath, args = [], env, cwd } = options;
  const main = canLoadAny(options)
    ? entry
    : fencedMain(entry, options.modules, options.permissions === "none");
  const folder = main === entry ? packageFolder() : undefined;
  if (folder !== undefined && movesPipe(succeedsIfPermitted)) {
    // A main module that is read from standard input counts as one of the current folder, whose package it then has.
    const words = [command, "run", ...flagsFor(entry, options, false), ...args, "-"];
    const input = `Deno.chdir(${JSON.stringify(pathOf(cwd))});` +
      `await import(${JSON.stringify(entry)});`;
    const [first, ...rest] = launched(words, env, succeedsIfPermitted, input);
    return { command: first, args: rest, env, cwd: folder };
  }
  const words = [command, "run", ...flagsFor(entry, options, true), ...args, main];
  const [first, ...rest] = launched(words, env, succeedsIfPermitted);
  return { command: first, args: rest, env, cwd };
}

function pathOf(cwd: string | URL = process.cwd()): string {
  return resolve(cwd instanceof URL ? fileURLToPath(cwd) : cwd);
}

/**
 * Whether such a child can load any module. If not it can load those that are known when it starts.
 */
export function canLoadAny(options: ChildOptions): boolean {
  return grantedTo(options).read === true;
}

/** Whether this program and such a child can use any file. */
export function canUseFiles(options: ChildOptions): boolean {
  const { read, write } = grantedTo(options);
  return read === true && write === true && isGranted({ name: "read" }) &&
    isGranted({ name: "write" });
}

/** Runs a command to its end, if that is permitted; says whether it ended with status 0. */
export function succeedsIfPermitted(command: string, args: readonly string[]): boolean {
  return isGranted({ name: "run", command }) && succeeds(command, args);
}

function grantedTo({ permissions, modules, env = {} }: ChildOptions): DenoPermissions {
  if (permissions === "none") return {};
  return permissions === "inherit" ? heldPermissions(modules, Object.keys(env)) : permissions;
}

/** A child opens its pool's pipe by a path, and gives the permission for that back. */
function withPipe(granted: DenoPermissions): DenoPermissions {
  const { read = [] } = granted;
  if (read === true || !movesPipe(succeedsIfPermitted)) return granted;
  return { ...granted, read: [...read === false ? [] : read, PIPE_PATH] };
}

function flagsFor(entry: string, options: ChildOptions, seeksConfig: boolean): string[] {
  const granted = withPipe(grantedTo(options));
  const modules = [...options.modules];
  const { permissions, args = [] } = options;
  const loading = loadingFlags(modules, seeksConfig).filter((flag) => !isRepeated(flag, args));
  return [
    "--quiet",
    ...permissionFlags(granted, [entry, ...modules]),
    ...(permissions === "inherit" ? startFlags().denied : []),
    ...loading,
    ...(permissions === "none" ? packageFlags(options, loading) : []),
  ];
}

/** How modules are found: as this program finds them. */
function loadingFlags(modules: readonly string[], seeksConfig: boolean): string[] {
  const { loading, namesConfig } = startFlags();
  const config = namesConfig || !seeksConfig ? undefined : findConfig(modules);
  return config === undefined ? [...loading] : [...loading, `--config=${config}`];
}

/** Whether those who start children give the option themselves. */
function isRepeated(flag: string, args: readonly string[]): boolean {
  const [name] = flag.split("=", 1);
  return args.some((arg) => arg === name || arg.startsWith(`${name}=`));
}

/** Whether modules come with packages of npm's, by URL. */
const withPackages = new Map<string, boolean>();

/** No permission is needed for a package of npm's: so those without one get no package, others none but what is there. */
function packageFlags(
  { command = process.execPath, modules }: ChildOptions,
  configFlags: readonly string[],
): string[] {
  for (const module of modules) {
    if (!withPackages.has(module)) {
      withPackages.set(module, hasPackages(command, configFlags, module));
    }
    if (withPackages.get(module)) return ["--cached-only"];
  }
  return ["--no-npm"];
}

function hasPackages(command: string, configFlags: readonly string[], module: string): boolean {
  try {
    const { success, stdout } = new Deno.Command(command, {
      args: ["info", "--json", "--no-lock", ...configFlags, module],
      stdin: "null",
      stderr: "null",
    }).outputSync();
    if (!success) return false;
    const { npmPackages } = JSON.parse(new TextDecoder().decode(stdout));
    return Object.keys(npmPackages).length > 0;
  } catch {
    // What can't be asked will hardly be started.
    return false;
  }
}

/**
 * The configuration that this program's main module is under. A child would look for it from its own main module on, which
 * lies in this library and not in the program. Where all tasks come from elsewhere it is the one that they are under.
 */
function findConfig(modules: readonly string[]): string | undefined {
  const own = configOf(mainModule());
  if (own !== undefined) {
    const folder = pathToFileURL(`${dirname(own)}/`).href;
    if (modules.some((module) => module.startsWith(folder))) return own;
  }
  return modules.map(configOf).find((config) => config !== undefined) ?? own;
}

/** The program's main module. A Web Worker is not told which it is: nothing lies near what this returns there. */
function mainModule(): string {
  return (Deno.mainModule as string | undefined) ?? "data:,";
}

const CONFIGS = ["deno.json", "deno.jsonc"];

function configOf(module: string): string | undefined {
  return nearest(module, CONFIGS);
}

/** The folder of the package that the main module belongs to, where no configuration of Deno's is as near. */
function packageFolder(): string | undefined {
  if (startFlags().namesConfig) return undefined;
  const found = nearest(mainModule(), [...CONFIGS, PACKAGE]);
  return found !== undefined && basename(found) === PACKAGE ? dirname(found) : undefined;
}

const PACKAGE = "package.json";

/** The first of some files in the folder of a module, or else in the next one above that has any. */
function nearest(module: string, names: readonly string[]): string | undefined {
  if (!module.startsWith("file:")) return undefined;
  for (let folder = dirname(fileURLToPath(module));; folder = dirname(folder)) {
    for (const name of names) {
      const path = join(folder, name);
      if (isThere(path)) return path;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** What may not be looked at isn't there. */
function isThere(path: string): boolean {
  return isGranted({ name: "read", path }) && existsSync(path);
}
