import { promiseOf } from "../../base/thenable.ts";
import { type Executor, type ExecutorHost, STOPPED } from "../../engine/executor.ts";
import { contextCaller, stackCaller, type TaskCaller } from "../../task/context.ts";
import type { Task } from "../../task/task.ts";
import { Attempt, Slot, type SlotOwner } from "./slot.ts";

/**
 * Runs attempts on the event loop, in slots: one slot, one attempt at a time. A slot with its callbacks
 * is made once and used for task after task.
 *
 * An interrupted function can't be stopped, so its slot is left to it, abandoned, until it settles; a
 * new one takes the slot's place.
 */
export class AsyncExecutor implements Executor, SlotOwner {
  readonly host: ExecutorHost;
  readonly runsHere = true;
  abandoned = 0;
  readonly #caller: TaskCaller;
  #limit: number;
  #isStopped = false;
  /** Slots that count: taken, and not lent. */
  #active = 0;
  /** By worker id, which counts from 1. */
  readonly #slots: Slot[] = [];
  readonly #free: Slot[] = [];
  /** Those who lent their slot and want one to go on, in turn. */
  readonly #resuming = new Set<() => void>();

  constructor(host: ExecutorHost, limit: number) {
    this.host = host;
    this.#limit = limit;
    this.#caller = host.contexts === undefined ? stackCaller : contextCaller(host.contexts);
  }

  get room(): number {
    return this.#limit - this.#active;
  }

  get workers(): number {
    return this.#isStopped ? 0 : this.#limit;
  }

  get limit(): number {
    return this.#limit;
  }

  resize(workers: number): void {
    this.#limit = workers;
    this.#letResume();
    this.host.requestDispatch();
  }

  start(): Promise<void> {
    this.#isStopped = false;
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    return Promise.resolve();
  }

  *tasks(): Iterable<Task> {
    for (const slot of this.#slots) if (slot.task !== undefined) yield slot.task;
  }

  run(task: Task, now: number): number | undefined {
    const slot = this.#free.pop() ?? this.#addSlot(this.#slots.length + 1);
    this.#active++;
    slot.task = task;
    this.host.began(task, slot.id, now);
    const { fn, args, context } = task;
    // The queue's onStart may have cancelled it.
    if (fn === undefined || args === undefined) return this.#end(slot, true, undefined);
    let result: unknown;
    let promise: Promise<unknown> | undefined;
    try {
      // Its async context goes on to belong to this attempt when the slot is another one's.
      const source = context === undefined ? slot : slot.attempt = new Attempt(task, this);
      const { tracing } = this.host.dispatcher;
      const call = tracing === undefined ? fn : tracing.around(task, fn);
      result = this.#caller.call(source, call, args, context);
      // Within the `try`: what a task returns may throw at any look.
      promise = promiseOf(result);
    } catch (error) {
      return this.#end(slot, false, error);
    }
    if (promise === undefined) return this.#end(slot, true, result);
    promise.then(slot.onValue, slot.onError);
    return undefined;
  }

  interrupt(task: Task, reason: unknown): number {
    const slot = this.#slots[task.workerId! - 1];
    const { attempt } = slot;
    this.abandoned++;
    slot.task = undefined;
    slot.abandonedBy = task;
    slot.abandonedAttempt = task.attempts;
    this.#free.push(this.#addSlot(slot.id));
    this.#release(slot);
    if (attempt === undefined) return STOPPED;
    attempt.end();
    this.host.tell(() => attempt.interrupt(reason));
    return attempt.touched ? task.options.grace : STOPPED;
  }

  settled(slot: Slot, ok: boolean, value: unknown): void {
    this.host.dispatch(this.#end(slot, ok, value));
  }

  lend(task: Task): void {
    this.#active--;
    this.host.lent(task);
    this.#letResume();
    this.host.requestDispatch();
  }

  regain(task: Task, resume: () => void): () => void {
    const goOn = () => {
      this.host.resumed(task);
      resume();
    };
    const withdraw = this.host.regain(task, () => {
      this.#resuming.add(goOn);
      this.#letResume();
    });
    return () => {
      withdraw();
      this.#resuming.delete(goOn);
    };
  }

  /** The slot's function has returned; returns the time if that mattered. */
  #end(slot: Slot, ok: boolean, value: unknown): number | undefined {
    const { task } = slot;
    if (task === undefined) {
      this.abandoned--;
      const { abandonedBy, abandonedAttempt } = slot;
      // Its task may have gone on to further attempts, which this says nothing of.
      if (abandonedBy!.attempts === abandonedAttempt) this.host.stopped(abandonedBy!);
      return undefined;
    }
    const now = this.host.clock.now();
    slot.task = undefined;
    this.#release(slot);
    slot.attempt = undefined;
    this.#free.push(slot);
    if (ok) this.host.succeeded(task, value, now);
    else this.host.failed(task, value, now);
    return now;
  }

  #release(slot: Slot): void {
    if (slot.attempt === undefined || !slot.attempt.lent) this.#active--;
    slot.attempt?.end();
    if (this.#resuming.size > 0) this.#letResume();
  }

  #letResume(): void {
    for (const resume of this.#resuming) {
      if (this.room <= 0) break;
      this.#resuming.delete(resume);
      this.#active++;
      resume();
    }
  }

  #addSlot(id: number): Slot {
    const slot = new Slot(this, id);
    this.#slots[id - 1] = slot;
    return slot;
  }
}
