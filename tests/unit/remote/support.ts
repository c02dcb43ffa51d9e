/**
 * Queues to share, and places to share them with.
 *
 * @module
 */
import {
  AsyncQueue,
  importTasks,
  type PoolOptions,
  type Portable,
  type TaskQueue,
  ThreadQueue,
  transfer,
} from "../../../mod.ts";
import { Desk, eventually } from "../../conformance/support.ts";
import { play, type Scenarios } from "./client.ts";
import type { Order, Played } from "./worker.ts";

/** A queue that can be shared, be it one that takes more than portable tasks. */
export type Owner = TaskQueue<Portable>;

/** The queues that are shared, by the names of their classes. */
export const owners: Record<string, (options?: PoolOptions) => Owner> = {
  AsyncQueue: (options) => new AsyncQueue(options) as unknown as Owner,
  ThreadQueue: (options) => new ThreadQueue(options),
};

/** Plays a scenario somewhere. */
export type Place = (
  port: MessagePort,
  scenario: keyof Scenarios,
  ...args: unknown[]
) => Promise<unknown>;

const { playTask } = importTasks<typeof import("./client.ts")>(
  new URL("./client.ts", import.meta.url),
);

/** A Web Worker of one's own. */
export class Client {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  /** The errors that ended it. */
  readonly errors: string[] = [];

  constructor() {
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.errors.push(event.message);
    });
  }

  /** Plays a scenario, the connection stays open. */
  readonly play: Place = async (port, scenario, ...args) => {
    const played = new Promise<Played>((resolve) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
    });
    this.#worker.postMessage({ port, scenario, args } satisfies Order, [port]);
    const result = await played;
    if ("error" in result) throw new Error(`In the worker: ${result.error}`);
    return result.value;
  };

  /** Makes it end itself. */
  tell(order: Extract<Order, string>): void {
    this.#worker.postMessage(order);
  }

  /** Ends it. */
  terminate(): void {
    this.#worker.terminate();
  }
}

/** Where a shared queue is used from. */
export const places: Record<string, Place> = {
  "the same thread": (port, scenario, ...args) => play({ port, scenario, args }),
  async "a Web Worker"(port, scenario, ...args) {
    const client = new Client();
    try {
      return await client.play(port, scenario, ...args);
    } finally {
      client.terminate();
    }
  },
  "a task on a ThreadQueue": (port, scenario, ...args) =>
    ThreadQueue.use(
      { workers: 1 },
      (threads) =>
        threads.submit(playTask, [transfer(port, [port]) as never, scenario, args]).value(),
    ),
};

/** Runs a test's body with a queue, which is closed afterwards. */
export async function withOwner(
  make: (options?: PoolOptions) => Owner,
  options: PoolOptions,
  body: (queue: Owner, desk: Desk) => Promise<void>,
): Promise<void> {
  const queue = make(options);
  using desk = new Desk();
  try {
    await body(queue, desk);
  } finally {
    await queue.cancel();
    await eventually(() => queue.stats.abandoned === 0, "abandoned work has ended");
  }
}
