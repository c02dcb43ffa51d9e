import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { ExecutionError, QueueClosedError, QueueFullError, QueueStateError } from "../../../mod.ts";
import { Checkpoint } from "../../../src/checkpoint/mod.ts";
import { test } from "../../harness.ts";
import { lanes, numbers, portable } from "./lanes.ts";
import { lines, reported, withFolder } from "./support.ts";

const values = (handles: Iterable<{ value(): Promise<unknown> }>) =>
  Promise.all(Array.from(handles, (handle) => handle.value()));

for (const lane of lanes) {
  test(`${lane.name}: what has succeeded is not run again, and stays in its place`, async () => {
    using checkpoint = new Checkpoint(":memory:");
    checkpoint.record("add", "[2,0]", "recorded");
    await using queue = lane.create({ workers: 2 });
    await queue.start();
    const handles = queue.map(portable.add, [[1, 0], [2, 0], [3, 0]], { checkpoint });
    assertEquals(handles.map(({ done }) => done), [false, true, false]);
    assertEquals(await values(handles) as unknown[], [1, "recorded", 3]);
    assertEquals(handles.map(({ attempts }) => attempts), [1, 0, 1]);
    const again = queue.map(portable.never, [[1, 0], [3, 0]] as never, {
      checkpoint,
      namespace: "add",
    });
    assertEquals(again.map(({ status }) => status), ["succeeded", "succeeded"]);
    assertEquals([await values(again), checkpoint.namespaces()], [[1, 3], ["add"]]);
  });

  test(`${lane.name}: only successes are recorded`, async () => {
    using checkpoint = new Checkpoint(":memory:");
    await using queue = lane.create({ workers: 2 });
    const group = queue.group(portable.even, [1, 2, 3, 4], { checkpoint });
    const gone = queue.map(portable.even, [6], { checkpoint });
    gone[0]!.cancel();
    const { succeeded, failed, cancelled } = await queue.run();
    assertEquals([succeeded, failed, cancelled], [2, 2, 1]);
    await assertRejects(() => group.values(), ExecutionError);
    assertEquals(numbers(7).map((n) => checkpoint.has("even", `${n}`)), [
      ...[false, false, true, false, true, false, false],
    ]);
  });

  test(`${lane.name}: a group has recorded and new values, and its summary counts both`, async () => {
    using checkpoint = new Checkpoint(":memory:");
    await using queue = lane.create({ workers: 2 });
    await queue.start();
    await queue.group(portable.square, [1, 3], { checkpoint }).wait();
    const group = queue.group(portable.square, [0, 1, 2, 3], { checkpoint });
    const inTurn = [];
    for await (const { attempts } of group.asCompleted()) inTurn.push(attempts);
    assertEquals(inTurn.toSorted(), [0, 0, 1, 1]);
    assertEquals(inTurn.slice(0, 2), [0, 0]);
    const summary = await group.wait();
    assertEquals([summary.total, summary.succeeded, summary.ok], [4, 4, true]);
    assertEquals(await group.values(), [0, 1, 4, 9]);
  });

  test(`${lane.name}: a stream yields recorded values in their places, ordered or not`, async () => {
    using checkpoint = new Checkpoint(":memory:");
    await using queue = lane.create({ workers: 2 });
    await Array.fromAsync(queue.stream(portable.square, [1, 2, 4], { checkpoint }));
    assertEquals(checkpoint.count("square"), 3);
    for (const ordered of [true, false]) {
      const options = { checkpoint, ordered, settled: true } as const;
      const results = await Array.fromAsync(queue.stream(portable.square, numbers(6), options));
      const got = results.map((result) => result.status === "succeeded" ? result.value : result);
      assertEquals(ordered ? got : got.toSorted(), ordered ? [0, 1, 4, 9, 16, 25] : got.toSorted());
      assertEquals(got.length, 6);
      assertEquals(results.filter(({ attempts }) => attempts === 0).length, ordered ? 3 : 6);
    }
  });

  test(`${lane.name}: the one-shot helper goes on where it was, and tells of its progress`, async () => {
    await withFolder(async (folder) => {
      using checkpoint = new Checkpoint(join(folder, "run.sqlite"));
      const log = join(folder, "log");
      const key = ([n]: readonly unknown[]) => `${n}`;
      const item = (n: number) => [n, log] as [number, string];
      const progress: string[] = [];
      const options = {
        workers: 2,
        checkpoint,
        key,
        namespace: "squares",
        onProgress: (done: number, total: number) => progress.push(`${done}/${total}`),
      };
      assertEquals(await lane.map(portable.square, [1, 2].map(item), options), [1, 4]);
      assertEquals(await lane.map(portable.square, [3, 2, 1].map(item), options), [9, 4, 1]);
      assertEquals(progress, ["1/2", "2/2", "1/3", "2/3", "3/3"]);
      assertEquals(lines(log).toSorted(), ["1", "2", "3"]);
      assertEquals(checkpoint.namespaces(), ["squares"]);
    });
  });

  test(`${lane.name}: values that take more than JSON are recorded too`, async () => {
    using checkpoint = new Checkpoint(":memory:");
    const options = { workers: 1, checkpoint };
    const expected = [new Map([[7, new Uint8Array([7, 0, 255])]])];
    assertEquals(await lane.map(portable.rich, [7], options), expected);
    assertEquals(await lane.map(portable.never as never, [7], { ...options, namespace: "rich" }), [
      ...expected,
    ]);
    assertEquals(await lane.map(portable.nothing, [7], options), [undefined]);
    assertEquals(checkpoint.lookup("nothing", "7"), { value: undefined });
  });
}

