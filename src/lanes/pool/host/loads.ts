import { referenceOf } from "../../../portable/portable.ts";
import type { Task } from "../../../task/task.ts";
import type { PoolWorker, WorkerAttempt } from "./worker.ts";

/** A module that has failed in this many different workers in a row counts as one that can't be loaded. */
const MAX_FAILURES = 3;
/** How many workers may fail to load the module of one attempt before it fails. */
const MAX_WORKERS = 3;
/** A module that can't be loaded is tried again in a new worker after this. */
const TRY_AGAIN_MS = 1_000;

/** What is known of a module that failed to load. */
interface Failure {
  /** In how many workers it has failed since it last could be loaded. */
  count: number;
  at: number;
}

/**
 * Modules that failed to load, and what becomes of the attempts that need them.
 *
 * A runtime remembers that a module failed and fails it again at once, so that only another worker can really try. It does
 * so as long as it is not clear that the module, and not the worker, is at fault; and then again for each retry of a task,
 * and now and then for others.
 */
export class Loads {
  /** By URL. */
  readonly #failures = new Map<string, Failure>();
  /** In how many workers the module of each task's attempt has failed. */
  readonly #moves = new WeakMap<Task, number>();
  /** The modules that each worker failed to load. */
  readonly #failedIn = new WeakMap<PoolWorker, Set<string>>();

  /** Whether there is anything that `succeeded` has to know. */
  get pending(): boolean {
    return this.#failures.size > 0;
  }

  /** The module of a task could be loaded. */
  succeeded(task: Task): void {
    this.#moves.delete(task);
    this.#failures.delete(moduleOf(task));
  }

  /**
   * The module of an attempt could not be loaded.
   *
   * @returns Whether another worker is to try.
   */
  failed({ task, worker }: WorkerAttempt, now: number): boolean {
    const url = moduleOf(task);
    const isNew = this.#note(worker, url);
    let failure = this.#failures.get(url);
    if (failure === undefined) this.#failures.set(url, failure = { count: 0, at: now });
    const isDue = !isNew && (task.attempts > 1 || now - failure.at >= TRY_AGAIN_MS);
    if (isNew) {
      failure.count++;
      failure.at = now;
    }
    const moves = (this.#moves.get(task) ?? 0) + 1;
    const goesOn = moves < MAX_WORKERS && (failure.count < MAX_FAILURES || isDue);
    if (goesOn) this.#moves.set(task, moves);
    else this.#moves.delete(task);
    return goesOn;
  }

  /** Notes that a worker can't load a module; whether that is new. */
  #note(worker: PoolWorker, url: string): boolean {
    let modules = this.#failedIn.get(worker);
    if (modules === undefined) this.#failedIn.set(worker, modules = new Set());
    const before = modules.size;
    return modules.add(url).size > before;
  }
}

/** The module that a task comes from. */
function moduleOf({ fn }: Task): string {
  const reference = referenceOf(fn)!;
  return reference.kind === "inline" ? "" : reference.url;
}
