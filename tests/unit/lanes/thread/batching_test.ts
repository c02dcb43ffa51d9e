import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import fc from "fast-check";
import type { TaskHandle, TaskResult, ThreadQueue } from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import { gate, open, reached, tasks, withThreads } from "./support.ts";

type Append = [Int32Array, number];

/** A list in shared memory that tasks append to. */
const list = (size: number) => new Int32Array(new SharedArrayBuffer(4 * (size + 1)));
const read = (list: Int32Array) => Array.from(list.subarray(1, 1 + list[0]!));
const range = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i);

/** Has the queue find out that tasks are short, so that it sends several at a time. */
async function learn(queue: ThreadQueue): Promise<void> {
  await queue.group(tasks.square, range(400)).values();
}

test("thread batching: tasks start in order of submission, however many are sent at a time", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    await learn(queue);
    const order = list(3000);
    await queue.group(tasks.append, range(3000).map((i): Append => [order, i])).values();
    assertEquals(read(order), range(3000));
  });
});

test("thread batching: a task of lower priority overtakes those that were sent ahead", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    await learn(queue);
    const door = gate();
    const order = list(100);
    const first = queue.submit(tasks.block, [door]);
    const ordinary = queue.map(tasks.append, range(50).map((i): Append => [order, i]));
    await reached(door);
    const urgent = queue.map(tasks.append, range(5, 100).map((i): Append => [order, i]), {
      priority: 0,
    });
    const last = queue.map(tasks.append, range(5, 200).map((i): Append => [order, i]), {
      priority: 9,
    });
    await delay(10);
    open(door);
    await Promise.all([first, ...ordinary, ...urgent, ...last]);
    assertEquals(read(order), [...range(5, 100), ...range(50), ...range(5, 200)]);
  });
});

test("thread batching: a task is told to have begun before it tells of its progress", async () => {
  const told: string[] = [];
  const hooks = {
    onStart: ({ name }: TaskHandle) => told.push(`${name} has begun`),
    onProgress: ({ name }: TaskHandle, data: unknown) => told.push(`${name} is at ${data}`),
  };
  await withThreads({ workers: 1, ...hooks }, async (queue) => {
    await queue.submit(tasks.progress, [0]);
    await learn(queue);
    const short = queue.map(tasks.square, range(3), { name: "short" });
    await Promise.all([...short, queue.submit(tasks.progress, [1], { name: "steps" })]);
  });
  assertEquals(told.slice(-2), ["steps has begun", "steps is at 1"]);
});

test("thread batching: a pause holds those that were sent ahead; then they go on in order", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    await learn(queue);
    const door = gate();
    const order = list(100);
    const first = queue.submit(tasks.block, [door]);
    const handles = queue.map(tasks.append, range(60).map((i): Append => [order, i]));
    await reached(door);
    queue.pause();
    open(door);
    await first;
    await delay(50);
    assertEquals([order[0], queue.stats.active], [0, 0]);
    queue.resume();
    await Promise.all(handles);
    assertEquals(read(order), range(60));
  });
});

test("thread batching: whatever is taken back and sent again meanwhile, tasks run in the order that is due", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    await learn(queue);
    const random = fc.sample(fc.nat(999), { numRuns: 2000, seed: 7 });
    for (let round = 0; round < 5; round++) {
      const door = gate();
      const order = list(500);
      const first = queue.submit(tasks.block, [door]);
      await reached(door);
      const handles: TaskHandle[] = [];
      for (let i = 0; i < 100; i++) {
        const [chance, place, priority] = random.splice(0, 3) as [number, number, number];
        // A task that goes before others has those taken back. The worker sees none of it before the door opens.
        handles.push(queue.submit(tasks.append, [order, i], { priority: priority % 5 }));
        if (chance % 3 === 0) handles[place % handles.length]!.cancel();
        if (chance % 4 === 0) await Promise.resolve();
      }
      await delay(0);
      open(door);
      await Promise.all([first, ...handles]);
      const due = range(100).filter((i) => !handles[i]!.cancelled)
        .sort((a, b) => handles[a]!.priority - handles[b]!.priority || a - b);
      assertEquals(read(order), due);
    }
  });
});

test("thread batching: thousands of short tasks that fail are each retried", async () => {
  await withThreads({ workers: 2, retain: "none" }, async (queue) => {
    await learn(queue);
    const handles = queue.map(tasks.boil, Array.from({ length: 3000 }, (): [] => []), {
      retries: 1,
    });
    for (const { status, attempts } of await Promise.all(handles)) {
      assertEquals([status, attempts], ["failed", 2]);
    }
    assertEquals(queue.stats.retried, 3000);
  });
});

