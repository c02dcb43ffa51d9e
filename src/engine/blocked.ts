import type { AtHome } from "../base/async_contexts.ts";
import { isInstance, show, TaskCancelledError } from "../base/errors.ts";
import type { Awaitable } from "../task/handle.ts";
import { FAILED, type Place, SUCCEEDED } from "../task/place.ts";
import { Task } from "../task/task.ts";
import { type Waiters, waits } from "./waits.ts";

/** What some tasks wait for. */
export interface Dependency {
  readonly sources: readonly Awaitable[];
  /** Makes the arguments of the tasks of the values of what they wait for. */
  readonly argsOf?: (...values: unknown[]) => readonly unknown[];
}

/** What becomes of blocked tasks. */
export interface BlockedHost {
  readonly atHome: AtHome;
  /** Whether the queue has been started, and with it what its tasks wait for. */
  readonly started: boolean;
  /**
   * A task waits for nothing any more. It is still here.
   *
   * @param makeArgs Makes its arguments, if they depend on values.
   */
  unblocked(task: Task, makeArgs: (() => readonly unknown[]) | undefined): void;
  /** What a task waits for has failed. It is still here. */
  cancel(task: Task, reason: unknown): boolean;
}

/** Tasks that wait for others, by their `after`. */
export class Blocked implements Place<Task> {
  readonly status = "blocked";
  readonly #barriers = new Map<Task, Barrier>();
  readonly #host: BlockedHost;

  constructor(host: BlockedHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#barriers.size;
  }

  /**
   * Tasks wait.
   *
   * @returns Looks whether they still have to: to be called when no transition is under way.
   */
  add(tasks: readonly Task[], dependency: Dependency): () => void {
    const barrier = new Barrier(tasks, dependency, this.#host);
    for (const task of tasks) {
      task.place = this;
      this.#barriers.set(task, barrier);
    }
    return () => barrier.begin();
  }

  remove(task: Task): boolean {
    const barrier = this.#barriers.get(task)!;
    this.#barriers.delete(task);
    barrier.left();
    return true;
  }

  items(): Iterable<Task> {
    return this.#barriers.keys();
  }

  /** The queue starts, and what its tasks wait for does. */
  start(): void {
    for (const barrier of new Set(this.#barriers.values())) barrier.start();
  }
}

/** What tasks that were submitted together wait for: each source is looked at once, however many they are. */
class Barrier implements Waiters {
  readonly tasks: readonly Task[];
  readonly #sources: ReadonlySet<Awaitable>;
  readonly #dependency: Dependency;
  readonly #host: BlockedHost;
  /** The values of sources that are no tasks of this thread's queues. */
  readonly #values = new Map<Awaitable, unknown>();
  /** How many sources have not ended. */
  #pending = 0;
  /** How many of the tasks wait. */
  #blocked: number;
  #started = false;

  constructor(tasks: readonly Task[], dependency: Dependency, host: BlockedHost) {
    this.tasks = tasks;
    this.#blocked = tasks.length;
    this.#dependency = dependency;
    this.#sources = new Set(dependency.sources);
    this.#host = host;
    for (const source of this.#sources) {
      if (source instanceof Task && source.done) continue;
      this.#pending++;
      if (source instanceof Task) waits.add(source, this);
    }
  }

  begin(): void {
    for (const source of this.#sources) {
      if (source instanceof Task && source.done && source.place !== SUCCEEDED) {
        return this.ended(source);
      }
    }
    if (this.#pending === 0) return this.#open();
    if (this.#host.started) this.start();
  }

  /** Starts the queues of what is waited for; called again when the queue is. */
  start(): void {
    for (const source of this.#sources) {
      if (!(source instanceof Task)) {
        if (!this.#started) this.#host.atHome(() => this.#listen(source));
      } else if (!source.done && !source.owner.started) source.owner.awaited();
    }
    this.#started = true;
  }

  ended(source: Task): void {
    if (source.place !== SUCCEEDED) this.#fail(reasonOf(source));
    else this.#succeeded();
  }

  /** One of the tasks waits no more. */
  left(): void {
    if (--this.#blocked > 0) return;
    for (const source of this.#sources) if (source instanceof Task) waits.remove(source, this);
  }

  #listen(source: Awaitable): void {
    const fail = (error: unknown) => {
      const message = `Cancelled because what it waits for failed: ${show(error)}`;
      this.#fail(new TaskCancelledError(message, { cause: error }));
    };
    new Promise((resolve) => resolve(source.wait())).then((result) => {
      const { status, value, error, reason, ok } = result as Result;
      if (ok === false) {
        // A summary tells by this what failed, and how much of it.
        (result as Result).throwIfFailed?.({ includeCancelled: true });
      }
      if (status !== "succeeded" && ok !== true) return fail(error ?? reason ?? result);
      this.#values.set(source, status === undefined ? result : value);
      this.#succeeded();
    }).catch(fail);
  }

  #succeeded(): void {
    if (--this.#pending === 0) this.#open();
  }

  #open(): void {
    const { argsOf, sources } = this.#dependency;
    const makeArgs = argsOf && (() =>
      argsOf(
        ...sources.map((source) =>
          source instanceof Task ? source.outcome : this.#values.get(source)
        ),
      ));
    this.#eachBlocked((task) => this.#host.unblocked(task, makeArgs));
  }

  #fail(reason: TaskCancelledError): void {
    this.#eachBlocked((task) => this.#host.cancel(task, reason));
  }

  /** What is done for one may end others. */
  #eachBlocked(call: (task: Task) => void): void {
    for (const task of this.tasks) if (task.status === "blocked") call(task);
  }
}

/** The part that is looked at of what a wait gives: the result of a task, or the summary of a group. */
interface Result {
  readonly status?: string;
  readonly value?: unknown;
  readonly error?: unknown;
  readonly reason?: unknown;
  readonly ok?: boolean;
  throwIfFailed?(options: { includeCancelled: boolean }): void;
}

/** The reasons that were made here. */
const reasons = new WeakSet<object>();

/** Why what waits for a task is cancelled: all that come after one that failed have one reason. */
function reasonOf({ name, place, outcome }: Task): TaskCancelledError {
  if (isInstance(outcome, TaskCancelledError) && reasons.has(outcome)) return outcome;
  const how = place === FAILED ? "failed" : "was cancelled";
  const reason = new TaskCancelledError(
    `Cancelled because task '${name}' ${how}: ${show(outcome)}`,
    { cause: outcome },
  );
  reasons.add(reason);
  return reason;
}
