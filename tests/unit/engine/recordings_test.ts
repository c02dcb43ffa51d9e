import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { AsyncQueue, type QueueOptions, type TaskResult, TrilaneError } from "../../../mod.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { test } from "../../harness.ts";
import { MemoryRecorder } from "../checkpoint/support.ts";

/** A queue on a virtual clock that notes each result, and a record. */
function setUp(options: QueueOptions = {}) {
  const clock = new VirtualClock();
  const results: TaskResult[] = [];
  const queue = new AsyncQueue({
    clock,
    onComplete: (result) => void results.push(result),
    ...options,
  });
  return { clock, queue, results, checkpoint: new MemoryRecorder() };
}

const one = () => "one";

test("recordings: a success is recorded before its handle settles", async () => {
  const { queue, checkpoint } = setUp();
  const seen: unknown[] = [];
  const [handle] = queue.map(one, [1], { checkpoint });
  handle!.onDone(() => seen.push([...checkpoint.values]));
  checkpoint.onRecord = () => seen.push([handle!.status, handle!.done, queue.activeCount]);
  await queue.run();
  assertEquals(seen, [["running", false, 0], [["one 1", "one"]]]);
});

test("recordings: while it is recorded a task is neither active nor pending", async () => {
  const { queue, checkpoint } = setUp({ workers: 1 });
  const handles = queue.map(one, [1, 2], { checkpoint });
  checkpoint.onRecord = () => {
    assertEquals(handles.map(({ status }) => status), ["running", "running"]);
    assertEquals([queue.activeCount, queue.pendingCount, queue.stats.pending], [0, 0, 0]);
  };
  const summary = await queue.run();
  assertEquals([summary.succeeded, checkpoint.batches], [2, [2]]);
});

test("recordings: what ends together is recorded together, in order, so many at a time", async () => {
  const { queue, checkpoint, results } = setUp();
  const handles = queue.map((n: number) => n, Array.from({ length: 2_100 }, (_, n) => n), {
    checkpoint,
  });
  await queue.run();
  assertEquals(checkpoint.batches, [1024, 1024, 52]);
  assertEquals(results.map(({ id }) => id), handles.map(({ id }) => id));
});

test("recordings: with a backlog more successes are waited for, but not for long", async () => {
  const { clock, queue, checkpoint } = setUp({ workers: 2 });
  const gates: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => gates.push(resolve));
  await queue.start();
  const handles = queue.map(work, Array.from({ length: 200 }, (_, n) => n), { checkpoint });
  await clock.drain();
  gates.shift()!();
  await clock.advance(2);
  assertEquals([checkpoint.batches, handles[0]!.status, gates.length], [[], "running", 2]);
  gates.shift()!();
  await clock.advance(3);
  assertEquals([checkpoint.batches, handles[0]!.status, handles[1]!.status], [
    ...[[2], "succeeded", "succeeded"],
  ]);
  // Without a backlog each is recorded at once.
  for (let left = 198; left > 100; left--) {
    gates.shift()!();
    await clock.drain();
  }
  assertEquals(checkpoint.batches.at(-1), 1);
  assertEquals([queue.stats.completed, clock.pendingTimers], [100, 0]);
  await queue.cancel();
});

test("recordings: tasks that never yield don't hold a success back for long", async () => {
  const { clock, queue, checkpoint } = setUp({ workers: 1 });
  queue.map(() => clock.elapse(2), [1, 2, 3, 4, 5], { checkpoint });
  await queue.run();
  assertEquals(checkpoint.batches, [4, 1]);
});

test("recordings: each goes to the checkpoint of its own batch", async () => {
  const { queue, checkpoint } = setUp();
  const other = new MemoryRecorder();
  queue.map(one, [1, 2], { checkpoint });
  queue.map(one, [3], { checkpoint: other });
  queue.submit(one);
  const summary = await queue.run();
  assertEquals([summary.succeeded, [...checkpoint.values.keys()], [...other.values.keys()]], [
    ...[4, ["one 1", "one 2"], ["one 3"]],
  ]);
});

