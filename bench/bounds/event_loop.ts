/**
 * An async function, a promise, the clock and the caller's context: what each task of an `AsyncQueue` needs at least.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Bound, report } from "./bound.ts";

const TIMES = 200_000;

/** Kept, so that no engine leaves out what is measured. */
let sink: unknown;

const noop = async () => {};

/** Nanoseconds for each time, in a loop without any promise of its own. */
function loop(action: () => unknown): number {
  const start = performance.now();
  for (let i = 0; i < TIMES; i++) sink = action();
  return (performance.now() - start) * 1e6 / TIMES;
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) * 1e6 / TIMES;
}

const storage = new AsyncLocalStorage<number>();

/** A task of a bare list. */
interface Item {
  next: Item | undefined;
  start(now: number): Promise<void>;
  end(now: number): void;
  value(): Promise<void>;
}

/** It keeps its times and tells of its end by a promise. */
class Timed implements Item {
  next: Item | undefined = undefined;
  readonly createdAt = performance.now();
  startedAt = 0;
  finishedAt = 0;
  readonly #value = Promise.withResolvers<void>();

  start(now: number): Promise<void> {
    this.startedAt = now;
    return noop();
  }

  end(now: number): void {
    this.finishedAt = now;
    this.#value.resolve();
  }

  value(): Promise<void> {
    return this.#value.promise;
  }
}

const SAID = Object.freeze({ timeout: Infinity, retries: 0, signal: undefined });
let tasks = 0;

/** It keeps all that a handle and a result tell, with a seat for who waits and for what few tasks have. Promises are made when asked for. */
class Known implements Item {
  next: Item | undefined = undefined;
  readonly owner = storage;
  readonly order = ++tasks;
  readonly name = noop.name;
  readonly priority = 3;
  readonly options = SAID;
  status = "pending";
  attempts = 0;
  workerId: number | undefined = undefined;
  timer = 0;
  fn: typeof noop | undefined = noop;
  args: readonly unknown[] | undefined = undefined;
  context: object | undefined = undefined;
  rare: object | undefined = undefined;
  waiter: { resolve(): void; reject(reason: unknown): void } | undefined = undefined;
  readonly createdAt = Math.floor(performance.now() * 1000);
  startedAt = 0;
  finishedAt = 0;

  start(now: number): Promise<void> {
    this.status = "running";
    this.attempts++;
    this.startedAt = Math.floor(now * 1000);
    return this.fn!();
  }

  end(now: number): void {
    this.status = "succeeded";
    this.finishedAt = Math.floor(now * 1000);
    this.fn = undefined;
    this.waiter?.resolve();
  }

  value(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
    });
  }
}

/** Runs a list of tasks, 16 at a time, each awaited; keeps those that have ended. */
async function list(count: number, create: () => Item): Promise<void> {
  let next: Item | undefined;
  let last: Item | undefined;
  const ended: Item[] = [];
  const values = Array.from({ length: count }, () => {
    const task = create();
    if (last === undefined) next = task;
    else last.next = task;
    last = task;
    return task.value();
  });
  const slot = async () => {
    let now = performance.now();
    while (next !== undefined) {
      const task: Item = next;
      next = task.next;
      task.next = undefined;
      await task.start(now);
      now = performance.now();
      ended.push(task);
      task.end(now);
    }
  };
  const slots = Array.from({ length: 16 }, slot);
  for (const value of values) await value;
  await Promise.all(slots);
}

/** The same with other tasks, in lists of a length. */
function lists(what: string, create: () => Item): Bound[] {
  return [1_000, 100_000].map((count) => ({
    name: `a bare list of ${count.toLocaleString("en")} tasks with ${what}, each awaited`,
    unit: "ns a task",
    measure: () =>
      timed(async () => {
        for (let done = 0; done < TIMES; done += count) await list(count, create);
      }),
  }));
}

const bounds: readonly Bound[] = [
  {
    name: "`await` of an async function that does nothing",
    unit: "ns",
    measure: () =>
      timed(async () => {
        for (let i = 0; i < TIMES; i++) await noop();
      }),
  },
  {
    name: "a promise that is made, resolved and awaited",
    unit: "ns",
    measure: () =>
      timed(async () => {
        for (let i = 0; i < TIMES; i++) {
          const { promise, resolve } = Promise.withResolvers<void>();
          resolve();
          await promise;
        }
      }),
  },
  { name: "`performance.now()`", unit: "ns", measure: () => loop(() => performance.now()) },
  {
    name: "`AsyncLocalStorage.snapshot()`, in a context",
    unit: "ns",
    measure: () => storage.run(1, () => loop(() => AsyncLocalStorage.snapshot())),
  },
  {
    name: "a snapshot's call",
    unit: "ns",
    measure() {
      const inContext = storage.run(1, () => AsyncLocalStorage.snapshot());
      return loop(() => inContext(() => sink));
    },
  },
  ...lists("three times and a promise", () => new Timed()),
  ...lists("all that is told of one, and a promise", () => new Known()),
];

await report("The event loop", bounds);
