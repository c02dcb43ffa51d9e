import { assertEquals } from "@std/assert";
import { AsyncQueue, currentTask } from "../../../../mod.ts";
import { VirtualClock } from "../../../../src/testing/virtual_clock.ts";
import { test } from "../../../harness.ts";

function setUp() {
  const clock = new VirtualClock();
  const queue = new AsyncQueue({ clock, workers: 1 });
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(resolve, ms));
  return { clock, queue, sleep };
}

/** The one worker is free for one task, not for two and not for none. */
async function assertOneWorker(queue: AsyncQueue): Promise<void> {
  let running = 0;
  let most = 0;
  await queue.group(async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
  }, [[], [], []]).values();
  assertEquals(most, 1);
}

test("slot: a task that is cancelled while it wants its slot back takes none", async () => {
  const { clock, queue, sleep } = setUp();
  await queue.start();
  const outer = queue.submit(async () => {
    await currentTask().wait(queue.submit(() => sleep(10), { priority: 0 }));
  });
  const other = queue.submit(() => sleep(100));
  await clock.advance(20);
  // The inner task has ended and the other one runs: the outer one waits for the slot.
  assertEquals([outer.status, other.status], ["running", "running"]);
  await queue.cancel();
  await clock.advance(100);
  queue.reset();
  await queue.start();
  await assertOneWorker(queue);
});

test("slot: a task that ends without awaiting its slot's return takes none", async () => {
  const { clock, queue, sleep } = setUp();
  await queue.start();
  const outer = queue.submit(async () => {
    currentTask().wait(queue.submit(() => sleep(10), { priority: 0 }));
    await sleep(20);
  });
  const other = queue.submit(() => sleep(100));
  await clock.advance(15);
  assertEquals([outer.status, other.status], ["running", "running"]);
  await clock.advance(100);
  assertEquals([outer.status, other.status], ["succeeded", "succeeded"]);
  await assertOneWorker(queue);
});

test("slot: waits that end while the slot is out get it back together", async () => {
  const { clock, queue, sleep } = setUp();
  const done = queue.submit(() => {});
  await queue.start();
  await done;
  const outer = queue.submit(async () => {
    const task = currentTask();
    const first = task.wait(queue.submit(() => sleep(10), { priority: 0 }));
    await sleep(20);
    // The first wait is over, and the slot is with the other task.
    await task.wait(done);
    await first;
  });
  const other = queue.submit(() => sleep(30));
  await clock.advance(39);
  assertEquals([outer.status, other.status], ["running", "running"]);
  await clock.advance(1);
  assertEquals([outer.status, other.status], ["succeeded", "succeeded"]);
  await assertOneWorker(queue);
});
