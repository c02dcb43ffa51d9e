import { assert, assertEquals } from "@std/assert";
import type { QueueOptions, RunOptions, TaskGroup, TaskOptions, TaskQueue } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { type Lane, lanes } from "./lanes.ts";
import { type Desk, inTime, Watch, withQueue } from "./support.ts";

/** What becomes of a task. */
type Fate = "runs" | "cancelled";

/** What a case plays with. */
interface Scene {
  readonly lane: Lane;
  readonly queue: TaskQueue;
  readonly clock: VirtualClock;
  readonly watch: Watch;
  readonly desk: Desk;
  /** How long a task waits for its time. */
  readonly delay: number;
}

/** What happens to a queue that has tasks in some states. */
interface Event {
  readonly name: string;
  readonly options?: QueueOptions;
  /** The fate of an ordinary task. */
  readonly ordinary: Fate;
  /** The fate of a task that must complete. */
  readonly mustComplete: Fate;
  /**
   * Starts the queue.
   *
   * @returns what makes the event happen to the subjects, each in a group of its own, and resolves when it has; in an object what
   * settles when the call that made it is through
   */
  begin(scene: Scene): Promise<(subjects: readonly Subject[]) => Promise<{ over?: unknown }>>;
}

/** A task that an event happens to, alone in a group. */
type Subject = TaskGroup<unknown>;

/** An event that comes about by one call. */
function call(act: (queue: TaskQueue, subjects: readonly Subject[]) => unknown): Event["begin"] {
  return async ({ queue }) => {
    await queue.start();
    return (subjects) => Promise.resolve({ over: act(queue, subjects) });
  };
}

/** The end of a run's time; the run's options, the time. */
function timeUp(options: RunOptions): Event["begin"] {
  return ({ queue, clock }) => {
    const over = queue.run(options);
    return Promise.resolve(async () => {
      await clock.advance(500);
      return { over };
    });
  };
}

/** The abort of a run. */
async function abortRun({ queue }: Scene) {
  const controller = new AbortController();
  const run = queue.run({ signal: controller.signal });
  const over = run.then(() => assert(false, "the run did not reject"), (reason) => {
    assertEquals(reason, "enough");
  });
  await Promise.resolve();
  return () => {
    controller.abort("enough");
    return Promise.resolve({ over });
  };
}

/** The first final failure; the queue is started by `start`. */
function failure(start: (queue: TaskQueue) => unknown): Event["begin"] {
  return async ({ lane: { tasks }, queue, watch, desk }) => {
    const failing = queue.submit(tasks.gateThenFail, [desk.file("fail")]);
    const over = start(queue);
    await watch.begun(failing);
    return async () => {
      desk.open("fail");
      assertEquals((await failing).status, "failed");
      return { over };
    };
  };
}

const events: readonly Event[] = [
  {
    name: "a graceful shutdown",
    ordinary: "runs",
    mustComplete: "runs",
    begin: call((queue) => queue.shutdown()),
  },
  {
    name: "leaving an `await using` block",
    ordinary: "runs",
    mustComplete: "runs",
    begin: call(async (queue) => {
      await using _ = queue;
    }),
  },
  {
    name: "the end of a run's time",
    ordinary: "cancelled",
    mustComplete: "runs",
    begin: timeUp({ timeout: 500 }),
  },
  {
    name: "the end of a run's time, set for the queue, with onExit 'complete-priority'",
    options: { timeout: 500, onExit: "complete-priority" },
    ordinary: "cancelled",
    mustComplete: "runs",
    begin: timeUp({}),
  },
  {
    name: "the end of a run's time with onExit 'cancel'",
    options: { onExit: "cancel" },
    ordinary: "cancelled",
    mustComplete: "cancelled",
    begin: timeUp({ timeout: 500 }),
  },
  {
    name: "the abort of a run",
    ordinary: "cancelled",
    mustComplete: "runs",
    begin: abortRun,
  },
  {
    name: "the abort of a run with onExit 'cancel'",
    options: { onExit: "cancel" },
    ordinary: "cancelled",
    mustComplete: "cancelled",
    begin: abortRun,
  },
  {
    name: "a failure under failPolicy 'fail-first'",
    options: { failPolicy: "fail-first" },
    ordinary: "cancelled",
    mustComplete: "runs",
    begin: failure((queue) => queue.start()),
  },
  {
    name: "a failure in a run with failPolicy 'fail-first'",
    ordinary: "cancelled",
    mustComplete: "runs",
    begin: failure((queue) => queue.run({ failPolicy: "fail-first" })),
  },
  {
    name: "a failure under failPolicy 'continue'",
    options: { failPolicy: "continue" },
    ordinary: "runs",
    mustComplete: "runs",
    begin: failure((queue) => queue.run()),
  },
  {
    name: "a failure in a run with failPolicy 'continue' on a queue with 'fail-first'",
    options: { failPolicy: "fail-first" },
    ordinary: "runs",
    mustComplete: "runs",
    begin: failure((queue) => queue.run({ failPolicy: "continue" })),
  },
  {
    name: "handle.cancel()",
    ordinary: "cancelled",
    mustComplete: "cancelled",
    begin: call((_, subjects) => {
      for (const { handles: [handle] } of subjects) assertEquals(handle.cancel(), true);
    }),
  },
  {
    name: "group.cancel()",
    ordinary: "cancelled",
    mustComplete: "cancelled",
    begin: call((_, subjects) => {
      for (const group of subjects) assertEquals(group.cancel(), 1);
    }),
  },
  {
    name: "a forced shutdown",
    ordinary: "cancelled",
    mustComplete: "cancelled",
    begin: call((queue) => queue.shutdown({ force: true })),
  },
  {
    name: "queue.cancel()",
    ordinary: "cancelled",
    mustComplete: "cancelled",
    begin: call((queue) => queue.cancel()),
  },
];

