import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { AsyncQueue, type TaskHandle } from "../../../../mod.ts";
import { Timers } from "../../../../src/base/timers.ts";
import { Engine } from "../../../../src/engine/engine.ts";
import type { Executor, ExecutorHost } from "../../../../src/engine/executor.ts";
import { Limits } from "../../../../src/engine/gates/keyed.ts";
import type { LimitOptions, QueueOptions } from "../../../../src/engine/options.ts";
import { Ranking } from "../../../../src/engine/rank.ts";
import { DEFAULT_OPTIONS, type Keys } from "../../../../src/task/options.ts";
import { NOWHERE } from "../../../../src/task/place.ts";
import type { Task } from "../../../../src/task/task.ts";
import { VirtualClock } from "../../../../src/testing/virtual_clock.ts";
import { test } from "../../../harness.ts";
import { keepReports } from "../../../strays.ts";

const HOST_WORKERS = 2;
const WINDOW = { limit: 2, interval: 20 };
const WORKERS = 3;

interface Entry {
  readonly handle: TaskHandle;
  readonly host: number;
  readonly user: number;
}

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        ...{ do: fc.constant("submit" as const), host: fc.nat(3), user: fc.nat(3) },
        ...{ priority: fc.nat(3), duration: fc.nat(30) },
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), time: fc.nat(25) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), at: fc.nat(100) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        ...{ do: fc.constant("move" as const), at: fc.nat(100), priority: fc.nat(3) },
      }),
    },
  ),
  { minLength: 5, maxLength: 50, size: "max" },
);

/** Sees that tasks start in order, no later than they can, and no more of a key than its limits allow. 0 stands for no key. */
class Watcher {
  readonly entries: Entry[] = [];
  readonly clock = new VirtualClock();
  readonly #running = new Set<Entry>();
  readonly #starts: { readonly user: number; readonly at: number }[] = [];

  started(handle: TaskHandle): void {
    const entry = this.entries.find((entry) => entry.handle === handle)!;
    assert(this.#isFree(entry), `${handle.name} starts and may not`);
    for (const other of this.entries) {
      if (other.handle.status !== "pending" || !this.#isFree(other)) continue;
      assert(
        handle.priority < other.handle.priority ||
          (handle.priority === other.handle.priority &&
            this.entries.indexOf(entry) < this.entries.indexOf(other)),
        `${handle.name} starts before ${other.handle.name}`,
      );
    }
    this.#running.add(entry);
    this.#starts.push({ user: entry.user, at: this.clock.now() });
  }

  ended(id: string): void {
    for (const entry of this.#running) if (entry.handle.id === id) this.#running.delete(entry);
  }

  /** Nothing that could run is left waiting. */
  assertAtRest(): void {
    const idle = this.entries.filter((entry) =>
      entry.handle.status === "pending" && this.#isFree(entry)
    );
    if (this.#running.size < WORKERS) assertEquals(idle.map(({ handle }) => handle.name), []);
  }

  #isFree({ host, user }: Entry): boolean {
    const now = this.clock.now();
    const active = [...this.#running].filter((entry) => entry.host === host).length;
    const recent =
      this.#starts.filter((start) => start.user === user && start.at > now - WINDOW.interval)
        .length;
    return (host === 0 || active < HOST_WORKERS) && (user === 0 || recent < WINDOW.limit);
  }
}

test("limits by key: hold exactly what they should, in a plain model", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const watcher = new Watcher();
      const { clock, entries } = watcher;
      const queue = new AsyncQueue({
        clock,
        workers: WORKERS,
        limits: { host: { workers: HOST_WORKERS }, user: { rate: WINDOW } },
        onStart: (handle) => watcher.started(handle),
        onComplete: ({ id }) => watcher.ended(id),
      });
      using reports = keepReports();
      await queue.start();
      for (const step of steps) {
        if (step.do === "pass") {
          await clock.advance(step.time);
          watcher.assertAtRest();
        } else if (step.do === "submit") {
          const { host, user, priority, duration } = step;
          const keys = { host: host || undefined, user: user || undefined };
          const name = `${entries.length}: ${host} ${user} ${priority}`;
          const run = () => new Promise((go) => clock.setTimer(() => go(undefined), duration));
          entries.push({ handle: queue.submit(run, { name, keys, priority }), host, user });
        } else {
          const handle = entries[step.at % (entries.length + 1)]?.handle;
          if (step.do === "cancel") handle?.cancel();
          else handle?.reprioritize(step.priority);
        }
      }
      for (let n = 0; entries.some(({ handle }) => !handle.done); n++) {
        assert(n < 1000, "it comes to an end");
        await clock.advance(20);
        watcher.assertAtRest();
      }
      assertEquals(queue.tasks(), []);
      await queue.shutdown();
      await clock.advance(30);
      assertEquals(reports.errors, []);
      assertEquals(clock.pendingTimers, 0);
    }),
    { numRuns: 100 },
  );
});

