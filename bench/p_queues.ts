/**
 * The two p-queues: the newest is the one that people get, the version before it is the faster one.
 *
 * @module
 */

/** What is used of them, which both have. */
interface PQueue {
  add(task: () => Promise<void>, options?: { priority: number }): Promise<unknown>;
  start(): unknown;
  onIdle(): Promise<void>;
}

/** Their names, and what loads their class. */
export const pQueues: readonly {
  readonly name: string;
  load(): Promise<{
    readonly default: new (options: { concurrency: number; autoStart: boolean }) => PQueue;
  }>;
}[] = [
  { name: "p-queue", load: () => import("p-queue") },
  { name: "p-queue 9", load: () => import("p-queue-9") },
];
