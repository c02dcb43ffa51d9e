import { NotPortableError, show } from "../base/errors.ts";
import { referenceOf } from "./portable.ts";

/**
 * Refuses what no worker could find again.
 *
 * @param fn The task's function.
 * @param what What is refused.
 * @throws {TypeError} When it isn't a function.
 * @throws {NotPortableError} When it is, but not a portable one.
 */
export function assertPortable(fn: unknown, what: string): void {
  if (referenceOf(fn) !== undefined) return;
  if (typeof fn !== "function") {
    const started = fn instanceof Promise ? ", whose work has already started" : "";
    throw new TypeError(`${what}: got ${show(fn)}${started}`);
  }
  throw new NotPortableError(
    `${what}: ${
      show(fn)
    } can't be found again in a worker. Define it with defineTasks(import.meta.url, …), ` +
      "import its module with importTasks(url), or make it self-contained with inlineTask(fn)",
  );
}
