import { checks } from "../base/checks.ts";
import { QueueStateError } from "../base/errors.ts";
import type { WaitOptions } from "../base/wait.ts";
import { waitFor } from "../base/wait.ts";
import { decodeThrown, type EncodedThrown, encodeThrown } from "../lanes/pool/wire/error_codec.ts";
import { decodeValue } from "../lanes/pool/wire/values.ts";
import { runtime } from "../runtime/here.ts";
import type { PlainHandle, TaskStatus } from "../task/handle.ts";
import { cancelError } from "../task/outcome.ts";
import type { TaskResult } from "../task/result.ts";
import type { ConnectedTask, Connection } from "./connection.ts";
import { type Admitted, CANCEL, type SentResult } from "./protocol.ts";

/**
 * All of a {@linkcode RemoteHandle} but its `then`: the form in which a promise can carry it; see
 * {@linkcode PlainHandle} for why.
 *
 * What it shows of the task (`status`, `attempts`, `progress`) is what the queue last said, which takes a moment to
 * get here. Times are on this thread's `performance.now()` time line.
 *
 * When the connection closes before the task has ended, its result can't come any more: `wait()` and `value()`
 * reject with `QueueStateError`, and `status` stays as it was. The task goes on all the same.
 *
 * @example
 * ```ts
 * import { AsyncQueue, attachQueue, inlineTask, type PlainRemoteHandle } from "@trilane/trilane";
 *
 * const double = inlineTask((n: number) => n * 2);
 * await using queue = new AsyncQueue();
 * await queue.start();
 * using remote = attachQueue(queue.share()); // usually on another thread
 * const handle: PlainRemoteHandle<number> = await remote.submit(double, [21]);
 * console.log(await handle.value()); // 42
 * ```
 */
export interface PlainRemoteHandle<T = unknown>
  extends Omit<PlainHandle<T>, "cancel" | "onDone" | "reprioritize" | "value" | "wait"> {
  /**
   * Waits for the task to end. Giving up the wait doesn't touch the task.
   *
   * @param options How long to wait.
   * @returns The result, whatever the status. A value that can't be sent to this thread makes it that of a failure,
   * with `NotPortableError`.
   * @throws {TaskTimeoutError} (rejects) When the timeout passes first.
   * @throws {QueueStateError} (rejects) When the connection closes first.
   */
  wait(options?: WaitOptions): Promise<TaskResult<T>>;
  /**
   * Waits for the task's value.
   *
   * @returns What the function returned or its promise resolved to.
   * @throws (rejects) The task's own error when it failed; {@linkcode TaskCancelledError} when it was
   * cancelled, with the reason as its `cause`.
   * @throws {QueueStateError} (rejects) When the connection closes first.
   */
  value(): Promise<T>;
  /**
   * Cancels the task, as `cancel` of a local handle does.
   *
   * @param reason What the result's `reason` and the signal's are; of what can't be sent, a text that shows it.
   * Default: a `TaskCancelledError`.
   * @returns `false` if the task had already ended.
   * @throws {QueueStateError} (rejects) When the connection closes first.
   */
  cancel(reason?: unknown): Promise<boolean>;
  /**
   * Calls back once when word comes that the task has ended; at once if it has. What the callback throws is reported
   * and affects nothing.
   *
   * @param callback Called with the handle.
   * @throws {TypeError} When it is not a function.
   */
  onDone(callback: (handle: this) => void): void;
}

/**
 * A task that was submitted through a {@linkcode RemoteQueue}: await it for its {@linkcode TaskResult}, or call
 * `value()` for what the function returned.
 *
 * @example
 * ```ts
 * import { AsyncQueue, attachQueue, inlineTask, type RemoteHandle } from "@trilane/trilane";
 *
 * const double = inlineTask((n: number) => n * 2);
 * await using queue = new AsyncQueue();
 * await queue.start();
 * using remote = attachQueue(queue.share()); // usually on another thread
 * const handles: RemoteHandle<number>[] = await remote.map(double, [1, 2]);
 * console.log((await handles[0]!).status); // succeeded
 * ```
 */
export interface RemoteHandle<T = unknown>
  extends PlainRemoteHandle<T>, PromiseLike<TaskResult<T>> {}

/** The task's own end, or that of the connection. */
type Outcome<T> = { readonly result: TaskResult<T> } | { readonly lost: QueueStateError };

/** What the results of different status have of their own. */
type Ending<T> =
  | { readonly status: "succeeded"; readonly value: T }
  | { readonly status: "failed"; readonly error: unknown }
  | { readonly status: "cancelled"; readonly reason: unknown };

/** This thread's picture of a task that a shared queue has admitted. */
export class RemoteTask<T = unknown> implements RemoteHandle<T>, ConnectedTask {
  readonly id: string;
  readonly name: string;
  readonly priority: number;
  readonly groupId?: string;
  readonly mustComplete: boolean;
  readonly detached: boolean;
  readonly metadata: unknown;
  readonly createdAt: number;
  readonly scheduledFor?: number;
  status: TaskStatus;
  attempts = 0;
  progress: unknown = undefined;
  readonly #connection: Connection;
  /** What to add to the owner's times to have them on this thread's time line. */
  readonly #shift: number;
  #outcome: Outcome<T> | undefined;
  readonly #observers = new Set<(outcome: Outcome<T>) => void>();
  readonly #settled: () => void;
  #release: (() => void) | undefined;