test("recordings: a success that can't be recorded is a failure with the reason, and not retried", async () => {
  const { queue, checkpoint, results } = setUp();
  const full = new Error("database or disk is full");
  checkpoint.onRecord = () => {
    throw full;
  };
  let runs = 0;
  queue.map(() => runs++, [1, 2], { checkpoint, retries: 3, name: "work" });
  const summary = await queue.run();
  assertEquals([summary.failed, runs, checkpoint.values.size], [2, 2, 0]);
  for (const result of results) {
    assert(result.status === "failed" && result.error instanceof TrilaneError);
    assertEquals(
      result.message,
      "Task 'work' succeeded, but that could not be recorded: database or disk is full",
    );
    assertStrictEquals(result.error.cause, full);
  }
});

test("recordings: it counts as a failure for fail-first, which keeps the other successes", async () => {
  const { queue, checkpoint } = setUp({ failPolicy: "fail-first", workers: 3 });
  const broken = new MemoryRecorder();
  broken.onRecord = () => {
    throw new Error("broken");
  };
  queue.map(one, [1], { checkpoint: broken });
  queue.map(one, [2], { checkpoint });
  queue.submit(() => new Promise(() => {}));
  const { succeeded, failed, cancelled } = await queue.run();
  assertEquals([succeeded, failed, cancelled], [1, 1, 1]);
});

// While a task's success waits to be recorded its queue is ended in all ways that there are.
const endings: [string, (queue: AsyncQueue, cancel: () => unknown) => unknown][] = [
  ["its handle is cancelled", (_, cancel) => assertEquals(cancel(), false)],
  ["the queue is cancelled", (queue) => void queue.cancel()],
  ["the queue is shut down", (queue) => void queue.shutdown()],
];

for (const [what, end] of endings) {
  for (const when of ["before", "during"]) {
    test(`recordings: a success is kept when ${what} ${when} its recording`, async () => {
      const { queue, checkpoint, results } = setUp({ workers: 2 });
      const endNow = () => end(queue, () => handle!.cancel());
      const [handle] = queue.map(one, [1], { checkpoint });
      if (when === "during") checkpoint.onRecord = endNow;
      // Starts after it, and so ends the queue while its success waits.
      else queue.submit(endNow, { detached: true });
      await queue.run();
      await queue.shutdown();
      assertEquals([handle!.status, checkpoint.values.get("one 1")], ["succeeded", "one"]);
      assertEquals(results.filter(({ id }) => id === handle!.id).length, 1);
    });
  }
}

test("recordings: a success is kept when the queue is reset meanwhile", async () => {
  const { queue, checkpoint } = setUp({ workers: 2 });
  await queue.start();
  const [handle] = queue.map(one, [1], { checkpoint });
  queue.submit(() => queue.reset());
  assertEquals(await handle!.value(), "one");
  assertEquals([queue.stats.completed, checkpoint.values.size], [0, 1]);
});

test("recordings: the record may use the queue", async () => {
  const { queue, checkpoint } = setUp({ workers: 1 });
  let more = 3;
  checkpoint.onRecord = () => {
    if (more-- > 0) queue.map(one, [more], { checkpoint });
  };
  queue.map(one, [9], { checkpoint });
  const summary = await queue.run();
  assertEquals([summary.succeeded, checkpoint.values.size], [4, 4]);
});

test("recordings: a task that times out, fails or is cancelled is not recorded", async () => {
  const { clock, queue, checkpoint } = setUp({ workers: 3 });
  await queue.start();
  const handles = queue.map(
    (n: number) => {
      if (n === 1) throw new Error("failed");
      return new Promise((resolve) => clock.setTimer(() => resolve(n), 50));
    },
    [1, 2, 3],
    { checkpoint, timeout: 20 },
  );
  await clock.advance(1);
  handles[2]!.cancel();
  await clock.advance(100);
  assertEquals(handles.map(({ status }) => status), ["failed", "failed", "cancelled"]);
  assertEquals(checkpoint.values.size, 0);
});

test("recordings: only the attempt that succeeds is recorded", async () => {
  const { queue, checkpoint } = setUp();
  let runs = 0;
  const [handle] = queue.map(
    () => {
      if (++runs < 3) throw new Error("again");
      return runs;
    },
    [1],
    { checkpoint, retries: 5, name: "flaky" },
  );
  await queue.run();
  assertEquals([handle!.attempts, [...checkpoint.values]], [3, [["flaky 1", 3]]]);
});
