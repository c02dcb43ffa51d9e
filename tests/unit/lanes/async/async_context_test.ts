import { assert, assertEquals, assertThrows } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import {
  AsyncQueue,
  currentTask,
  QueueStateError,
  type TaskHandle,
  type TaskOptions,
} from "../../../../mod.ts";
import type { Task } from "../../../../src/task/task.ts";
import { VirtualClock } from "../../../../src/testing/virtual_clock.ts";
import { test } from "../../../harness.ts";

const request = new AsyncLocalStorage<string>();

/** The request that a task finds at its start and after some turns. */
async function requestSeen(): Promise<string | undefined> {
  const seen = request.getStore();
  await Promise.resolve();
  await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
  return seen === request.getStore() ? seen : `${seen}, then ${request.getStore()}`;
}

/** Runs until nothing is left that a virtual clock can bring about. */
async function finish(queue: AsyncQueue, clock: VirtualClock): Promise<void> {
  const run = queue.run();
  while (queue.pendingCount + queue.activeCount > 0) await clock.advance(1_000);
  await run;
}

test("async context: the requests of tasks that run at the same time don't mix", async () => {
  await using queue = new AsyncQueue({ workers: 8 });
  await queue.start();
  const serve = async () => {
    await Promise.resolve();
    const first = queue.submit(requestSeen).value();
    await Promise.resolve();
    const nested = queue.submit(async () => {
      const inner = queue.submit(requestSeen);
      await currentTask().wait(inner);
      return [await inner.value(), await requestSeen()];
    });
    return [await first, ...await nested.value()];
  };
  const ids = Array.from({ length: 100 }, (_, i) => `request ${i}`);
  const seen = await Promise.all(ids.map((id) => request.run(id, serve)));
  assertEquals(seen, ids.map((id) => [id, id, id]));
  assertEquals(request.getStore(), undefined);
});

const WAYS: Record<string, TaskOptions> = {
  "at once": {},
  "after a delay": { delay: 500 },
  "at a time": { runAt: 1_500 },
  "by the rate": { priority: 5 },
  "held by its key": { keys: { host: "a" } },
  "after each retry": { retries: 3, retryDelay: 200, name: "fails" },
  "with a checkpoint": {
    checkpoint: { lookupAll: (_, keys) => keys.map(() => undefined), recordAll: () => {} },
  },
  "deduped": { dedupe: "one" },
};

for (const [way, options] of Object.entries(WAYS)) {
  test(`async context: tasks that start ${way} run in that of their submission`, async () => {
    const clock = new VirtualClock();
    const limits = { host: { workers: 1, rate: 2 } };
    await using queue = new AsyncQueue({ clock, workers: 2, rate: 4, limits });
    const seen: (string | undefined)[] = [];
    const task = async () => {
      seen.push(await requestSeen());
      if (options.retries !== undefined && currentTask().attempt < 3) throw new Error("again");
    };
    const submit = () => queue.submit(task, options);
    request.run("first", submit);
    request.run("second", submit);
    submit();
    await finish(queue, clock);
    const attempts = options.retries === undefined ? 1 : 3;
    const expected = ["first", "second", undefined].slice(0, options.dedupe ? 1 : 3);
    assertEquals(
      seen.map(String).sort(),
      expected.flatMap((id) => Array(attempts).fill(`${id}`)).sort(),
    );
  });
}

test("async context: tasks that wait for others run in their own, and so does what makes their arguments", async () => {
  await using queue = new AsyncQueue();
  const source = request.run("source", () => queue.submit(requestSeen));
  const foreign = { wait: () => request.run("foreign", () => source.wait()) };
  const after = request.run(
    "after",
    () => queue.submit(requestSeen, { after: [source, foreign as typeof source] }),
  );
  const made = request.run(
    "made",
    () =>
      queue.submitAfter([source], async (...args: unknown[]) => [...args, await requestSeen()], (
        value,
      ) => [value, request.getStore()]),
  );
  assertEquals(await Promise.all([source.value(), after.value()]), ["source", "after"]);
  assertEquals(await made.value(), ["source", "made", "made"]);
});

test("async context: map and group share that of the call, and a stream that of its own, whoever pulls", async () => {
  await using queue = new AsyncQueue({ workers: 2, size: 4 });
  await queue.start();
  const map = request.run("map", () => queue.map(requestSeen, [[], []]));
  const group = request.run("group", () => queue.group([[requestSeen], [requestSeen]]));
  const bound = queue.task(requestSeen);
  const handles = [...map, ...group];
  assertEquals(await Promise.all(handles.map((handle) => handle.value())), [
    ...["map", "map", "group", "group"],
  ]);
  assertEquals(await request.run("bound", () => bound().value()), "bound");
  const stream = request.run("stream", () => queue.stream(requestSeen, Array(9).fill([])));
  const pulled: (string | undefined)[] = [];
  await request.run("consumer", async () => {
    for await (const value of stream) {
      pulled.push(value);
      assertEquals(request.getStore(), "consumer");
    }
  });
  assertEquals(pulled, Array(9).fill("stream"));
});

test("async context: a task that waited for room has that of the call, not of who made room", async () => {
  await using queue = new AsyncQueue({ workers: 1, size: 1 });
  await queue.start();
  const gate = Promise.withResolvers<void>();
  const first = request.run("first", () => queue.submit(() => gate.promise));
  const second = request.run("second", () => queue.submitWhenReady(requestSeen));
  request.run("other", () => first.cancel());
  gate.resolve();
  const seen = await second.then((handle) => handle.value());
  assertEquals(seen, "second");
});