/** Limits with plain tasks of their own. */
function limitsWith(options: Record<string, LimitOptions>) {
  const clock = new VirtualClock();
  const limits = new Limits(options, new Ranking(), {
    clock,
    timers: new Timers(clock, () => {}),
    unparked: () => {},
    recall: () => {},
  });
  let order = 0;
  const make = (keys: Record<string, string | number>) => {
    const task = { place: NOWHERE, priority: 1, order: ++order, readyAt: 0 } as unknown as Task;
    limits.admit(task, keys);
    return task;
  };
  return { clock, limits, make };
}

test("limits by key: a key that was idle twice is forgotten once, and not in the place of its successor", async () => {
  const clock = new VirtualClock();
  const starts: [string, number][] = [];
  const queue = new AsyncQueue({
    clock,
    workers: 5,
    limits: { user: { rate: { limit: 1, interval: 20 } } },
    onStart: ({ name }) => starts.push([name, clock.now()]),
  });
  const from = clock.now();
  await queue.start();
  const submit = (name: string, duration: number, user?: string) => {
    const run = () => new Promise<void>((go) => clock.setTimer(go, duration));
    queue.submit(run, { name, ...(user !== undefined && { keys: { user } }) });
  };
  // Something is outstanding all the time.
  submit("other", 200);
  // Of those that are idle two are looked at for each new key, the oldest first.
  submit("one", 0, "x");
  submit("two", 0, "y");
  submit("first", 0, "a");
  await clock.advance(10);
  submit("second", 30, "a");
  await clock.advance(50);
  submit("third", 10, "a");
  submit("else", 0, "b");
  submit("fourth", 0, "a");
  await clock.advance(200);
  assertEquals(starts.map(([name, at]) => [name, at - from]), [
    ["other", 0],
    ["one", 0],
    ["two", 0],
    ["first", 0],
    ["second", 20],
    ["third", 60],
    ["else", 60],
    ["fourth", 80],
  ]);
  await queue.shutdown();
});

test("limits by key: a key without tasks is forgotten", () => {
  const { limits, make } = limitsWith({ host: { workers: 1 }, user: { fair: true } });
  const tasks = Array.from({ length: 1000 }, (_, n) => make({ host: n, user: n % 10 }));
  assertEquals(limits.keys, 1010);
  for (const task of tasks) {
    limits.take(task, 0);
    limits.ended(task);
  }
  assertEquals(limits.keys, 0);
});

test("limits by key: a key whose starts still count is forgotten when they do no more", async () => {
  const { clock, limits, make } = limitsWith({ host: { rate: { limit: 1, interval: 100 } } });
  const run = (host: number) => {
    const task = make({ host });
    limits.take(task, clock.now());
    limits.ended(task);
  };
  for (let n = 0; n < 500; n++) run(n);
  assertEquals(limits.keys, 500);
  await clock.advance(50);
  run(500);
  assertEquals(limits.keys, 501);
  const held = make({ host: 0 });
  assert(limits.holderOf(held, clock.now()) !== undefined);
  await clock.advance(50);
  // Each new key makes room for two.
  for (let n = 1000; n < 1300; n++) run(n);
  assertEquals(limits.keys, 302);
  await clock.advance(100);
  limits.fade();
  assertEquals(limits.keys, 1);
  limits.ended(held);
  assertEquals(limits.keys, 0);
});

