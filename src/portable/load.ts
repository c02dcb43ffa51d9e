import { NotPortableError } from "../base/errors.ts";
import { shared } from "../base/shared.ts";
import type { AnyFunction } from "../task/task.ts";
import { registered, type TaskReference } from "./portable.ts";
import { evaluate } from "./source.ts";

/** How to load modules that this thread or process could not load by their URLs, put there by what started it. */
const modules = shared("modules", () => new Map<string, () => Promise<Record<string, unknown>>>());

/**
 * Finds a task's function in this thread, loading its module if need be.
 *
 * @param reference Where it is.
 * @returns The function.
 * @throws {NotPortableError} (rejects) When the module has no such function.
 * @throws (rejects) What the module throws while it is loaded.
 */
export async function load(reference: TaskReference): Promise<AnyFunction> {
  if (reference.kind === "inline") return evaluate(reference.source);
  const { kind, url, name } = reference;
  const known = kind === "defined" ? registered(url, name) : undefined;
  if (known !== undefined) return known;
  const module = await (modules.get(url)?.() ?? loadModule(url));
  const fn: unknown = kind === "defined" ? registered(url, name) : module[name];
  if (typeof fn === "function") return fn as AnyFunction;
  throw new NotPortableError(
    kind === "defined"
      ? `Module ${url} defined no task '${name}' when it was loaded here: call defineTasks at its top level`
      : `Module ${url} exports no function '${name}'`,
  );
}

/**
 * Loads a module that isn't known before the program runs. The one place that does: bundlers and publishing can't follow it.
 *
 * @param url The module.
 * @returns What it exports.
 */
export function loadModule(url: string): Promise<Record<string, unknown>> {
  return import(/* @vite-ignore */ url);
}
