/**
 * A queue that does nothing but tell what it is told to.
 *
 * @module
 */
import type { QueueStats, TaskHandle, TaskResult } from "../../../mod.ts";
import type { KeyLoad, WatchedQueue } from "../../../src/dashboard/mod.ts";
import type { Hooks } from "../../../src/engine/announcer.ts";

export class FakeQueue implements WatchedQueue {
  readonly hooks: Set<Hooks> = new Set();
  workers = 4;
  loads: KeyLoad[] = [];
  stats: QueueStats = {
    ...{ pending: 0, scheduled: 0, active: 0, completed: 0, succeeded: 0, failed: 0 },
    ...{ cancelled: 0, retried: 0, abandoned: 0, workers: 0, closed: false, paused: false },
  };

  observe(hooks: Hooks): Disposable {
    this.hooks.add(hooks);
    return { [Symbol.dispose]: () => void this.hooks.delete(hooks) };
  }

  keyLoads(): KeyLoad[] {
    return this.loads;
  }

  start(id: string, name = "task", attempts = 1, workerId = 1): TaskHandle {
    const handle = { id, name, attempts, workerId } as unknown as TaskHandle;
    for (const hooks of this.hooks) hooks.onStart!(handle);
    return handle;
  }

  retry(handle: TaskHandle, error: unknown): void {
    for (const hooks of this.hooks) hooks.onRetry!(handle, error);
  }

  end(result: TaskResult): void {
    for (const hooks of this.hooks) hooks.onComplete!(result);
  }
}
