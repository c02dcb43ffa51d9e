import { QueueStateError } from "../../base/errors.ts";
import type { ExecutorHost } from "../../engine/executor.ts";
import { waits } from "../../engine/waits.ts";
import {
  AttemptContext,
  type ContextActions,
  type ContextSource,
  type TaskContext,
} from "../../task/context.ts";
import type { PlainHandle } from "../../task/handle.ts";
import type { TaskResult } from "../../task/result.ts";
import { Task } from "../../task/task.ts";

/** What a slot asks of the executor that it belongs to. */
export interface SlotOwner {
  readonly host: ExecutorHost;
  /** The promise of the slot's function has settled. */
  settled(slot: Slot, ok: boolean, value: unknown): void;
  /** The slot of a task is not used for now: another task may run. */
  lend(task: Task): void;
  /**
   * Asks for a slot again.
   *
   * @param task The task.
   * @param resume Called, perhaps at once, when there is one, which then is counted as taken.
   * @returns Takes the request back.
   */
  regain(task: Task, resume: () => void): () => void;
}

/** A place where one attempt at a time runs. */
export class Slot implements ContextSource {
  readonly id: number;
  /** The task whose attempt runs here. */
  task: Task | undefined = undefined;
  /** The task whose function still runs here after it was interrupted. */
  abandonedBy: Task | undefined = undefined;
  /** The number of that attempt. */
  abandonedAttempt = 0;
  /** What the attempt knows of itself, if its function has asked. */
  attempt: Attempt | undefined = undefined;
  readonly onValue: (value: unknown) => void;
  readonly onError: (error: unknown) => void;
  readonly #owner: SlotOwner;

  constructor(owner: SlotOwner, id: number) {
    this.id = id;
    this.#owner = owner;
    this.onValue = (value) => owner.settled(this, true, value);
    this.onError = (error) => owner.settled(this, false, error);
  }

  context(): TaskContext {
    // A function that cancels its own task before it asks is told so by a context that has ended.
    const task = this.task ?? this.abandonedBy!;
    if (this.attempt === undefined) {
      this.attempt = new Attempt(task, this.#owner);
      if (this.task === undefined) this.attempt.interrupt(task.outcome);
    }
    return this.attempt.context;
  }
}

/** What the function of a running attempt can do through its context. */
export class Attempt implements ContextActions {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly context: AttemptContext;
  /** Whether its slot is lent to others, while it waits or waits to go on. */
  lent = false;
  readonly #task: Task;
  readonly #owner: SlotOwner;
  #waits = 0;
  #over = false;
  /** Resolves when the slot is back; all waits that want it back meanwhile share one request. */
  #regained: Promise<void> | undefined;
  #giveUpSlot: (() => void) | undefined;
  readonly #interrupted = Promise.withResolvers<never>();

  constructor(task: Task, owner: SlotOwner) {
    this.id = task.id;
    this.name = task.name;
    this.attempt = task.attempts;
    this.#task = task;
    this.#owner = owner;
    this.context = new AttemptContext(this);
    // Nobody may be waiting when it comes.
    this.#interrupted.promise.catch(() => {});
  }

  progress(data: unknown): void {
    if (!this.#over) this.#owner.host.progressed(this.#task, data);
  }

  async wait<T>(handle: PlainHandle<T>): Promise<TaskResult<T>> {
    if (handle === this.#task as unknown) {
      throw new QueueStateError(`Task '${this.name}' cannot wait for itself`);
    }
    if (this.#over) return await handle.wait();
    const target = handle instanceof Task && !handle.done ? handle : undefined;
    if (target !== undefined && waits.waitsFor(target, this.#task)) {
      throw new QueueStateError(
        `Task '${this.name}' cannot wait for task '${target.name}', which waits for it`,
      );
    }
    const endWait = target && waits.begin(this.#task, target);
    this.#waits++;
    if (!this.lent) {
      this.lent = true;
      this.#owner.lend(this.#task);
    }
    try {
      return await Promise.race([handle.wait(), this.#interrupted.promise]);
    } finally {
      endWait?.();
      this.#waits--;
      // While other waits are open the function as a whole still waits.
      if (this.#waits === 0 && !this.#over) await this.#regain();
    }
  }

  report(error: unknown): void {
    this.#owner.host.report(error);
  }

  /** The attempt is to stop. */
  interrupt(reason: unknown): void {
    this.end();
    this.context.abort(reason);
    this.#interrupted.reject(reason);
  }

  /** The attempt counts no more: nothing that its function still does has an effect. */
  end(): void {
    this.#over = true;
    // At once: a slot that becomes free before a promise is heard would be taken and never given back.
    this.#giveUpSlot?.();
  }

  async #regain(): Promise<void> {
    if (this.#regained === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#regained = promise;
      this.#giveUpSlot = this.#owner.regain(this.#task, () => {
        this.#regained = undefined;
        // Another wait may have been opened meanwhile.
        if (this.#waits > 0) this.#owner.lend(this.#task);
        else this.lent = false;
        resolve();
      });
    }
    await Promise.race([this.#regained, this.#interrupted.promise]);
  }
}
