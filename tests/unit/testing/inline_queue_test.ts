import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  currentTask,
  defineTasks,
  inlineTask,
  NotPortableError,
  TaskTimeoutError,
  transfer,
  WorkerCrashError,
} from "../../../mod.ts";
import {
  type Fault,
  type Faults,
  type InlineAttempt,
  type InlineOptions,
  InlineQueue,
  VirtualClock,
} from "../../../src/testing/mod.ts";
import { test } from "../../harness.ts";

class Refused extends RangeError {
  readonly code = 7;
}

const seen: unknown[] = [];
const released = Promise.withResolvers<void>();

const tasks = defineTasks(import.meta.url, {
  double: (n: number) => n * 2,
  async nameLater() {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    try {
      return currentTask().name;
    } catch (error) {
      return (error as Error).name;
    }
  },
  keep(value: object) {
    seen.push(value);
    return value;
  },
  returnsFunction: () => () => {},
  refuse() {
    throw new Refused("no", { cause: new TypeError("because") });
  },
  ownSignal: () =>
    new Promise((_resolve, reject) => {
      const { signal } = currentTask();
      signal.addEventListener("abort", () => reject(signal.reason));
    }),
  ignores: () => released.promise,
  progress: () => currentTask().progress({ part: 1 }),
  byteLength: (bytes: Uint8Array) => bytes.byteLength,
});

/** A queue on a virtual clock whose first attempts suffer a fault. */
function faulty(fault: Fault, options: InlineOptions = {}) {
  const clock = new VirtualClock();
  const faults = ({ attempt }: InlineAttempt) => attempt === 1 ? fault : undefined;
  return { clock, queue: new InlineQueue({ clock, faults, workers: 1, ...options }) };
}

test("InlineQueue: runs portable tasks of any kind, and refuses closures", async () => {
  const clock = new VirtualClock();
  const queue = new InlineQueue({ clock });
  const inline = inlineTask((n: number) => Promise.resolve(n + 1));
  const handles = [queue.submit(tasks.double, [21]), queue.submit(inline, [1])];
  const { ok } = await queue.run();
  assertEquals([ok, handles.map((handle) => handle.result().workerId)], [true, [1, 2]]);
  assertEquals(await Promise.all(handles.map((handle) => handle.value())), [42, 2]);
  assertThrows(
    () => queue.submit((() => 1) as never, []),
    NotPortableError,
    "A task of an InlineQueue must be a portable task",
  );
  assertThrows(
    () => new InlineQueue({ fault: () => undefined } as never),
    TypeError,
    "Did you mean 'faults'?",
  );
  await queue.shutdown();
  assertEquals([clock.pendingTimers, queue.stats.workers], [0, 0]);
});

test("InlineQueue: an inline task sees nothing from around it", async () => {
  await using queue = new InlineQueue();
  await queue.start();
  const outside = 1;
  const result = await queue.submit(inlineTask(() => outside));
  assert(result.status === "failed" && result.error instanceof ReferenceError);
});

test("InlineQueue: arguments and values are copies", async () => {
  await using queue = new InlineQueue();
  await queue.start();
  const given = { list: [1], when: new Date(5), error: new RangeError("inner") };
  const got = await queue.submit(tasks.keep, [given]).value() as typeof given;
  const [inside] = seen.splice(0) as [typeof given];
  assert(inside !== given && got !== inside && got.list !== inside.list);
  assertEquals([inside.list, got.list, got.when], [[1], [1], new Date(5)]);
  assertInstanceOf(got.error, RangeError);
});

test("InlineQueue: what is transferred changes hands", async () => {
  await using queue = new InlineQueue();
  await queue.start();
  const bytes = new Uint8Array(8);
  assertEquals(await queue.submit(tasks.byteLength, [transfer(bytes, [bytes.buffer])]).value(), 8);
  assertEquals(bytes.byteLength, 0);
});

test("InlineQueue: what can't be cloned fails its task alone, and is named", async () => {
  await using queue = new InlineQueue({ workers: 1 });
  await queue.start();
  const args = [{ fn() {} }] as const;
  const [given, returned, other] = [
    queue.submit(tasks.keep, args),
    queue.submit(tasks.returnsFunction),
    queue.submit(tasks.double, [1]),
  ];
  assertEquals(await other.value(), 2);
  for (
    const [handle, what] of [[given, "Argument 1 of"], [returned, "The return value of"]] as const
  ) {
    const error = handle.error();
    assertInstanceOf(error, NotPortableError);
    assert(error.message.startsWith(what), error.message);
  }
  assertEquals(seen, []);
});

test("InlineQueue: errors arrive as from a worker", async () => {
  await using queue = new InlineQueue();
  await queue.start();
  const result = await queue.submit(tasks.refuse);
  assert(result.status === "failed");
  const { error } = result;
  assertInstanceOf(error, RangeError);
  assertFalse(error instanceof Refused);
  const { name, message, code, cause } = error as RangeError & { code?: number };
  assertEquals([name, message, code], ["Refused", "no", 7]);
  assertInstanceOf(cause, TypeError);
});

test("InlineQueue: progress is told", async () => {
  const told: unknown[] = [];
  await using queue = new InlineQueue({ onProgress: (_handle, data) => void told.push(data) });
  queue.submit(tasks.progress);
  await queue.run();
  assertEquals(told, [{ part: 1 }]);
});

