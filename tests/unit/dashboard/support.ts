/**
 * A queue that does nothing but tell what it is told to.
 *
 * @module
 */
import type { KeyLoad, QueueStats, TaskHandle, TaskResult } from "../../../mod.ts";
import type { WatchedQueue } from "../../../src/dashboard/mod.ts";
import type { Hooks } from "../../../src/engine/announcer.ts";

export class FakeQueue implements WatchedQueue {
  readonly hooks: Set<Hooks> = new Set();
  readonly #started = new Map<string, { status: string; done: boolean }>();
  workers = 4;
  loads: KeyLoad[] = [];
  stats: QueueStats = {
    ...{ pending: 0, scheduled: 0, active: 0, completed: 0, succeeded: 0, failed: 0 },
    ...{
      cancelled: 0,
      blocked: 0,
      limited: 0,
      retried: 0,
      abandoned: 0,
      workers: 0,
      closed: false,
      paused: false,
    },
  };

  observe(hooks: Hooks): Disposable {
    this.hooks.add(hooks);
    return { [Symbol.dispose]: () => void this.hooks.delete(hooks) };
  }

  keyLoads(): KeyLoad[] {
    return this.loads;
  }

  start(id: string, name = "task", attempts = 1, workerId = 1): TaskHandle {
    const fields = { id, name, attempts, workerId, status: "running", done: false };
    const handle = fields as unknown as TaskHandle;
    this.#started.set(id, fields);
    for (const hooks of this.hooks) hooks.onStart!(handle);
    return handle;
  }

  retry(handle: TaskHandle, error: unknown): void {
    this.#started.get(handle.id)!.status = "retrying";
    for (const hooks of this.hooks) hooks.onRetry!(handle, error);
  }

  end(result: TaskResult): void {
    const handle = this.#started.get(result.id);
    if (handle !== undefined) Object.assign(handle, { status: result.status, done: true });
    this.#started.delete(result.id);
    for (const hooks of this.hooks) hooks.onComplete!(result);
  }
}
