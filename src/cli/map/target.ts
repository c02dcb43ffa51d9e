import { reasonOf, show } from "../../base/errors.ts";
import { importTasks } from "../../portable/import.ts";
import type { AnyFunction } from "../../task/task.ts";
import { suggestion, UsageError } from "../options/usage.ts";
import { createQueue, inWorker, type LaneOptions } from "./lane.ts";
import type { Target } from "./plan.ts";

/**
 * Finds the function to run. Its module is loaded where the tasks will run, to see that it can be: in this thread for
 * the lane `async`, else in a worker.
 *
 * @param target Which function.
 * @param lane Where it is to run.
 * @param signal Gives it up.
 * @returns The function.
 * @throws {UsageError} (rejects) When the module can't be loaded or doesn't export such a function.
 * @throws (rejects) The signal's reason.
 */
export async function findFunction(
  target: Target,
  lane: LaneOptions,
  signal: AbortSignal,
): Promise<AnyFunction> {
  // What a cluster's nodes can load is for them to say; here it is seen whether there is such a function at all.
  const queue = createQueue({ ...lane, cluster: undefined, process: {} }, { workers: 1 });
  try {
    await queue.start();
    const found = await queue.submit(inWorker.exportsOf, [target.url], { signal });
    signal.throwIfAborted();
    if (found.status !== "succeeded") {
      const why = reasonOf(found.status === "failed" ? found.error : found.reason);
      throw new UsageError(`Cannot load module ${show(target.module)}: ${onOneLine(why)}`);
    }
    assertExported(target, new Map(found.value));
  } finally {
    await queue.cancel();
  }
  return importTasks<Record<string, AnyFunction>>(target.url)[target.name];
}

/** Deno numbers the causes of an error that it tells of, each on a line of its own. */
function onOneLine(text: string): string {
  return text.replace(/\.?\s*\n\s*(\d+:)?\s*/g, ": ");
}

function assertExported({ module, name }: Target, exported: ReadonlyMap<string, string>): void {
  const type = exported.get(name);
  if (type === "function") return;
  const functions = [...exported].filter(([, type]) => type === "function").map(([name]) => name);
  const wrong = type === undefined
    ? `exports no ${show(name)}`
    : `exports ${show(name)}, which is not a function: its type is ${type}`;
  const there = functions.length === 0
    ? "It exports no functions"
    : `It exports the functions ${functions.map(show).join(", ")}`;
  const meant = suggestion(name, functions) || ".";
  throw new UsageError(`Module ${show(module)} ${wrong}${meant} ${there}`);
}
