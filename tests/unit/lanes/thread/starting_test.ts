import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async";
import {
  importTasks,
  inlineTask,
  NotPortableError,
  ThreadQueue,
  WorkerCrashError,
} from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import { eventually, gate, open, reached, tasks, withLog, withThreads } from "./support.ts";

test("thread starting: the initializer runs once in each worker, before its first task", async () => {
  const initArgs = ["ready", 1, new RangeError("r"), new Uint8Array(100).subarray(2, 4)];
  await withThreads({ workers: 2, initializer: tasks.initialize, initArgs }, async (queue) => {
    const door = gate();
    const both = [queue.submit(tasks.block, [door]), queue.submit(tasks.block, [door])];
    await reached(door, 2);
    open(door);
    await Promise.all(both);
    const seen = await Promise.all(
      Array.from({ length: 20 }, () => queue.submit(tasks.whoAmI).value()),
    );
    for (const { initialized } of seen) assertEquals(initialized, "ready 1 RangeError 0,0");
  });
  await withThreads(
    { workers: 1, initializer: tasks.initializeLater, initArgs: [30] },
    async (queue) => {
      assertEquals((await queue.submit(tasks.whoAmI).value()).initialized, "later");
    },
  );
});

test("thread starting: three failed starts in a row fail the waiting tasks with the start error", async () => {
  await withLog(async (log, lines) => {
    const options = { workers: 1, initializer: tasks.failToStart, initArgs: [log] };
    await withThreads(options, async (queue) => {
      const handles = queue.map(tasks.square, [1, 2, 3], { retries: 5 });
      for (const result of await Promise.all(handles)) {
        assert(result.status === "failed" && result.error instanceof RangeError);
        assertEquals([result.error.message, result.attempts], ["no start", 0]);
      }
      assertEquals(lines().length, 3);
      // What comes later is tried anew.
      assertEquals((await queue.submit(tasks.square, [1])).status, "failed");
      assertEquals(lines().length, 6);
      await eventually(() => queue.stats.workers === 0, "no worker is left");
    });
  });
});

test("thread starting: workers that are to be kept warm and can't start are not started for ever", async () => {
  await withLog(async (log, lines) => {
    const options = {
      workers: 4,
      minWorkers: 2,
      initializer: tasks.failToStart,
      initArgs: [log],
    };
    await withThreads(options, async (queue) => {
      await eventually(() => queue.stats.workers === 0 && lines().length >= 3, "it gives up");
      await delay(100);
      assert(lines().length <= 4, `${lines().length} starts`);
      assertEquals((await queue.submit(tasks.square, [1])).status, "failed");
    });
  });
});

test("thread starting: a failed start is made good by the next", async () => {
  await withLog(async (log, lines) => {
    const count = new Int32Array(new SharedArrayBuffer(4));
    const options = { workers: 1, initializer: tasks.failToStartUntil, initArgs: [log, count, 2] };
    await withThreads(options, async (queue) => {
      assertEquals(await queue.submit(tasks.square, [3]).value(), 9);
      assertEquals(lines().length, 3);
    });
  });
});

test("thread starting: where no more workers start, those that have done the work, and no more are tried for ever", async () => {
  await withLog(async (log, lines) => {
    const count = new Int32Array(new SharedArrayBuffer(4));
    const options = { workers: 3, initializer: tasks.failToStartAgain, initArgs: [log, count] };
    await withThreads(options, async (queue) => {
      assertEquals(await queue.submit(tasks.square, [3]).value(), 9);
      const times = new Array<number>(60).fill(20);
      assertEquals(await queue.group(tasks.work, times).values(), times);
      assert(lines().length >= 4 && lines().length <= 6, `${lines().length} starts`);
    });
  });
});

test("thread starting: fail-first and hooks that cancel meet failing starts, and each task ends once", async () => {
  await withLog(async (log) => {
    for (const failPolicy of ["fail-first", "continue"] as const) {
      let cancelAll = () => {};
      const options = {
        workers: 2,
        failPolicy,
        initializer: tasks.failToStart,
        initArgs: [log],
        onComplete: () => cancelAll(),
      };
      await withThreads(options, async (queue) => {
        const handles = queue.map(tasks.square, [1, 2, 3, 4]);
        cancelAll = () => handles.forEach((handle) => handle.cancel());
        await Promise.all(handles);
        const { completed, failed, cancelled } = queue.stats;
        assertEquals([completed, failed, cancelled], [4, 1, 3]);
      });
    }
  });
});