test("InlineQueue: a crash fails the attempt, which is retried on another worker", async () => {
  const errors: unknown[] = [];
  const { clock, queue } = faulty("crash", {
    onRetry: (_handle, error) => void errors.push(error),
  });
  const handle = queue.submit(tasks.double, [1], { retries: 1, retryDelay: 100 });
  await queue.start();
  await clock.advance(99);
  assertEquals([handle.status, handle.attempts], ["retrying", 1]);
  assertInstanceOf(errors[0], WorkerCrashError);
  assertEquals(errors[0].exitCode, 1);
  await clock.advance(1);
  assertEquals([handle.status, handle.attempts], ["succeeded", 2]);
  await queue.shutdown();
  assertEquals(clock.pendingTimers, 0);
});

test("InlineQueue: a hang lasts until the timeout, or until it is cancelled", async () => {
  const { clock, queue } = faulty("hang");
  const timed = queue.submit(tasks.double, [1], { timeout: 50 });
  const cancelled = queue.submit(tasks.double, [2]);
  const after = queue.submit(tasks.double, [3], { retries: 1, timeout: 10 });
  await queue.start();
  await clock.advance(49);
  assertEquals(timed.status, "running");
  await clock.advance(1);
  assertInstanceOf(timed.error(), TaskTimeoutError);
  assertEquals([cancelled.status, queue.stats.abandoned], ["running", 0]);
  cancelled.cancel();
  await clock.advance(10);
  assertEquals([await after.value(), after.attempts], [6, 2]);
  await queue.shutdown();
  assertEquals(clock.pendingTimers, 0);
});

test("InlineQueue: a worker whose first attempt throws an error of the test's runs the next ones", async () => {
  const faults: Faults = ({ attempt }) => attempt === 1 ? new Error("Busy") : undefined;
  await using queue = new InlineQueue({ workers: 1, faults });
  const handles = queue.map(tasks.double, [1, 2], { retries: 1 });
  await queue.run();
  assertEquals(handles.map(({ status, attempts }) => [status, attempts]), [
    ["succeeded", 2],
    ["succeeded", 2],
  ]);
});

test("InlineQueue: an error of the test's own is thrown by the attempt", async () => {
  for (
    const faults of [
      () => new Refused("by the test"),
      () => {
        throw new Refused("by the test");
      },
    ]
  ) {
    await using queue = new InlineQueue({ faults });
    await queue.start();
    const error = (await queue.submit(tasks.double, [1]) as { error?: Error }).error;
    assertEquals([error?.name, error?.message], ["Refused", "by the test"]);
  }
});

test("InlineQueue: an attempt that begins late has all its time from then on", async () => {
  const { clock, queue } = faulty({ delay: 30 });
  const patient = queue.submit(tasks.keep, [{ name: "patient" }], { timeout: 40 });
  const hasty = queue.submit(tasks.keep, [{ name: "hasty" }], { timeout: 20 });
  await queue.start();
  await clock.advance(29);
  assertEquals([patient.status, seen], ["running", []]);
  await clock.advance(1);
  assertEquals([patient.status, patient.result().duration], ["succeeded", 30]);
  await clock.advance(30);
  assertEquals([hasty.status, hasty.result().duration], ["succeeded", 30]);
  assertEquals(seen.splice(0), [{ name: "patient" }, { name: "hasty" }]);
  await queue.shutdown();
  assertEquals(clock.pendingTimers, 0);
});

test("InlineQueue: workers that let their task wait are replaced, three at most", async () => {
  const { clock, queue } = faulty({ delay: 5000 });
  const handle = queue.submit(tasks.keep, [{ name: "a" }], { timeout: 20 });
  await queue.start();
  await clock.advance(4000);
  assertInstanceOf(handle.error(), WorkerCrashError);
  assertEquals([handle.attempts, seen], [1, []]);
  await queue.shutdown();
  assertEquals(clock.pendingTimers, 0);
});

test("InlineQueue: faults are asked with a copy of what the attempt is given", async () => {
  const asked: InlineAttempt[] = [];
  const faults = (attempt: InlineAttempt) => {
    (attempt.args[0] as { n: number }).n = 0;
    return void asked.push(attempt);
  };
  await using queue = new InlineQueue({ faults });
  await queue.start();
  const value = await queue.submit(tasks.keep, [{ n: 1 }], { name: "kept" }).value();
  seen.length = 0;
  assertEquals([value, asked], [{ n: 1 }, [{ name: "kept", attempt: 1, args: [{ n: 0 }] }]]);
});

test("InlineQueue: an interrupted task gets its grace, and one that ignores it goes on unobserved", async () => {
  const clock = new VirtualClock();
  const queue = new InlineQueue({ clock, workers: 2 });
  const own = queue.submit(tasks.ownSignal, [], { timeout: 10, retries: 1 });
  const deaf = queue.submit(tasks.ignores, [], { timeout: 10 });
  await queue.start();
  await clock.advance(10);
  assertEquals([own.attempts, deaf.status], [2, "failed"]);
  await clock.advance(10);
  assertEquals([own.status, queue.stats.abandoned], ["failed", 0]);
  released.resolve();
  await queue.shutdown();
  assertStrictEquals(clock.pendingTimers, 0);
});

test("InlineQueue: currentTask finds its own task after an await, though workers take turns", async () => {
  const names = ["a", "b", "c", "d"];
  for (const asyncContext of [true, false]) {
    await using queue = new InlineQueue({ workers: 4, asyncContext });
    await queue.start();
    const handles = names.map((name) => queue.submit(tasks.nameLater, { name }));
    assertEquals(
      await Promise.all(handles.map((handle) => handle.value())),
      asyncContext ? names : names.map(() => "QueueStateError"),
    );
  }
});
