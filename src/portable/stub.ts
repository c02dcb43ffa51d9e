import { continueTask } from "../task/context.ts";
import type { AnyFunction } from "../task/task.ts";
import { load } from "./load.ts";
import { makePortable, type Portable, type TaskReference } from "./portable.ts";

/**
 * Makes a portable task that stands for a function which this thread may not have loaded. Called here, it loads
 * it first.
 *
 * @param reference Where the function is.
 * @param name What it is called.
 * @returns The task, whose calls give a promise.
 */
export function makeStub(
  reference: TaskReference,
  name: string = reference.name,
): AnyFunction & Portable {
  let fn: AnyFunction | undefined;
  const stub = async (...args: unknown[]) => {
    if (fn !== undefined) return fn(...args);
    const call = continueTask();
    fn = await load(reference);
    return call(fn, args);
  };
  Object.defineProperty(stub, "name", { value: name });
  return makePortable(stub, reference);
}
