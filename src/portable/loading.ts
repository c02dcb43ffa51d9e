import { QueueStateError } from "../base/errors.ts";
import { shared } from "../base/shared.ts";
import type { AnyFunction } from "../task/task.ts";
import { load } from "./load.ts";
import type { TaskReference } from "./portable.ts";

/** What this thread loads as a worker, the same for all copies of this library. */
const state = shared("loading", () => ({
  isWorker: false,
  /** The module that is being loaded. */
  module: undefined as string | undefined,
  /** Modules that wanted workers of their own while they were loaded, and what they were told. */
  refusals: new Map<string, QueueStateError>(),
}));

/** Says that this thread or process is a worker of a pool. */
export function declareWorker(): void {
  state.isWorker = true;
}

/**
 * Finds a task's function for a worker, loading its module if need be. One at a time.
 *
 * @param reference Where it is.
 * @returns The function.
 * @throws {QueueStateError} (rejects) When the module made a pool while it was loaded, whatever it did about the error.
 * @throws (rejects) What `load` throws.
 */
export async function loadForWorker(reference: TaskReference): Promise<AnyFunction> {
  if (reference.kind === "inline") return load(reference);
  const { url } = reference;
  state.module = url;
  const outcome = await load(reference).then(
    (fn) => ({ fn }),
    (error: unknown) => ({ error }),
  );
  state.module = undefined;
  const refusal = state.refusals.get(url);
  if (refusal !== undefined) throw refusal;
  if ("error" in outcome) throw outcome.error;
  return outcome.fn;
}

/** Whether an error is what a module was told that wanted workers of its own while a worker loaded it. */
export function isRefusal(error: unknown): boolean {
  for (const refusal of state.refusals.values()) if (refusal === error) return true;
  return false;
}

/**
 * Keeps a main module that is loaded again by a worker from starting workers, which would load it again in turn.
 *
 * @throws {QueueStateError} When a worker loads a module right now.
 */
export function assertNotLoading(): void {
  const { isWorker, module, refusals } = state;
  if (!isWorker || module === undefined) return;
  const refusal = new QueueStateError(
    `Cannot make a queue while a worker loads ${module}, which is loaded there once more to find its tasks: ` +
      "put what the main program alone is to do behind a guard:\n\n" +
      "    if (import.meta.main) {\n" +
      "      // make queues and submit tasks here\n" +
      "    }\n",
  );
  refusals.set(module, refusal);
  throw refusal;
}