test("async context: retryIf has its task's, hooks and onDone that of whoever gave them", async () => {
  const seen: string[] = [];
  const note = (what: string) => () => void seen.push(`${what} ${request.getStore()}`);
  const queue = request.run(
    "maker",
    () => new AsyncQueue({ onStart: note("start"), onComplete: note("complete") }),
  );
  const watch = request.run("watcher", () => queue.observe({ onRetry: note("retry") }));
  const handle = request.run("task", () =>
    queue.submit(() => {
      if (currentTask().attempt === 1) throw new Error("again");
    }, {
      retries: 1,
      retryIf() {
        note("retryIf")();
        return true;
      },
    }));
  request.run("listener", () => handle.onDone(note("done")));
  await request.run("runner", () => queue.run());
  assertEquals(seen, [
    ...["start maker", "retryIf task", "retry watcher", "start maker"],
    ...["complete maker", "done listener"],
  ]);
  watch[Symbol.dispose]();
  await queue.shutdown();
});

test("async context: false, tasks run in any, and find no task that submitted them", async () => {
  await using outer = new AsyncQueue();
  await using inner = new AsyncQueue({ asyncContext: false });
  const found = async () => {
    const name = currentTask().name;
    await Promise.resolve();
    assertThrows(currentTask, QueueStateError);
    return name;
  };
  const handle = outer.submit(async () => {
    const name = await inner.submit(found, { name: "inner" }).value();
    return [name, currentTask().name];
  }, { name: "outer" });
  assertEquals(await handle.value(), ["inner", "outer"]);
});

test("async context: what a task left running finds its own attempt, which has ended", async () => {
  await using queue = new AsyncQueue({ workers: 1 });
  await queue.start();
  const gate = Promise.withResolvers<void>();
  const left = Promise.withResolvers<unknown[]>();
  const first = queue.submit(() => {
    left.resolve(gate.promise.then(() => {
      const task = currentTask();
      task.progress("too late");
      return [task.id, task.name, task.attempt, task.cancelled];
    }));
  }, { name: "first" });
  await first;
  const second = queue.submit(async () => {
    gate.resolve();
    await left.promise;
    return currentTask().name;
  }, { name: "second" });
  assertEquals(await second.value(), "second");
  assertEquals(await left.promise, [first.id, "first", 1, false]);
  assertEquals([first.progress, second.progress], [undefined, undefined]);
});

test("async context: an abandoned function that asks for its task late is told that it was cancelled", async () => {
  await using queue = new AsyncQueue({ workers: 1 });
  await queue.start();
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<unknown>();
  const handle = queue.submit(async () => {
    await gate.promise;
    asked.resolve([currentTask().cancelled, currentTask().signal.reason]);
  });
  await Promise.resolve().then(() => {});
  assertEquals(handle.status, "running");
  const reason = new Error("not wanted");
  handle.cancel(reason);
  assertEquals(await queue.submit(() => "next").value(), "next");
  gate.resolve();
  assertEquals(await asked.promise, [true, reason]);
});

test("async context: none is kept of a task that has ended, however it did", async () => {
  const clock = new VirtualClock();
  await using queue = new AsyncQueue({ clock, workers: 4, failPolicy: "fail-first" });
  const fails = () => {
    throw new Error("failed");
  };
  const handles: TaskHandle[] = request.run("kept", () => {
    const blocker = queue.submit(() => new Promise(() => {}), { delay: 1 });
    return [
      queue.submit(() => 1),
      queue.submit(() => Promise.resolve(2)),
      queue.submit(fails, { retries: 2, retryDelay: 10, detached: true }),
      queue.submit(() => new Promise(() => {}), { timeout: 5, detached: true }),
      queue.submit(() => 3, { delay: 10_000 }),
      queue.submit(() => 4, { after: [blocker] }),
      queue.submit(() => 5, { dedupe: "a" }),
      blocker,
    ];
  });
  for (const handle of handles) assert((handle as Task).context !== undefined);
  await queue.start();
  await clock.advance(5_000);
  handles[7].cancel();
  handles[4].cancel();
  assertEquals(handles.map(({ status }) => status), [
    ...["succeeded", "succeeded", "failed", "failed"],
    ...["cancelled", "cancelled", "succeeded", "cancelled"],
  ]);
  assertEquals(handles.map((handle) => (handle as Task).context), Array(8).fill(undefined));
});

test("async context: what the queue itself has going on is in that of its maker", async () => {
  const clock = new VirtualClock();
  const seen = new Set<string | undefined>();
  const { setTimer } = clock;
  clock.setTimer = (callback, ms) => {
    seen.add(request.getStore());
    return setTimer.call(clock, callback, ms);
  };
  const queue = request.run("maker", () => new AsyncQueue({ clock, rate: 1 }));
  const options = { timeout: 1_000, retries: 1, retryDelay: 500 };
  for (const id of ["first", "second"]) {
    request.run(id, () => queue.submit(() => new Promise(() => {}), options));
    request.run(id, () => queue.submit(() => {}, { delay: 700 }));
  }
  await request.run("runner", () => finish(queue, clock));
  assertEquals([...seen], ["maker"]);
  await queue.cancel();
});
