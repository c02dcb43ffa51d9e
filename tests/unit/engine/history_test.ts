import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Timers } from "../../../src/base/timers.ts";
import { History, type Tally } from "../../../src/engine/history.ts";
import { resolveTaskOptions } from "../../../src/task/options.ts";
import { CANCELLED, FAILED, type Place, SUCCEEDED } from "../../../src/task/place.ts";
import { Task, type TaskOwner } from "../../../src/task/task.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { test } from "../../harness.ts";

const owner: TaskOwner = {
  epoch: 0,
  id: "q",
  timers: new Timers(new VirtualClock(), () => {}),
  cancel: () => false,
  reprioritize: () => false,
  started: true,
  awaited: () => {},
  tell: (call) => void call(),
  contexts: undefined,
  follow: () => () => {},
};
let tasks = 0;

/** A task that has ended. */
function ended(place: Place<Task>, detached = false): Task {
  const task = new Task(
    owner,
    ++tasks,
    () => {},
    [],
    3,
    resolveTaskOptions({ detached }),
    0,
    undefined,
  );
  task.finish(place, undefined, 0);
  return task;
}

/** The same in the plainest way: everything is kept for ever and picked from when asked. */
class Model {
  #all: Task[] = [];
  #entries: Task[] = [];
  #settled = 0;
  #cleared = 0;

  readonly retain: number;

  constructor(retain: number) {
    this.retain = retain;
  }

  add(task: Task): void {
    this.#all.push(task);
    if (!task.detached) this.#entries.push(task);
  }

  get total(): Tally {
    return tallyOf(this.#all);
  }

  kept(): Task[] {
    return this.#entries.slice(Math.max(this.#cleared, this.#entries.length - this.retain));
  }

  settle(): { tally: Tally; tasks: Task[] } {
    const owed = this.#entries.slice(this.#settled);
    this.#settled = this.#entries.length;
    const kept = new Set(this.kept());
    return { tally: tallyOf(owed), tasks: owed.filter((task) => kept.has(task)) };
  }

  clear(): void {
    this.#cleared = this.#entries.length;
  }

  reset(): void {
    this.#all = [];
    this.#entries = [];
    this.#settled = this.#cleared = 0;
  }
}

function tallyOf(tasks: readonly Task[]): Tally {
  const count = (place: Place<Task>) => tasks.filter((task) => task.place === place).length;
  return { succeeded: count(SUCCEEDED), failed: count(FAILED), cancelled: count(CANCELLED) };
}

/** Tasks by their order of submission: enough to tell them apart, and short where they differ. */
function orders(tasks: readonly Task[]): number[] {
  return tasks.map((task) => task.order);
}

const step = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      place: fc.constantFrom<Place<Task>>(SUCCEEDED, FAILED, CANCELLED),
      detached: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      times: fc.constantFrom(1, 1, 1, 5, 40),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("settle" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clear" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reset" as const) }) },
);

test("history: counts all, keeps as many as it is told, and owes each task to one summary", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(Infinity, 0, 1, 2, 7, 100),
      fc.array(step, { maxLength: 80, size: "max" }),
      (retain, steps) => {
        const history = new History(retain);
        const model = new Model(retain);
        for (const step of steps) {
          if (step.do === "add") {
            for (let i = 0; i < step.times; i++) {
              const task = ended(step.place, step.detached);
              history.add(task);
              model.add(task);
            }
          } else if (step.do === "settle") {
            const [actual, expected] = [history.settle(), model.settle()];
            assertEquals(actual.tally, expected.tally);
            assertEquals(orders(actual.tasks), orders(expected.tasks));
          } else {
            history[step.do]();
            model[step.do]();
          }
          assertEquals(history.total, model.total);
          assertEquals(orders(history.kept()), orders(model.kept()));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("history: what is kept is no more than it is told, however much passes through", () => {
  const history = new History(3);
  let last: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const task = ended(SUCCEEDED);
    history.add(task);
    last = [...last, task.order].slice(-3);
    assertEquals(orders(history.kept()), last);
  }
  assertEquals(history.settle().tally, { succeeded: 1000, failed: 0, cancelled: 0 });
  assertEquals(history.settle(), {
    tally: { succeeded: 0, failed: 0, cancelled: 0 },
    tasks: [],
  });
});

test("history: what it hands out is the caller's", () => {
  const history = new History(Infinity);
  history.add(ended(FAILED));
  history.kept().length = 0;
  const { tally } = history.settle();
  tally.failed = 7;
  history.add(ended(FAILED));
  assertEquals([history.kept().length, history.total.failed], [2, 2]);
  assertEquals(history.settle().tally.failed, 1);
});
