import { checks } from "../../base/checks.ts";
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
    return this.attempt.context();
  }
}

/**
 * What the function of a running attempt can do through its context. What the function leaves running may keep it for good, so
 * it lets go of the task at its end.
 */
export class Attempt implements ContextSource, ContextActions {
  readonly name: string;
  readonly attempt: number;
  /** Whether its slot is lent to others, while it waits or waits to go on. */
  lent = false;
  readonly #queueId: string;
  readonly #order: number;
  /** Until it ends. */
  #task: Task | undefined;
  readonly #owner: SlotOwner;
  #context: AttemptContext | undefined = undefined;
  /** Why it is to stop. */
  #stop: { readonly reason: unknown } | undefined = undefined;
  #waits = 0;
  /** Resolves when the slot is back; all waits that want it back meanwhile share one request. */
  #regained: Promise<void> | undefined = undefined;
  #giveUpSlot: (() => void) | undefined = undefined;
  /** Rejects when it is to stop, for those who wait. */
  #interrupted: PromiseWithResolvers<never> | undefined = undefined;

  constructor(task: Task, owner: SlotOwner) {
    this.name = task.name;
    this.attempt = task.attempts;
    this.#queueId = task.owner.id;
    this.#order = task.order;
    this.#task = task;
    this.#owner = owner;
  }

  get id(): string {
    return `${this.#queueId}-${this.#order}`;
  }

  /** Whether the function has asked for its signal or its state. */
  get touched(): boolean {
    return this.#context?.touched ?? false;
  }

  context(): TaskContext {
    if (this.#context === undefined) {
      this.#context = new AttemptContext(this);
      if (this.#stop !== undefined) this.#context.abort(this.#stop.reason);
    }
    return this.#context;
  }

  progress(data: unknown): void {
    if (this.#task !== undefined) this.#owner.host.progressed(this.#task, data);
  }

  async wait<T>(handle: PlainHandle<T>): Promise<TaskResult<T>> {
    const task = this.#task;
    checks.handle("What a task waits for", handle);
    if (task === undefined) return await handle.wait();
    if (handle === task as unknown) {
      throw new QueueStateError(`Task '${this.name}' cannot wait for itself`);
    }
    const target = handle instanceof Task && !handle.done ? handle : undefined;
    if (target !== undefined && waits.waitsFor(target, task)) {
      throw new QueueStateError(
        `Task '${this.name}' cannot wait for task '${target.name}', which waits for it`,
      );
    }
    const endWait = target && waits.begin(task, target);
    this.#waits++;
    if (!this.lent) {
      this.lent = true;
      this.#owner.lend(task);
    }
    try {
      return await Promise.race([handle.wait(), this.#interruption]);
    } finally {
      endWait?.();
      this.#waits--;
      // While other waits are open the function as a whole still waits.
      if (this.#waits === 0) await this.#regain();
    }
  }

  report(error: unknown): void {
    this.#owner.host.report(error);
  }

  /** The attempt is to stop. */
  interrupt(reason: unknown): void {
    this.end();
    this.#stop = { reason };
    this.#context?.abort(reason);
    this.#interrupted?.reject(reason);
  }

  /** The attempt counts no more: nothing that its function still does has an effect. */
  end(): void {
    this.#task = undefined;
    // At once: a slot that becomes free before a promise is heard would be taken and never given back.
    this.#giveUpSlot?.();
  }

  get #interruption(): Promise<never> {
    if (this.#interrupted === undefined) {
      this.#interrupted = Promise.withResolvers<never>();
      // Nobody may be waiting when it comes.
      this.#interrupted.promise.catch(() => {});
    }
    return this.#interrupted.promise;
  }

  async #regain(): Promise<void> {
    const task = this.#task;
    if (task === undefined) return;
    if (this.#regained === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#regained = promise;
      this.#giveUpSlot = this.#owner.regain(task, () => {
        this.#regained = undefined;
        // Another wait may have been opened meanwhile.
        if (this.#waits > 0) this.#owner.lend(task);
        else this.lent = false;
        resolve();
      });
    }
    await Promise.race([this.#regained, this.#interruption]);
  }
}