test("resume: all lanes use one file at one time", () =>
  withFolder(async (folder) => {
    const file = join(folder, "run.sqlite");
    const log = join(folder, "log");
    const items = numbers(300).map((n) => [n, log] as [number, string]);
    using checkpoint = new Checkpoint(file);
    await Promise.all(lanes.map(async (lane, n) => {
      // Two share one, the other opens its own.
      using own = new Checkpoint(file);
      const options = { checkpoint: n === 0 ? own : checkpoint, workers: 2 };
      assertEquals(
        await lane.map(portable.square, items.slice(n * 100), options),
        items.slice(n * 100).map(([n]) => n * n),
      );
    }));
    assertEquals(checkpoint.count("square"), 300);
    const ran = lines(log).length;
    for (const lane of lanes) await lane.map(portable.square, items, { checkpoint, workers: 1 });
    assertEquals(lines(log).length, ran);
  }));

const [{ create }] = lanes as [typeof lanes[0]];

test("resume: a restored task is done at once, and known everywhere as succeeded", async () => {
  using checkpoint = new Checkpoint(":memory:");
  checkpoint.record("work", "1", { a: 1 });
  const told: string[] = [];
  const queue = create({
    onStart: ({ name }) => void told.push(`start ${name}`),
    onComplete: ({ name, attempts }) => void told.push(`complete ${name} ${attempts}`),
  });
  const metadata = {};
  const [handle] = queue.map(() => 0, [1], {
    ...{ checkpoint, name: "work", metadata, priority: 7, delay: 1000, mustComplete: true },
  });
  assertEquals(told, ["complete work 0"]);
  assertEquals([handle!.status, handle!.attempts, handle!.priority], ["succeeded", 0, 7]);
  const result = handle!.result();
  assert(result.status === "succeeded");
  assertEquals([result.value as unknown, result.attempts, result.duration], [{ a: 1 }, 0, 0]);
  assertEquals([result.startedAt, result.workerId, result.metadata === metadata], [
    ...[undefined, undefined, true],
  ]);
  assertEquals([queue.stats.succeeded, queue.stats.pending, queue.stats.scheduled], [1, 0, 0]);
  assertEquals(queue.results, [result]);
  assertEquals(handle!.cancel(), false);
  const summary = await queue.run();
  assertEquals([summary.total, summary.succeeded, summary.results], [1, 1, [result]]);
  assertEquals([summary.latency().run.max, summary.values], [summary.latency().run.max, [{
    a: 1,
  }]]);
  await queue.shutdown();
});

test("resume: recorded inputs need no room, others do, all or none", async () => {
  using checkpoint = new Checkpoint(":memory:");
  for (const n of numbers(10)) checkpoint.record("work", `${n}`, n);
  const queue = create({ size: 2 });
  const options = { checkpoint, namespace: "work" };
  const restored = queue.map((n: number) => -n, numbers(12), options);
  assertEquals(restored.map(({ done }) => done), numbers(12).map((n) => n < 10));
  const before = queue.stats;
  assertThrows(() => queue.map((n: number) => -n, [1, 2, 99], options), QueueFullError);
  assertEquals(queue.stats, before);
  assertEquals(queue.map((n: number) => -n, [1, 2], options).length, 2);
  await queue.cancel();
  assertThrows(() => queue.map((n: number) => -n, [1, 2], options), QueueClosedError);
});

