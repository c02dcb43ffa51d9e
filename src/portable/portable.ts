import { shared } from "../base/shared.ts";
import type { AnyFunction } from "../task/task.ts";

/**
 * Where another thread or process finds a task's function.
 *
 * @example
 * ```ts
 * import { inlineTask, type TaskReference, taskReference } from "@trilane/trilane";
 *
 * const reference: TaskReference = inlineTask((n: number) => n * 2)[taskReference];
 * console.log(reference.kind); // inline
 * ```
 */
export type TaskReference =
  | { readonly kind: "defined"; readonly url: string; readonly name: string }
  | { readonly kind: "exported"; readonly url: string; readonly name: string }
  | { readonly kind: "inline"; readonly source: string; readonly name: string };

/**
 * The key under which a portable task carries its reference, the same in all copies of this library.
 *
 * @example
 * ```ts
 * import { defineTasks, taskReference } from "@trilane/trilane";
 *
 * const { double } = defineTasks(import.meta.url, { double: (n: number) => n * 2 });
 * const reference = double[taskReference];
 * console.log(reference.kind, reference.name); // defined double
 * ```
 */
export const taskReference: unique symbol = Symbol.for("trilane.task") as never;

/**
 * What marks a function as portable, by the name that the compiler shows to those who give a pool another one.
 *
 * @example
 * ```ts
 * import { inlineTask, type MadeByDefineTasksOrImportTasksOrInlineTask } from "@trilane/trilane";
 *
 * const portable: MadeByDefineTasksOrImportTasksOrInlineTask = inlineTask((n: number) => n * 2);
 * console.log(typeof portable); // function
 * ```
 */
export interface MadeByDefineTasksOrImportTasksOrInlineTask {
  /** Where another thread or process finds the function. */
  readonly [taskReference]: TaskReference;
}

/**
 * What marks a function as portable. Made by `defineTasks`, `importTasks` and `inlineTask`.
 *
 * @example
 * ```ts
 * import { inlineTask, type Portable, type TaskQueue, ThreadQueue } from "@trilane/trilane";
 *
 * // Takes a pool of either kind, or an `InlineQueue` in tests.
 * const answer = (pool: TaskQueue<Portable>) => pool.submit(inlineTask(() => 42)).value();
 * await using threads = new ThreadQueue({ workers: 1 });
 * console.log(await answer(threads)); // 42
 * ```
 */
export type Portable = MadeByDefineTasksOrImportTasksOrInlineTask;

/**
 * A function that another thread or process can find again, and that can be called here too. Made by
 * `defineTasks`, `importTasks` and `inlineTask`.
 *
 * @example
 * ```ts
 * import { inlineTask, type PortableTask, ThreadQueue } from "@trilane/trilane";
 *
 * const square: PortableTask<[n: number], number> = inlineTask((n: number) => n * n);
 * await using queue = new ThreadQueue({ workers: 1 });
 * console.log(square(3), await queue.submit(square, [3]).value()); // 9 9
 * ```
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
