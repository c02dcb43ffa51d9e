import { assert, assertEquals } from "@std/assert";
import { Elsewhere as Following, type ElsewhereHost } from "../../../src/engine/elsewhere.ts";
import type { Executor, ExecutorHost } from "../../../src/engine/executor.ts";
import type { QueueOptions, Rate } from "../../../src/engine/options.ts";
import { QUEUE_OPTION_CHECKS } from "../../../src/engine/options.ts";
import { TaskQueue } from "../../../src/queue/queue.ts";
import { runtime } from "../../../src/runtime/here.ts";
import type { Task } from "../../../src/task/task.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { test } from "../../harness.ts";

/** An engine elsewhere: it holds what it is given, and the test says what becomes of it. */
class Elsewhere {
  host!: ExecutorHost;
  following!: Following;
  readonly held: Task[] = [];
  readonly said: string[] = [];

  create(host: ElsewhereHost): Executor {
    this.host = host;
    const drop = (task: Task) => this.held.splice(this.held.indexOf(task), 1);
    const { held, said } = this;
    const following = this.following = new Following(host);
    return {
      runsHere: false,
      ...{ room: Infinity, workers: 0, limit: Infinity, abandoned: 0 },
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      resize: () => {},
      run(task) {
        held.push(task);
        if (task.scheduledFor! > host.clock.now()) following.waits(task, "scheduled");
        return undefined;
      },
      interrupt(task) {
        said.push(`interrupt ${task.name}`);
        drop(task);
        return 0;
      },
      tasks: () => held,
      ahead: {
        flush: () => said.push(`flush ${held.length}`),
        withdraw(task) {
          said.push(`withdraw ${task.name}`);
          drop(task);
          return "asked";
        },
        takeBack(isWanted) {
          const wanted = held.filter((task) => task.status !== "running" && isWanted(task));
          for (const task of wanted) {
            drop(task);
            following.gaveBack(task);
          }
          return wanted.length > 0;
        },
        overdue: () => {},
      },
      elsewhere: {
        setRate: (rate?: Rate) => said.push(`rate ${rate}`),
        reprioritize: (task, priority) => said.push(`priority ${task.name} ${priority}`),
        following,
      },
    };
  }
}

class RemoteQueue extends TaskQueue {
  constructor(options: QueueOptions, elsewhere: Elsewhere) {
    super(options, {
      checks: QUEUE_OPTION_CHECKS,
      platform: runtime,
      assertTask: () => {},
      createExecutor: (host) => elsewhere.create(host),
    });
  }
}

async function setUp(options: QueueOptions = {}) {
  const clock = new VirtualClock();
  const elsewhere = new Elsewhere();
  const queue = new RemoteQueue({ clock, ...options }, elsewhere);
  const submit = (name: string, own = {}) => queue.submit(() => {}, [], { name, ...own });
  await queue.start();
  await Promise.resolve();
  elsewhere.said.length = 0;
  return { clock, queue, submit, elsewhere };
}

test("elsewhere: all tasks are handed over in one go, scheduled ones and under a rate too", async () => {
  const { queue, submit, elsewhere } = await setUp({ rate: 1 });
  const handles = ["a", "b", "c"].map((name) => submit(name));
  handles.push(submit("late", { delay: 1_000 }));
  await Promise.resolve();
  assertEquals(elsewhere.held.length, 4);
  assertEquals(elsewhere.said, ["flush 4"]);
  assertEquals(handles.map(({ status }) => status), ["pending", "pending", "pending", "scheduled"]);
  assertEquals([queue.stats.pending, queue.stats.scheduled], [3, 1]);
  queue.rate = 2;
  assertEquals(elsewhere.said.slice(1), ["rate 2"]);
  await queue.cancel();
});

test("elsewhere: a task is followed through its attempts, which the engine here doesn't retry", async () => {
  const retried: unknown[] = [];
  const { queue, submit, elsewhere } = await setUp({
    onRetry: (_, error) => void retried.push(error),
  });
  const handle = submit("task", { retries: 1 });
  await Promise.resolve();
  const [task] = elsewhere.held as [Task];
  const { host } = elsewhere;
  for (const error of ["first", "second", "third"]) {
    host.began(task, 1, host.clock.now());
    assertEquals(handle.status, "running");
    elsewhere.following.retried(task, error, host.clock.now());
    assertEquals([handle.status, queue.stats.scheduled], ["retrying", 1]);
  }
  elsewhere.following.waits(task, "pending");
  assertEquals([handle.status, queue.stats.pending], ["pending", 1]);
  host.began(task, 1, host.clock.now());
  elsewhere.held.length = 0;
  host.succeeded(task, 5, host.clock.now());
  const result = await handle;
  assert(result.status === "succeeded");
  // More than its retries: those that died with their machine are no retries of its own.
  assertEquals([result.value, result.attempts, queue.stats.retried], [5, 4, 3]);
  assertEquals(retried, ["first", "second", "third"]);
  assertEquals(result.attemptHistory?.map(({ message }) => message), [
    ...["'first'", "'second'", "'third'", undefined],
  ]);
});

