import { NotPortableError } from "../base/errors.ts";
import type { AnyFunction } from "../task/task.ts";
import { registered, type TaskReference } from "./portable.ts";
import { evaluate } from "./source.ts";

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
  const module = await import(url);
  const fn: unknown = kind === "defined" ? registered(url, name) : module[name];
  if (typeof fn === "function") return fn as AnyFunction;
  throw new NotPortableError(
    kind === "defined"
      ? `Module ${url} defined no task '${name}' when it was loaded here: call defineTasks at its top level`
      : `Module ${url} exports no function '${name}'`,
  );
}