test("resume: streams pass recorded items by a full queue, within their window", async () => {
  using checkpoint = new Checkpoint(":memory:");
  for (const n of numbers(100)) checkpoint.record("work", `${n}`, n);
  const queue = create({ size: 1, workers: 1 });
  const gate = Promise.withResolvers<void>();
  await queue.start();
  queue.submit(() => gate.promise);
  let pulled = 0;
  const source = function* () {
    for (const n of numbers(101)) {
      pulled++;
      yield n;
    }
  };
  const stream = queue.stream((n: number) => n + 0.5, source(), {
    ...{ checkpoint, namespace: "work", window: 4 },
  });
  for (const n of numbers(100)) {
    assertEquals((await stream.next()).value, n);
    assert(pulled <= n + 6, `${pulled} were pulled after ${n}`);
  }
  gate.resolve();
  assertEquals((await stream.next()).value, 100.5);
  assertEquals((await stream.next()).done, true);
  await queue.shutdown();
});

test("resume: an item without a key is refused, and nothing is submitted", async () => {
  using checkpoint = new Checkpoint(":memory:");
  await using queue = create();
  const zero = (_: unknown) => 0;
  const wrong: unknown[] = [
    ...[undefined, () => 1, Symbol("s"), 1n, NaN, Infinity, new Map(), new Set(), new Error("e")],
    ...[{ a: undefined }, { a: { b: NaN } }, new (class Point {})()],
  ];
  for (const item of wrong) {
    const says = "Cannot derive a checkpoint key from";
    assertThrows(() => queue.map(zero, [1, item], { checkpoint }), TypeError, says);
    assertThrows(() => queue.group(zero, [1, item], { checkpoint }), TypeError, says);
    const stream = queue.stream(zero, [1, item], { checkpoint, namespace: "stream" });
    assertEquals((await stream.next()).value, 0);
    await assertRejects(
      () => stream.next(),
      TypeError,
      "without the option key: JSON cannot encode",
    );
  }
  assertEquals([queue.stats.completed, queue.stats.pending], [wrong.length, 0]);
  const keyed = queue.map(zero, wrong, {
    checkpoint,
    key: (item) => wrong.indexOf(item).toString(),
    namespace: "keyed",
  });
  assertEquals(keyed.length, wrong.length);
});

test("resume: the key function says what an item is known by", async () => {
  using checkpoint = new Checkpoint(":memory:");
  await using queue = create();
  const name = ({ name }: { id: number; name: string }) => name;
  const key = (item: { id: number }) => `${item.id}`;
  queue.map(name, [{ id: 1, name: "a" }, { id: 2, name: "b" }], { checkpoint, key });
  await queue.run();
  const group = queue.group(name, [{ id: 2, name: "x" }, { id: 3, name: "c" }], {
    checkpoint,
    key,
  });
  await queue.run();
  assertEquals([await group.values(), checkpoint.count("name")], [["b", "c"], 3]);
  const wrong = (result: unknown) => () =>
    queue.map(name, [{ id: 1, name: "a" }], { checkpoint, key: () => result as string });
  assertThrows(wrong(1), TypeError, "The option key must return a string: got 1 for an object");
  assertThrows(wrong("\ud800"), TypeError, "The key must be well-formed text");
  const thrown = new RangeError("no key");
  assertThrows(
    () =>
      queue.map(name, [{ id: 1, name: "a" }], {
        checkpoint,
        key() {
          throw thrown;
        },
      }),
    RangeError,
    "no key",
  );
});

test("resume: the namespace is the task's name unless it is given", async () => {
  using checkpoint = new Checkpoint(":memory:");
  await using queue = create();
  function named(n: number) {
    return n;
  }
  queue.map(named, [1], { checkpoint });
  queue.map(named, [1], { checkpoint, name: "by option" });
  queue.map((n: number) => n, [1], { checkpoint });
  queue.task(named).map([1, 2], { checkpoint, namespace: "bound" });
  queue.task(named, { name: "bound name" }).group([1], { checkpoint });
  await queue.run();
  assertEquals(checkpoint.namespaces(), ["anonymous", "bound", "bound name", "by option", "named"]);
  assertEquals(checkpoint.count("bound"), 2);
});