test("elsewhere: a task fails for good wherever it is, whatever retries it has left", async () => {
  const { queue, submit, elsewhere } = await setUp();
  const handles = ["running", "waiting", "scheduled"].map((name) =>
    submit(name, { retries: 5, ...(name === "scheduled" && { delay: 50 }) })
  );
  await Promise.resolve();
  const { host } = elsewhere;
  const tasks = elsewhere.held.splice(0);
  host.began(tasks[0]!, 1, host.clock.now());
  for (const task of tasks) elsewhere.following.gaveUp(task, new Error("gone"), host.clock.now());
  assertEquals(handles.map((handle) => (handle.error() as Error).message), Array(3).fill("gone"));
  const { pending, scheduled, active, failed } = queue.stats;
  assertEquals([pending, scheduled, active, failed], [0, 0, 0, 3]);
  await queue.shutdown();
});

test("elsewhere: cancelling withdraws or interrupts, and is over at once", async () => {
  const { queue, submit, elsewhere } = await setUp();
  const [running, retrying, waiting] = ["running", "retrying", "waiting"].map((name) =>
    submit(name)
  );
  await Promise.resolve();
  const { host } = elsewhere;
  const [first, second] = elsewhere.held as [Task, Task];
  host.began(first, 1, host.clock.now());
  host.began(second, 1, host.clock.now());
  elsewhere.following.retried(second, "again", host.clock.now());
  elsewhere.said.length = 0;
  assertEquals(queue.cancelPending(), 2);
  assertEquals([running!.status, retrying!.status, waiting!.status], [
    ...["running", "cancelled", "cancelled"],
  ]);
  assert(running!.cancel());
  assertEquals(elsewhere.said.toSorted(), [
    ...["interrupt running", "withdraw retrying", "withdraw waiting"],
  ]);
  await queue.join();
});

test("elsewhere: a pause takes back what has not begun", async () => {
  const { queue, submit, elsewhere } = await setUp();
  submit("running");
  submit("waiting");
  await Promise.resolve();
  const { host } = elsewhere;
  host.began(elsewhere.held[0]!, 1, host.clock.now());
  queue.pause();
  assertEquals(elsewhere.held.map(({ name }) => name), ["running"]);
  assertEquals([queue.stats.pending, queue.stats.active], [1, 1]);
  queue.resume();
  await Promise.resolve();
  assertEquals(elsewhere.held.map(({ name }) => name), ["running", "waiting"]);
  await queue.cancel();
});

test("elsewhere: a task waits here for its time before the start, during a pause and when it is back", async () => {
  const clock = new VirtualClock();
  const elsewhere = new Elsewhere();
  const queue = new RemoteQueue({ clock }, elsewhere);
  const late = queue.submit(() => {}, [], { name: "late", delay: 50 });
  const soon = queue.submit(() => {}, [], { name: "soon", delay: 10 });
  assertEquals([late.status, soon.status, queue.stats.scheduled], ["scheduled", "scheduled", 2]);
  await clock.advance(20);
  assertEquals([late.status, soon.status], ["scheduled", "pending"]);
  await queue.start();
  await Promise.resolve();
  assertEquals(elsewhere.held.map(({ name }) => name), ["late", "soon"]);
  queue.pause();
  assertEquals([late.status, soon.status, elsewhere.held.length], ["scheduled", "pending", 0]);
  queue.resume();
  await Promise.resolve();
  assertEquals([late.status, elsewhere.held.length], ["scheduled", 2]);
  await queue.cancel();
  assertEquals(clock.pendingTimers, 0);
});

test("elsewhere: another priority is for the engine there to heed", async () => {
  const { queue, submit, elsewhere } = await setUp();
  const handle = submit("task");
  await Promise.resolve();
  elsewhere.said.length = 0;
  assert(handle.reprioritize(1));
  assertEquals([handle.priority, elsewhere.said], [1, ["priority task 1"]]);
  const { host } = elsewhere;
  host.began(elsewhere.held[0]!, 1, host.clock.now());
  assertEquals(handle.reprioritize(2), false);
  await queue.cancel();
});
