import { assertEquals } from "@std/assert";
import { AsyncQueue, currentTask, QueueClosedError, type TaskHandle } from "../../mod.ts";
import { reported, settle } from "../conformance/support.ts";
import { test } from "../harness.ts";
import { asyncLane, lanes, soundly } from "./support.ts";

/** Far more than a stack has room for. */
const CHAIN = 20_000;

/** Ways in which the end of one task can cause that of the next. */
const links: Readonly<Record<string, (cancelNext: () => void, handle: TaskHandle) => void>> = {
  "onDone": (cancelNext, handle) => handle.onDone(cancelNext),
  "a promise": (cancelNext, handle) => void handle.then(cancelNext),
  "value()": (cancelNext, handle) => void handle.value().catch(cancelNext),
  "wait({ timeout })": (cancelNext, handle) =>
    void handle.wait({ timeout: 60_000 }).then(cancelNext),
};

for (const [link, follow] of Object.entries(links)) {
  test(`${CHAIN} cancels that cause each other by ${link} all happen`, async () => {
    const queue = new AsyncQueue();
    const handles = Array.from({ length: CHAIN }, () => queue.submit(() => {}, { delay: 60_000 }));
    handles.forEach((handle, n) =>
      follow(() => void handles[n + 1]?.cancel(), handle as TaskHandle)
    );
    handles[0]!.cancel();
    await Promise.all(handles);
    assertEquals(queue.stats.cancelled, CHAIN);
    await queue.shutdown();
  });
}

test(`${CHAIN} cancels that cause each other by onComplete all happen`, async () => {
  const handles: TaskHandle[] = [];
  let next = 0;
  const queue = new AsyncQueue({ onComplete: () => void handles[++next]?.cancel() });
  for (let n = 0; n < CHAIN; n++) handles.push(queue.submit(() => {}, { delay: 60_000 }));
  handles[0]!.cancel();
  assertEquals([next, queue.stats.cancelled], [CHAIN, CHAIN]);
  await queue.shutdown();
});

test(`${CHAIN} cancels that cause each other by signals of submission all happen`, async () => {
  const queue = new AsyncQueue();
  const controllers = Array.from({ length: CHAIN }, () => new AbortController());
  const handles = controllers.map(({ signal }) =>
    queue.submit(() => {}, { delay: 60_000, signal })
  );
  handles.forEach((handle, n) => handle.onDone(() => controllers[n + 1]?.abort()));
  controllers[0]!.abort();
  await Promise.all(handles);
  assertEquals(queue.stats.cancelled, CHAIN);
  await queue.shutdown();
});

test("cancels that cause each other by abort listeners of running tasks all happen", async () => {
  const length = 5_000;
  const queue = await new AsyncQueue({ workers: length }).start();
  const handles: TaskHandle[] = [];
  for (let n = 0; n < length; n++) {
    handles.push(queue.submit(() =>
      new Promise((resolve) => {
        currentTask().signal.addEventListener("abort", () => {
          handles[n + 1]?.cancel();
          resolve(undefined);
        });
      })
    ));
  }
  await settle();
  assertEquals(queue.activeCount, length);
  handles[0]!.cancel();
  await Promise.all(handles);
  assertEquals(queue.stats.cancelled, length);
  await queue.shutdown();
});

test("cancels that cause each other across thousands of queues all happen", async () => {
  const queues = Array.from({ length: 5_000 }, () => new AsyncQueue());
  const handles = queues.map((queue) => queue.submit(() => {}, { delay: 60_000 }));
  handles.forEach((handle, n) => handle.onDone(() => void handles[n + 1]?.cancel()));
  handles[0]!.cancel();
  assertEquals(queues.filter((queue) => queue.stats.cancelled !== 1).length, 0);
  await Promise.all(queues.map((queue) => queue.shutdown()));
});

test("tasks that submit the next one as they end go on for ever if they like", () => {
  let left = CHAIN;
  return soundly(asyncLane, { workers: 1, retain: 10 }, async (queue) => {
    const again = () => {
      if (--left > 0) queue.submit(() => left).onDone(again);
    };
    again();
    await queue.join();
    assertEquals([left, queue.stats.succeeded], [0, CHAIN - 1]);
  });
});