/**
 * Submits a task and brings it into a state; each leaves it again when the gate is opened or time passes. A queue has room for all in
 * this order.
 */
const states = {
  async retrying({ lane: { tasks }, queue, watch, delay }: Scene, options: TaskOptions) {
    const retry = { retries: 1, retryDelay: delay };
    const group = queue.group(tasks.failUntil, [2], { ...options, ...retry });
    await watch.until(() => watch.retried.length === 1);
    return group;
  },
  async running({ lane: { tasks }, queue, watch, desk }: Scene, options: TaskOptions) {
    const group = queue.group(tasks.gate, [[desk.file("gate"), "ran"]], options);
    await watch.begun(group.handles[0]);
    return group;
  },
  async pending({ lane: { tasks }, queue, watch, desk }: Scene, options: TaskOptions) {
    const isFree = queue.activeCount < queue.workers;
    // As many as there are workers, even where some are taken: they may become free.
    const blockers = queue.map(tasks.gate, Array(queue.workers).fill([desk.file("gate"), 0]), {
      mustComplete: true,
    });
    await watch.until(() => queue.activeCount === queue.workers);
    if (isFree) await watch.begun(blockers[0]);
    return queue.group(tasks.echo, ["ran"], options);
  },
  scheduled({ lane: { tasks }, queue, delay }: Scene, options: TaskOptions) {
    return Promise.resolve(queue.group(tasks.echo, ["ran"], { ...options, delay }));
  },
};

type State = keyof typeof states;

const all = Object.keys(states) as State[];

/** Lets an event happen to tasks in some states, and checks what becomes of them. */
async function play(
  lane: Lane,
  event: Event,
  among: readonly State[],
  mustComplete: boolean,
  fate: Fate,
  delay: number,
): Promise<void> {
  const clock = new VirtualClock();
  const watch = new Watch(clock);
  const options = { clock, workers: 2, ...event.options, ...watch.hooks };
  await withQueue(lane, options, async (queue, desk) => {
    const scene = { lane, queue, clock, watch, desk, delay };
    const happen = await event.begin(scene);
    const groups: Subject[] = [];
    for (const state of among) groups.push(await states[state](scene, { mustComplete }));
    const subjects = groups.map(({ handles: [handle] }) => handle);
    assertEquals<readonly string[]>(subjects.map(({ status }) => status), among);
    const attempts = subjects.map((subject) => subject.attempts);

    const { over } = await happen(groups);
    for (const [i, { done, status }] of subjects.entries()) {
      assertEquals(done, fate === "cancelled", `${among[i]}: ${status}`);
      if (fate === "cancelled") assertEquals(status, "cancelled", among[i]);
    }

    desk.open("gate");
    if (fate === "cancelled") await over;
    await clock.advance(delay);
    const results = await Promise.all(subjects);
    await over;
    for (const [i, subject] of subjects.entries()) {
      const { status } = results[i];
      assertEquals(status, fate === "runs" ? "succeeded" : "cancelled", among[i]);
      if (fate === "cancelled") assertEquals(subject.attempts, attempts[i], among[i]);
      assertEquals(watch.completed.filter(({ id }) => id === subject.id), [results[i]]);
    }
  });
}

for (const lane of lanes) {
  // What starts workers starts them once for all states.
  const alone = lane.differences.runsClosures ? all.map((state) => [state]) : [];
  for (const event of events) {
    for (const kind of ["ordinary", "mustComplete"] as const) {
      const fate = event[kind];
      const verb = fate === "runs" ? "lets" : "cancels";
      const what = `${kind === "ordinary" ? "ordinary" : "mustComplete"} tasks`;
      test(`${lane.name}: ${event.name} ${verb} ${what}${fate === "runs" ? " run" : ""}`, async () => {
        for (const among of [...alone, all]) {
          await inTime(
            1000,
            (delay) => play(lane, event, among, kind === "mustComplete", fate, delay),
          );
        }
      });
    }
  }
}
