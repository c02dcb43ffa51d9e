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

/** A task as a list has it that keeps its times and tells of it by a promise. */
class Task {
  next: Task | undefined;
  readonly createdAt = performance.now();
  startedAt = 0;
  finishedAt = 0;
  readonly value = Promise.withResolvers<void>();
}

async function list(): Promise<void> {
  const first = new Task();
  let last = first;
  for (let i = 1; i < TIMES; i++) last = last.next = new Task();
  let next: Task | undefined = first;
  const slot = async () => {
    while (next !== undefined) {
      const task: Task = next;
      next = task.next;
      task.startedAt = performance.now();
      await noop();
      task.finishedAt = performance.now();
      task.value.resolve();
    }
  };
  const slots = Array.from({ length: 16 }, slot);
  for (let task: Task | undefined = first; task !== undefined; task = task.next) {
    await task.value.promise;
  }
  await Promise.all(slots);
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
  {
    name: "a bare list of tasks with three times and a promise each, 16 at a time, each awaited",
    unit: "ns a task",
    measure: () => timed(list),
  },
];

await report("The event loop", bounds);