  /**
   * @param connection What it was submitted over.
   * @param facts What the queue says of it.
   * @param metadata The caller's own, which is no copy here.
   * @param timeOrigin The zero of the owner's times.
   * @param settled Called when it has ended or is lost.
   */
  constructor(
    connection: Connection,
    facts: Admitted,
    metadata: unknown,
    timeOrigin: number,
    settled: () => void,
  ) {
    this.#connection = connection;
    this.#settled = settled;
    this.#shift = timeOrigin - performance.timeOrigin;
    this.id = facts.id;
    this.name = facts.name;
    this.priority = facts.priority;
    if (facts.groupId !== undefined) this.groupId = facts.groupId;
    this.mustComplete = facts.mustComplete;
    this.detached = facts.detached;
    this.metadata = metadata;
    this.createdAt = facts.createdAt + this.#shift;
    if (facts.scheduledFor !== undefined) this.scheduledFor = facts.scheduledFor + this.#shift;
    this.status = facts.status;
  }

  get done(): boolean {
    return this.#outcome !== undefined && "result" in this.#outcome;
  }

  get cancelled(): boolean {
    return this.status === "cancelled";
  }

  result(): TaskResult<T> {
    const outcome = this.#outcome;
    if (outcome !== undefined && "result" in outcome) return outcome.result;
    throw new QueueStateError(
      `Cannot read the outcome of task '${this.name}' before it has ended: it is ${this.status}`,
    );
  }

  error(): unknown {
    const result = this.result();
    return result.status === "failed" ? result.error : undefined;
  }

  async wait(options: WaitOptions = {}): Promise<TaskResult<T>> {
    if (!this.done) this.#connection.awaited();
    const outcome = await waitFor<Outcome<T>>(
      (resolve) => this.observe(resolve),
      options,
      this.#connection.timers,
      () => `Waiting for task '${this.name}'`,
    );
    if ("lost" in outcome) throw outcome.lost;
    return outcome.result;
  }

  async value(): Promise<T> {
    const result = await this.wait();
    if (result.status === "succeeded") return result.value;
    throw result.status === "failed" ? result.error : cancelError(this.name, result.reason);
  }

  then<A = TaskResult<T>, B = never>(
    onFulfilled?: ((result: TaskResult<T>) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.wait().then(onFulfilled, onRejected);
  }

  async cancel(reason?: unknown): Promise<boolean> {
    return await cancelTasks(this.#connection, [this as RemoteTask], reason) === 1;
  }

  onDone(callback: (handle: this) => void): void {
    checks.function("callback", callback);
    this.observe((outcome) => {
      if ("lost" in outcome) return;
      try {
        callback(this);
      } catch (error) {
        runtime.report(error);
      }
    });
  }

  /**
   * Calls back when the task has ended or is lost, at once if so. Meanwhile the program stays alive.
   *
   * @returns Takes the callback back.
   */
  observe(observer: (outcome: Outcome<T>) => void): () => void {
    if (this.#outcome !== undefined) {
      observer(this.#outcome);
      return () => {};
    }
    this.#observers.add(observer);
    this.#release ??= this.#connection.hold();
    return () => {
      if (this.#observers.delete(observer) && this.#observers.size === 0) this.#letGo();
    };
  }

  // What the connection says.

  change(status: TaskStatus, attempts: number, progress: unknown): void {
    this.status = status;
    this.attempts = attempts;
    this.progress = decodeValue(progress);
  }

  end({ status, outcome, base, progress }: SentResult): void {
    const { startedAt, scheduledFor } = base;
    const own = {
      ...base,
      metadata: this.metadata,
      createdAt: this.createdAt,
      finishedAt: base.finishedAt + this.#shift,
      ...(startedAt !== undefined && { startedAt: startedAt + this.#shift }),
      ...(scheduledFor !== undefined && { scheduledFor: scheduledFor + this.#shift }),
    };
    this.change(status, base.attempts, progress);
    this.#settle({ result: Object.freeze({ ...own, ...this.#decode(status, outcome) }) });
  }

  lose(lost: QueueStateError): void {
    this.#settle({ lost });
  }

  #decode(status: TaskResult["status"], outcome: unknown): Ending<T> {
    if (status === "succeeded") return { status, value: decodeValue(outcome) as T };
    const thrown = decodeThrown(
      outcome as EncodedThrown,
      `    in task '${this.name}' (${this.id})`,
    );
    return status === "failed" ? { status, error: thrown } : { status, reason: thrown };
  }

  #settle(outcome: Outcome<T>): void {
    this.#outcome = outcome;
    this.#settled();
    const observers = [...this.#observers];
    this.#observers.clear();
    for (const observer of observers) observer(outcome);
    this.#letGo();
  }

  #letGo(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

/**
 * Cancels those tasks that have not ended.
 *
 * @param connection The connection that they were submitted over.
 * @param tasks The tasks.
 * @param reason As for one handle.
 * @returns How many were cancelled.
 * @throws {QueueStateError} (rejects) When the connection is closed.
 */
export async function cancelTasks(
  connection: Connection,
  tasks: readonly RemoteTask[],
  reason: unknown,
): Promise<number> {
  const ids = tasks.filter((task) => !task.done).map((task) => task.id);
  if (ids.length === 0) return 0;
  const why = reason === undefined ? undefined : encodeThrown(reason);
  try {
    return await connection.request("cancel a task", (request) => [CANCEL, request, ids, why]);
  } catch (cause) {
    throw new QueueStateError((cause as Error).message, { cause });
  }
}