test("thread batching: a hook that pauses the queue doesn't strand the attempt that it was told of", async () => {
  let pause = () => {};
  await withThreads({ workers: 1, onStart: () => pause() }, async (queue) => {
    await learn(queue);
    pause = () => queue.pause();
    const first = queue.submit(tasks.square, [3]);
    const second = queue.submit(tasks.square, [4]);
    assertEquals(await first.value(), 9);
    pause = () => {};
    assertEquals(second.status, "pending");
    queue.resume();
    assertEquals(await second.value(), 16);
  });
});

test("thread batching: short tasks behind a long one go to a worker that is idle", async () => {
  await withThreads({ workers: 2 }, async (queue) => {
    const both = gate();
    open(both);
    await Promise.all([1, 2].map(() => queue.submit(tasks.block, [both])));
    await learn(queue);
    const door = gate();
    const long = queue.submit(tasks.block, [door]);
    const short = queue.map(tasks.square, range(100));
    assertEquals((await Promise.all(short)).every(({ status }) => status === "succeeded"), true);
    assertEquals(long.status, "running");
    open(door);
    await long;
  });
});

test("thread batching: … and have a worker started for them if there is room for one", async () => {
  await withThreads({ workers: 2 }, async (queue) => {
    queue.workers = 1;
    await learn(queue);
    queue.workers = 2;
    assertEquals(queue.stats.workers, 1);
    const door = gate();
    const long = queue.submit(tasks.block, [door]);
    const short = queue.map(tasks.square, range(5));
    assertEquals((await Promise.all(short)).every(({ status }) => status === "succeeded"), true);
    assertEquals([long.status, queue.stats.workers], ["running", 2]);
    open(door);
    await long;
  });
});

test("thread batching: nothing is sent to a worker whose task is to stop", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    await learn(queue);
    const door = gate();
    const stubborn = queue.submit(tasks.touchAndSpin, [door], { grace: 30_000 });
    await reached(door);
    stubborn.cancel();
    queue.workers = 2;
    const short = queue.map(tasks.square, range(20));
    assertEquals((await Promise.all(short)).every(({ status }) => status === "succeeded"), true);
    assertEquals(door[2], 0);
    open(door);
  });
});

test("thread batching: results that a long task holds up are told of while it runs", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const ajar = gate();
    open(ajar);
    await queue.submit(tasks.block, [ajar]);
    await learn(queue);
    const door = gate();
    const short = queue.map(tasks.square, range(30));
    const long = queue.submit(tasks.block, [door]);
    assertEquals(
      await Promise.all(short.map((handle) => handle.value())),
      range(30).map((n) => n * n),
    );
    await reached(door);
    assertEquals(long.status, "running");
    open(door);
    await long;
  });
});

test("thread batching: results come in the order in which the tasks ended, whatever their kind", async () => {
  const ended: string[] = [];
  const onComplete = ({ id }: TaskResult) => ended.push(id);
  await withThreads({ workers: 1, onComplete }, async (queue) => {
    await learn(queue);
    ended.length = 0;
    const handles = range(300).map((i) =>
      i % 7 === 0
        ? queue.submit(tasks.boil)
        : i % 11 === 0
        ? queue.submit(tasks.echo, [{ i }])
        : i % 13 === 0
        ? queue.submit(tasks.boilLater)
        : i % 17 === 0
        ? queue.submit(tasks.bad, ["function"])
        : queue.submit(tasks.square, [i])
    );
    await Promise.all(handles);
    assertEquals(ended, handles.map(({ id }) => id));
  });
});

test("thread batching: a task behind others is timed from its own start", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    await learn(queue);
    const handles = queue.map(tasks.work, new Array(300).fill(0.1), { timeout: 20_000 });
    const results = await Promise.all(handles);
    let before = 0;
    for (const { status, startedAt, finishedAt, duration } of results) {
      assertEquals(status, "succeeded");
      assert(startedAt! >= before && finishedAt >= startedAt! && duration >= 0);
      before = startedAt!;
    }
  });
});

test("thread batching: a rate limit holds, one task at a time", async () => {
  const starts: number[] = [];
  await withThreads(
    { workers: 2, rate: 50, onStart: () => starts.push(performance.now()) },
    async (queue) => {
      const order = list(20);
      await queue.group(tasks.append, range(20).map((i): Append => [order, i])).values();
      assert(starts[19]! - starts[0]! > 300, `${starts[19]! - starts[0]!} ms`);
    },
  );
});

test("thread batching: all values and all results, whatever their kind, of tens of thousands", async () => {
  await withThreads({ workers: 2, retain: "none" }, async (queue) => {
    const values = range(20_000).map((i) =>
      i % 5 === 0 ? { i } : i % 7 === 0 ? `${i}`.repeat(30) : i % 3 === 0 ? undefined : i
    );
    const calls = values.map((value): [unknown] => [value]);
    assertEquals(await queue.group(tasks.echo, calls).values(), values);
  });
});