test("resume: a group of different functions needs a namespace, and tells them apart", async () => {
  using checkpoint = new Checkpoint(":memory:");
  await using queue = create();
  function double(n: number) {
    return 2 * n;
  }
  function triple(n: number) {
    return 3 * n;
  }
  const calls = [[double, 2], [triple, 2]] as [
    [typeof double, number],
    [typeof triple, number],
  ];
  assertThrows(() => queue.group(calls, { checkpoint }), TypeError, "needs the option namespace");
  assertEquals(queue.stats.pending, 0);
  const group = queue.group(calls, { checkpoint, namespace: "both" });
  await queue.run();
  assertEquals([await group.values(), checkpoint.count("both")], [[4, 6], 2]);
  assertEquals(checkpoint.lookup("both", '["triple",2]'), { value: 6 });
  const again = queue.group(calls, { checkpoint, namespace: "both" });
  assertEquals(again.handles.map(({ attempts, done }) => [attempts, done]), [[0, true], [0, true]]);
  const key = ([fn, n]: readonly [unknown, ...unknown[]]) => `${(fn as typeof double).name} ${n}`;
  queue.group(calls, { checkpoint, namespace: "keyed", key });
  await queue.run();
  assertEquals(checkpoint.has("keyed", "double 2"), true);
  const unnamed = [[(n: number) => n, 2], [(n: number) => -n, 2]] as typeof calls;
  const says = "the batch has several functions of the name 'anonymous'";
  assertThrows(() => queue.group(unnamed, { checkpoint, namespace: "both" }), TypeError, says);
});

test("resume: a value that can't be recorded is reported and run again, but has succeeded", async () => {
  using checkpoint = new Checkpoint(":memory:");
  await using queue = create();
  let runs = 0;
  const make = () => {
    runs++;
    return () => "a function";
  };
  const errors = await reported(async () => {
    for (let pass = 0; pass < 2; pass++) {
      queue.map(make, [1, 2], { checkpoint });
      const summary = await queue.run();
      assertEquals(summary.succeeded, 2);
    }
  });
  assertEquals([runs, checkpoint.count(), errors.length], [4, 0, 1]);
});

test("resume: a checkpoint that was closed refuses batches and fails tasks", async () => {
  const checkpoint = new Checkpoint(":memory:");
  await using queue = create();
  const gate = Promise.withResolvers<void>();
  await queue.start();
  const [handle] = queue.map(() => gate.promise, [1], { checkpoint });
  checkpoint.close();
  gate.resolve();
  const result = await handle!;
  assert(result.status === "failed" && result.error instanceof Error);
  assert(result.error.cause instanceof QueueStateError, `${result.error.cause}`);
  assertThrows(() => queue.map(() => 1, [1], { checkpoint }), QueueStateError, "has been closed");
  const stream = queue.stream(() => 1, [1], { checkpoint });
  await assertRejects(() => stream.next(), QueueStateError, "has been closed");
});

test("resume: a hook that ends the queue when it is told of a recorded success leaves nothing behind", async () => {
  using checkpoint = new Checkpoint(":memory:");
  checkpoint.record("work", "1", "one");
  checkpoint.record("work", "3", "three");
  const queue = create({ onComplete: () => void queue.cancel() });
  const handles = queue.map(() => "run", [1, 2, 3], { checkpoint, namespace: "work" });
  await queue.cancel();
  assertEquals(handles.map(({ status }) => status), ["succeeded", "cancelled", "succeeded"]);
});

test("resume: a queue leaves its checkpoint open", async () => {
  using checkpoint = new Checkpoint(":memory:");
  const queue = create();
  queue.map((n: number) => n, [1], { checkpoint });
  await queue.shutdown();
  assertEquals(checkpoint.count(), 1);
});

test("resume: wrong options are refused", async () => {
  using checkpoint = new Checkpoint(":memory:");
  await using queue = create();
  const fn = (n: number) => n;
  const wrong: [object, string][] = [
    [{ checkpoint: "run.sqlite" }, "checkpoint must be a Checkpoint: got 'run.sqlite'"],
    [{ checkpoint: null }, "checkpoint must be a Checkpoint: got null"],
    [{ checkpoint: {} }, "checkpoint must be a Checkpoint: got an object"],
    [{ checkpoint, key: "id" }, "key must be a function: got 'id'"],
    [{ checkpoint, namespace: 1 }, "namespace must be a string: got 1"],
    [{ checkpiont: checkpoint }, "Did you mean 'checkpoint'?"],
  ];
  for (const [options, says] of wrong) {
    assertThrows(() => queue.map(fn, [1], options), TypeError, says);
    assertThrows(() => queue.group(fn, [1], options), TypeError, says);
    assertThrows(() => queue.stream(fn, [1], options), TypeError, says);
    assertThrows(() => queue.task(fn).map([1], options), TypeError, says);
    assertThrows(() => queue.submit(fn, [1], options), TypeError, says);
    assertThrows(() => queue.task(fn, options), TypeError, says);
    for (const lane of lanes) {
      await assertRejects(() => lane.map(portable.square, [1], options), TypeError, says);
    }
  }
  assertEquals(queue.stats.pending, 0);
});