/** An engine whose tasks are taken and never begin. */
async function takerOf(options: QueueOptions) {
  const clock = new VirtualClock();
  const taken: Task[] = [];
  let host!: ExecutorHost;
  const executor: Executor = {
    runsHere: false,
    get room() {
      return 2 - taken.length;
    },
    ...{ workers: 0, limit: 2, abandoned: 0 },
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    resize: () => {},
    run: (task) => void taken.push(task),
    interrupt: () => 0,
    tasks: () => taken,
  };
  const platform = { clock, report: (error: unknown) => assertEquals(error, undefined) };
  const engine = new Engine(options, platform, (own) => {
    host = own;
    return executor;
  });
  await engine.lifecycle.start();
  return { clock, taken, host, engine };
}

test("limits by key: where nothing can run, what a key holds back fails too", async () => {
  const { clock, taken, host, engine } = await takerOf({ limits: { host: { workers: 1 } } });
  const spec = { fn: () => {}, args: [], keys: { host: "a" } };
  const tasks = engine.intake.submit(Array(5).fill(spec), 1, DEFAULT_OPTIONS);
  await clock.drain();
  assertEquals([taken.length, engine.dispatcher.limited], [1, 4]);
  const error = new Error("no worker starts");
  host.returned(taken.pop()!);
  host.startFailed(error);
  assertEquals(tasks.map((task) => [task.status, task.error()]), Array(5).fill(["failed", error]));
  assertEquals(engine.outstanding, 0);
});

test("limits by key: a key whose task never began has its turn back once a rate lets it", async () => {
  for (const user of ["a", undefined]) {
    const limits = { user: { fair: true }, host: { rate: { limit: 1, interval: 20 } } };
    const { clock, taken, host, engine } = await takerOf({ limits });
    const submit = (keys: Keys) =>
      engine.intake.submit([{ fn: () => {}, args: [], keys }], 1, DEFAULT_OPTIONS)[0].order;
    const orders = () => taken.map(({ order }) => order);
    const unbegun = submit({ user, host: "h" });
    const [first, second, third] = [1, 2, 3].map(() => submit({ user: "b" }));
    await clock.drain();
    assertEquals(orders(), [unbegun, first]);
    // That it was to start counts all the same, and what holds it back holds back nobody else.
    host.returned(taken.shift()!);
    await clock.drain();
    assertEquals(orders(), [first, second]);
    await clock.advance(20);
    taken.length = 0;
    engine.requestDispatch();
    await clock.drain();
    assertEquals(orders(), [unbegun, third]);
  }
});

test("limits by key: a key keeps its turn when one that it holds has another priority, or one has the same", async () => {
  for (const moves of [[2, 5], [1, 1]] as const) {
    const limits = { user: { fair: true }, host: { rate: { limit: 1, interval: 20 } } };
    const { clock, taken, engine } = await takerOf({ limits });
    const submit = (keys: Keys, count: number) =>
      engine.intake.submit(
        Array(count).fill({ fn: () => {}, args: [], keys }),
        1,
        DEFAULT_OPTIONS,
      );
    const held = submit({ user: "a", host: "h" }, 3);
    const others = submit({ user: "b" }, 3);
    const start = async () => {
      taken.shift();
      engine.requestDispatch();
      await clock.drain();
      return taken.at(-1)!.order;
    };
    await clock.drain();
    assertEquals(taken.map(({ order }) => order), [held[0].order, others[0].order]);
    await clock.advance(20);
    assertEquals(await start(), others[1].order);
    const [at, priority] = moves;
    assertEquals(engine.reprioritize(held[at], priority), true);
    assertEquals(await start(), held[1].order);
    assertEquals(await start(), others[2].order);
  }
});