test("a forced end within a long chain tells of all tasks, however many", async () => {
  const queue = new AsyncQueue();
  let told = 0;
  const many = 150_000;
  const chain = Array.from({ length: 64 }, () => queue.submit(() => {}, { delay: 60_000 }));
  chain.forEach((handle, n) =>
    handle.onDone(() => void (n === 63 ? queue.cancel() : chain[n + 1]!.cancel()))
  );
  for (const handle of queue.map((n: number) => n, Array.from({ length: many }, (_, n) => n))) {
    handle.onDone(() => void told++);
  }
  chain[0]!.cancel();
  assertEquals(told, many);
  await queue.shutdown();
});

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: reset() in onStart leaves nothing that runs, a submission that waits for room too`, async () => {
    let resets = 0;
    const queue = lane.create({
      size: 1,
      onStart: () => {
        if (resets++ === 0) queue.reset();
      },
    });
    await queue.start();
    queue.submit(tasks.add, [1, 1]);
    const waiting = queue.submitWhenReady(tasks.add, [2, 2]);
    const handle = await waiting;
    await settle();
    assertEquals([handle.status, queue.activeCount], ["pending", 0]);
    // Whoever waits for it starts the queue again.
    assertEquals(await handle.value(), 4);
    await queue.cancel();
  });

  test(`${lane.name}: hooks may cancel the task that they are told of, and all others`, () => {
    const handles: TaskHandle[] = [];
    const acts: ((handle: TaskHandle) => void)[] = [
      (handle) => void handle.cancel("self"),
      () => handles.forEach((handle) => handle.cancel("others")),
    ];
    const queue = lane.create({
      workers: 2,
      onStart: (handle) => acts.shift()?.(handle),
    });
    return withEnd(queue, async () => {
      handles.push(...queue.map(tasks.add, [[1, 1], [2, 2], [3, 3], [4, 4]]) as TaskHandle[]);
      await queue.run();
      assertEquals(handles[0]!.status, "cancelled");
      assertEquals(handles.every((handle) => handle.done), true);
    });
  });

  test(`${lane.name}: hooks may shut the queue down, which ends all`, async () => {
    for (const force of [false, true]) {
      let ended: Promise<void> | undefined;
      const queue = lane.create({
        workers: 1,
        onStart: () => void (ended ??= queue.shutdown({ force })),
      });
      const handles = queue.map(tasks.add, [[1, 1], [2, 2], [3, 3]]);
      await queue.run();
      await ended;
      assertEquals(
        handles.map((handle) => handle.status),
        Array(3).fill(force ? "cancelled" : "succeeded"),
      );
      assertEquals(queue.closed, true);
    }
  });

  test(`${lane.name}: hooks may pause, resume and resize the queue, and submit to it`, () => {
    let more = 50;
    const queue = lane.create({
      workers: 1,
      onStart: () => {
        queue.pause();
        queue.workers = 1 + more % 2;
        queue.resume();
      },
      onComplete: () => {
        if (more-- > 0) queue.submit(tasks.add, [more, 0]);
      },
    });
    return withEnd(queue, async () => {
      queue.submit(tasks.add, [1, 1]);
      const summary = await queue.run();
      assertEquals([summary.succeeded, summary.ok], [51, true]);
    });
  });

  test(`${lane.name}: hooks that submit to a queue that is shut down are refused, which is reported`, async () => {
    const queue = lane.create({ onComplete: () => void queue.submit(tasks.add, [1, 1]) });
    await queue.start();
    const handle = queue.submit(tasks.add, [1, 2]);
    const errors = await reported(async () => {
      await queue.shutdown();
      await handle;
    });
    assertEquals(errors.map((error) => error instanceof QueueClosedError), [true]);
  });
}

async function withEnd(
  queue: { cancel(): Promise<void> },
  body: () => Promise<void>,
): Promise<void> {
  try {
    await body();
  } finally {
    await queue.cancel();
  }
}

test("a hook may wait for its own queue's end without keeping it from coming", async () => {
  const ends: Promise<unknown>[] = [];
  const queue = new AsyncQueue({
    onComplete: () => void ends.push(queue.join(), queue.shutdown()),
  });
  queue.map((n: number) => n, [1, 2, 3]);
  await queue.run();
  await Promise.all(ends);
  assertEquals([ends.length, queue.closed], [6, true]);
});

test("onDone may be called within onDone, thousands deep", async () => {
  const queue = new AsyncQueue();
  const handle = queue.submit(() => 1);
  await handle;
  let depth = 0;
  const again = () => {
    if (++depth < CHAIN) handle.onDone(again);
  };
  handle.onDone(again);
  assertEquals(depth, CHAIN);
  await queue.shutdown();
});
