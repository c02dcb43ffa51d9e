import { show } from "../base/errors.ts";
import type { AnyFunction } from "../task/task.ts";
import { makePortable, type Portable, referenceOf, register } from "./portable.ts";

/**
 * What `defineTasks` returns: the same functions, portable.
 *
 * @example
 * ```ts
 * import { type DefinedTasks, defineTasks } from "@trilane/trilane";
 *
 * const functions = { double: (n: number) => n * 2 };
 * const tasks: DefinedTasks<typeof functions> = defineTasks(import.meta.url, functions);
 * console.log(tasks.double(2)); // 4
 * ```
 */
export type DefinedTasks<T extends Record<string, AnyFunction>> = {
  readonly [K in keyof T]: T[K] & Portable;
};

/**
 * Defines portable tasks next to the code that uses them. Each is registered under the module's URL and its name;
 * it need not be exported. Another thread or process loads the same module to find it, so the call must
 * be reached whenever the module is loaded, and what a program does only as the main one belongs behind
 * `if (import.meta.main)`.
 *
 * @param url The module's own URL: `import.meta.url`.
 * @param tasks The functions by name. They may use everything in their module, but not variables of a function
 * around the call.
 * @returns The same functions, to be submitted to any queue or called as they are.
 * @throws {TypeError} When a task isn't a function, or is a portable task already.
 *
 * @example
 * ```ts
 * import { AsyncQueue, defineTasks } from "@trilane/trilane";
 *
 * const { double } = defineTasks(import.meta.url, {
 *   double(n: number) {
 *     return n * 2;
 *   },
 * });
 * console.log(double(2)); // 4
 * ```
 */
export function defineTasks<T extends Record<string, AnyFunction>>(
  url: string | URL,
  tasks: T,
): DefinedTasks<T> {
  const module = new URL(url).href;
  for (const [name, fn] of Object.entries(tasks)) {
    if (typeof fn !== "function") {
      throw new TypeError(`Cannot define task '${name}': it must be a function, got ${show(fn)}`);
    }
    if (referenceOf(fn) !== undefined) {
      throw new TypeError(`Cannot define task '${name}': it is a portable task already`);
    }
  }
  const defined: Record<string, AnyFunction> = {};
  for (const [name, fn] of Object.entries(tasks)) {
    defined[name] = makePortable(fn, { kind: "defined", url: module, name });
    register(module, name, fn);
  }
  return Object.freeze(defined) as DefinedTasks<T>;
}