test("thread starting: a worker that never gets ready is replaced; in the end the tasks fail", async () => {
  await withThreads(
    { workers: 1, startTimeout: 100, initializer: tasks.never },
    async (queue) => {
      const result = await queue.submit(tasks.square, [1]);
      assert(result.status === "failed" && result.error instanceof WorkerCrashError);
      assert(result.error.message.includes("not ready in time"), result.error.message);
    },
  );
});

test("thread starting: a worker that dies while it starts is told of with its error", async () => {
  for (const way of ["exit", "throw"]) {
    await withThreads({ workers: 1, initializer: tasks.die, initArgs: [way] }, async (queue) => {
      const result = await queue.submit(tasks.square, [1]);
      assertEquals(result.status, "failed");
      if (way === "throw") assert(result.message!.includes("astray"), result.message);
    });
  }
});

test("thread starting: arguments of the initializer that can't be sent fail the start, nothing else", async () => {
  for (const bad of [() => 1, new URL("http://localhost/")]) {
    await withThreads(
      { workers: 2, initializer: tasks.initialize, initArgs: [bad] },
      async (queue) => {
        const result = await queue.submit(tasks.square, [1]);
        assertEquals(result.status, "failed");
        assertEquals(queue.stats.workers, 0);
      },
    );
  }
  const closure = () => 1;
  assertThrows(
    () => new ThreadQueue({ initializer: closure as never }),
    NotPortableError,
    "initializer must be a portable task",
  );
});

test("thread starting: a module that can't be loaded fails its tasks alone, once other workers have tried", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const at = (name: string) => new URL(`modules/${name}`, import.meta.url);
    const missing = importTasks<{ f(): void }>(at("missing.ts"));
    await assertRejects(() => queue.submit(missing.f).value());
    const throwing = importTasks<typeof import("./modules/throws.ts")>(at("throws.ts"));
    for (let i = 0; i < 2; i++) {
      const handle = queue.submit(throwing.never);
      const error = await assertRejects(() => handle.value(), TypeError);
      assertEquals([error.message, handle.attempts], ["thrown at import", 1]);
    }
    const { worker } = await queue.submit(tasks.whoAmI).value();
    const nothing = importTasks<{ nowhere(): void }>(
      at("throws.ts").href.replace("throws", "plain"),
    );
    const error = await assertRejects(
      () => queue.submit(nothing.nowhere).value(),
      NotPortableError,
    );
    assert(error.message.includes("exports no function 'nowhere'"), error.message);
    assertEquals((await queue.submit(tasks.whoAmI).value()).worker, worker);
  });
});

test("thread starting: a module that ends its worker when it is loaded fails its attempt only", async () => {
  const exits = importTasks<typeof import("./modules/exits.ts")>(
    new URL("modules/exits.ts", import.meta.url),
  );
  await withThreads({ workers: 1 }, async (queue) => {
    const result = await queue.submit(exits.never, { retries: 1 });
    assert(result.status === "failed" && result.error instanceof WorkerCrashError);
    assertEquals(result.attempts, 2);
    assertEquals(await queue.submit(tasks.square, [3]).value(), 9);
  });
});

test("thread starting: a shutdown while workers start settles, and none is left", async () => {
  const inline = inlineTask(() => "inline");
  for (let round = 0; round < 10; round++) {
    const queue = new ThreadQueue({ workers: 4, minWorkers: round % 3 });
    await queue.start();
    const handles = [queue.submit(inline), queue.submit(inline), queue.submit(inline)];
    for (let turn = 0; turn < round; turn++) await delay(1);
    await queue.cancel();
    assertEquals(queue.stats.workers, 0);
    for (const handle of handles) assert(handle.done);
  }
});

test("thread starting: a shutdown doesn't wait for an initializer", async () => {
  const begun = gate();
  const queue = new ThreadQueue({
    ...{ workers: 1, minWorkers: 1 },
    ...{ initializer: tasks.never, initArgs: [begun] },
  });
  await queue.start();
  await reached(begun);
  await queue.shutdown();
  assertEquals([queue.stats.workers, queue.stats.abandoned], [0, 0]);
});
