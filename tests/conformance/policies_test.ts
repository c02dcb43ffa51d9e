import { assert, assertEquals } from "@std/assert";
import type { QueueOptions, RunOptions, TaskHandle, TaskOptions, TaskQueue } from "../../mod.ts";
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

/** What happens to a queue that has a task in some state. */
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
   * @returns what makes the event happen to the subject, and resolves when it has; in an object what
   * settles when the call that made it is through
   */
  begin(
    scene: Scene,
  ): Promise<(subject: TaskHandle, cancelGroup: () => number) => Promise<{ over?: unknown }>>;
}

/** An event that comes about by one call. */
function call(
  act: (queue: TaskQueue, subject: TaskHandle, cancelGroup: () => number) => unknown,
): Event["begin"] {
  return async ({ queue }) => {
    await queue.start();
    return (subject, cancelGroup) => Promise.resolve({ over: act(queue, subject, cancelGroup) });
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
    begin: call((_, subject) => assertEquals(subject.cancel(), true)),
  },
  {
    name: "group.cancel()",
    ordinary: "cancelled",
    mustComplete: "cancelled",
    begin: call((_, __, cancelGroup) => assertEquals(cancelGroup(), 1)),
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

/** Submits a task and brings it into a state; each leaves it again when the gate is opened or time passes. */
const states = {
  async pending({ lane: { tasks }, queue, watch, desk }: Scene, options: TaskOptions) {
    // As many as there are workers, even where one is taken: it may become free.
    const blockers = queue.map(tasks.gate, Array(queue.workers).fill([desk.file("gate"), 0]), {
      mustComplete: true,
    });
    await watch.until(() => queue.activeCount === queue.workers);
    await watch.begun(blockers[0]);
    return queue.group(tasks.echo, ["ran"], options);
  },
  async running({ lane: { tasks }, queue, watch, desk }: Scene, options: TaskOptions) {
    const group = queue.group(tasks.gate, [[desk.file("gate"), "ran"]], options);
    await watch.begun(group.handles[0]);
    return group;
  },
  scheduled({ lane: { tasks }, queue, delay }: Scene, options: TaskOptions) {
    return Promise.resolve(queue.group(tasks.echo, ["ran"], { ...options, delay }));
  },
  async retrying({ lane: { tasks }, queue, watch, delay }: Scene, options: TaskOptions) {
    const retry = { retries: 1, retryDelay: delay };
    const group = queue.group(tasks.failUntil, [2], { ...options, ...retry });
    await watch.until(() => watch.retried.length === 1);
    return group;
  },
};

/** Lets an event happen to a task in a state, and checks what becomes of it. */
async function play(
  lane: Lane,
  event: Event,
  state: keyof typeof states,
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
    const group = await states[state](scene, { mustComplete });
    const [subject] = group.handles as TaskHandle[];
    assertEquals(subject.status, state);
    const { attempts } = subject;

    const { over } = await happen(subject, () => group.cancel());
    assertEquals(subject.done, fate === "cancelled", `${state}: ${subject.status}`);
    if (fate === "cancelled") assertEquals(subject.status, "cancelled", state);

    desk.open("gate");
    if (fate === "cancelled") await over;
    await clock.advance(delay);
    const result = await subject;
    await over;
    assertEquals(result.status, fate === "runs" ? "succeeded" : "cancelled", state);
    if (fate === "cancelled") assertEquals(subject.attempts, attempts, state);
    assertEquals(watch.completed.filter(({ id }) => id === subject.id), [result]);
  });
}

for (const lane of lanes) {
  for (const event of events) {
    for (const kind of ["ordinary", "mustComplete"] as const) {
      const fate = event[kind];
      const verb = fate === "runs" ? "lets" : "cancels";
      const what = `${kind === "ordinary" ? "ordinary" : "mustComplete"} tasks`;
      test(`${lane.name}: ${event.name} ${verb} ${what}${fate === "runs" ? " run" : ""}`, async () => {
        for (const state of ["pending", "running", "scheduled", "retrying"] as const) {
          await inTime(
            1000,
            (delay) => play(lane, event, state, kind === "mustComplete", fate, delay),
          );
        }
      });
    }
  }
}
