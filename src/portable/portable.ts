import { shared } from "../base/shared.ts";
import type { AnyFunction } from "../task/task.ts";

/** Where another thread or process finds a task's function. */
export type TaskReference =
  | { readonly kind: "defined"; readonly url: string; readonly name: string }
  | { readonly kind: "exported"; readonly url: string; readonly name: string }
  | { readonly kind: "inline"; readonly source: string; readonly name: string };

/** The key under which a portable task carries its reference, the same in all copies of this library. */
export const taskReference: unique symbol = Symbol.for("trilane.task") as never;

/** What marks a function as portable, by the name that the compiler shows to those who give a pool another one. */
export interface MadeByDefineTasksOrImportTasksOrInlineTask {
  /** Where another thread or process finds the function. */
  readonly [taskReference]: TaskReference;
}

/** What marks a function as portable. Made by `defineTasks`, `importTasks` and `inlineTask`. */
export type Portable = MadeByDefineTasksOrImportTasksOrInlineTask;

/**
 * A function that another thread or process can find again, and that can be called here too. Made by
 * `defineTasks`, `importTasks` and `inlineTask`.
 */
export type PortableTask<A extends readonly unknown[] = never, R = unknown> =
  & ((...args: A) => R)
  & Portable;

/** The references of functions that can't carry them: a program has frozen or sealed them. */
const references = shared("references", () => new WeakMap<AnyFunction, TaskReference>());

/** Functions by module URL and name. */
const definitions = shared("tasks", () => new Map<string, Map<string, AnyFunction>>());

/**
 * Marks a function as portable.
 *
 * @param fn The function, which must not be portable already.
 * @param reference Where others find it.
 * @returns The function itself.
 */
export function makePortable<F extends AnyFunction>(fn: F, reference: TaskReference): F & Portable {
  Object.freeze(reference);
  if (Object.isExtensible(fn)) Object.defineProperty(fn, taskReference, { value: reference });
  else references.set(fn, reference);
  return fn as F & Portable;
}

/**
 * Where others find a function.
 *
 * @param fn Anything.
 * @returns The reference, or `undefined` if it isn't portable.
 */
export function referenceOf(fn: unknown): TaskReference | undefined {
  if (typeof fn !== "function") return undefined;
  try {
    return references.get(fn as AnyFunction) ?? (fn as Partial<Portable>)[taskReference];
  } catch {
    // A revoked proxy, or one that throws when it is asked.
    return undefined;
  }
}

/** Remembers a defined task under its module and name. */
export function register(url: string, name: string, fn: AnyFunction): void {
  let tasks = definitions.get(url);
  if (tasks === undefined) definitions.set(url, tasks = new Map());
  tasks.set(name, fn);
}

/** The function defined under a module and a name, once that module has been loaded in this thread. */
export function registered(url: string, name: string): AnyFunction | undefined {
  return definitions.get(url)?.get(name);
}
