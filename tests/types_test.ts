/**
 * What the compiler knows of a call. `deno task check` makes these checks, and so does `deno task test` on
 * Deno; at run time the calls show that what is typed so also runs.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  asCompleted,
  asyncMap,
  AsyncQueue,
  type BatchOptions,
  type BoundTask,
  type CancelledResult,
  defineTasks,
  type FailedResult,
  inlineTask,
  type PlainHandle,
  type QueueOptions,
  type RunSummary,
  type StreamOptions,
  type SucceededResult,
  type TaskGroup,
  type TaskHandle,
  type TaskOptions,
  type TaskResult,
  type TaskStatus,
  ThreadQueue,
} from "../mod.ts";
import { runtime, test } from "./harness.ts";
import { withFolder } from "./temporary_folder.ts";
import { MemoryRecorder } from "./unit/checkpoint/support.ts";

/** Whether two types are the same, not merely assignable to each other. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Compiles when the type argument is `true`. */
function assertType<_T extends true>(): void {}

/** Takes code that is to be compiled but not run: most of what is wrong would throw. */
function compiled(_body: (queue: AsyncQueue) => unknown): void {}

/** Runs the body on a queue that has been started. */
function withQueue(body: (queue: AsyncQueue) => Promise<void>): Promise<void> {
  return AsyncQueue.use({ workers: 2 }, body);
}

const one = (a: number, b?: string) => b ?? a;
const two = (a: number, b: string) => `${a}${b}`;
const identity = <T>(value: T) => value;

test("types: Equal tells types apart", () => {
  assertType<Equal<{ a: 1 }, { a: 1 }>>();
  // @ts-expect-error: any is not unknown
  assertType<Equal<ReturnType<typeof JSON.parse>, unknown>>();
  // @ts-expect-error: assignable is not equal
  assertType<Equal<1, number>>();
  // @ts-expect-error: neither is an optional field that is required
  assertType<Equal<{ a?: 1 }, { a: 1 }>>();
});

test("types: submit checks the arguments and knows the value", () =>
  withQueue(async (queue) => {
    const handle = queue.submit(async (a: number, b?: string) => await one(a, b), [1]);
    assertType<Equal<typeof handle, TaskHandle<string | number>>>();
    assertEquals(await handle.value(), 1);

    const rest = queue.submit((...words: string[]) => words.length, ["a", "b"]);
    assertType<Equal<typeof rest, TaskHandle<number>>>();
    const none = queue.submit((...words: string[]) => words.length, []);
    const withDefault = queue.submit((a: number, b: number = 2) => a + b, [1]);
    const list = queue.submit((numbers: readonly number[]) => numbers.length, [[1, 2]]);
    const standard = queue.submit(Math.max, [1, 3, 2]);
    assertEquals(
      await Promise.all([rest, none, withDefault, list, standard].map((it) => it.value())),
      [2, 0, 3, 2, 3],
    );

    const pair: readonly [number, string] = [1, "x"];
    const spread = queue.submit(two, pair);
    assertType<Equal<typeof spread, TaskHandle<string>>>();
    assertEquals(await spread.value(), "1x");

    const nothing = queue.submit(() => {}, { name: "nothing" });
    assertType<Equal<typeof nothing, TaskHandle<void>>>();
    const optional = queue.submit((a?: number) => a, { priority: 0 });
    assertType<Equal<typeof optional, TaskHandle<number | undefined>>>();
    const never = queue.submit((): never => {
      throw new Error("never");
    });
    assertType<Equal<typeof never, TaskHandle<never>>>();
    const nested = queue.submit(() => Promise.resolve(Promise.resolve(1)));
    assertType<Equal<typeof nested, TaskHandle<number>>>();
    assertEquals(await nested.value(), 1);
  }));

test("types: submit infers parameters from the arguments, generic ones too", () =>
  withQueue(async (queue) => {
    const sum = queue.submit((a, b) => a + b, [1, 2]);
    assertType<Equal<typeof sum, TaskHandle<number>>>();
    const generic = queue.submit(identity, ["x"]);
    assertType<Equal<typeof generic, TaskHandle<string>>>();
    const literal = queue.submit((side: "left" | "right") => side, ["left"]);
    assertType<Equal<typeof literal, TaskHandle<"left" | "right">>>();
    assertEquals([await sum.value(), await generic.value(), await literal.value()], [
      3,
      "x",
      "left",
    ]);
  }));

test("types: submit refuses what doesn't fit", () => {
  compiled((queue) => {
    // @ts-expect-error: wrong type
    queue.submit(one, ["x"]);
    // @ts-expect-error: wrong type of an optional argument
    queue.submit(one, [1, 2]);
    // @ts-expect-error: too few
    queue.submit(two, [1]);
    // @ts-expect-error: too many
    queue.submit(one, [1, "x", 2]);
    // @ts-expect-error: none at all
    queue.submit(two);
    // @ts-expect-error: none at all, with options
    queue.submit(two, { priority: 1 });
    // @ts-expect-error: no arguments are taken
    queue.submit(() => {}, [1]);
    // @ts-expect-error: wrong type among the rest
    queue.submit((...words: string[]) => words, ["a", 1]);
    // @ts-expect-error: a list is an argument list
    queue.submit((numbers: number[]) => numbers, [1, 2]);
    // @ts-expect-error: of unknown length
    queue.submit(one, [1, 2] as number[]);
    // @ts-expect-error: arguments that are no array
    queue.submit((a: number) => a, 1);
    // @ts-expect-error: a promise
    queue.submit(Promise.resolve(1));
    // @ts-expect-error: an unknown option
    queue.submit(() => {}, { retry: 1 });
    // @ts-expect-error: an unknown option after arguments
    queue.submit(one, [1], { retry: 1 });
    // @ts-expect-error: an option of the wrong type
    queue.submit(one, [1], { retries: "1" });
    // @ts-expect-error: a parameter that is inferred from the argument
    queue.submit((a) => a.length, [1]);
  });
});

test("types: submitWhenReady gives a handle that a promise can hold", () =>
  withQueue(async (queue) => {
    const handle = await queue.submitWhenReady(one, [1]);
    assertType<Equal<typeof handle, PlainHandle<string | number>>>();
    const optionsOnly = await queue.submitWhenReady(() => "x", { priority: 1 });
    assertType<Equal<typeof optionsOnly, PlainHandle<string>>>();
    assertEquals([await handle.value(), await optionsOnly.value()], [1, "x"]);
    compiled((queue) => {
      // @ts-expect-error: wrong type
      queue.submitWhenReady(one, ["x"]);
      // @ts-expect-error: too few
      queue.submitWhenReady(two);
      // @ts-expect-error: a promise would await it
      handle.then;
    });
  }));

test("types: map takes arguments one by one or in lists", () =>
  withQueue(async (queue) => {
    const single = queue.map((n: number) => n * 2, [1, 2]);
    assertType<Equal<typeof single, TaskHandle<number>[]>>();
    const lists = queue.map(two, [[1, "x"], [2, "y"]]);
    assertType<Equal<typeof lists, TaskHandle<string>[]>>();
    const mixed = queue.map(one, [1, [2, "x"], [3]]);
    assertType<Equal<typeof mixed, TaskHandle<string | number>[]>>();
    const promised = queue.map((n: number) => Promise.resolve([n]), new Set([1]));
    assertType<Equal<typeof promised, TaskHandle<number[]>[]>>();

    const constant = [[1, "x"], [2, "y"]] as const;
    const fromConstant = queue.map(two, constant);
    const entries = queue.map((key: string, n: number) => `${key}${n}`, new Map([["a", 1]]));
    const readonlyItems: readonly number[] = [1, 2];
    const fromReadonly = queue.map((n: number) => `${n}`, readonlyItems);
    const arrays = queue.map((numbers: readonly number[]) => `${numbers.length}`, [[[1, 2]]]);
    const rest = queue.map((...words: string[]) => words.join(), ["a", ["b", "c"]]);
    const nothing = queue.map(() => "", [[], []]);
    const unions = queue.map((value: string | number) => `${value}`, ["x", 1]);
    const all = [fromConstant, entries, fromReadonly, arrays, rest, nothing, unions].flat();
    assertType<Equal<typeof all, TaskHandle<string>[]>>();
    assertEquals(
      await Promise.all([...lists, ...all].map((handle) => handle.value())),
      [...["1x", "2y", "1x", "2y", "a1", "1", "2", "2", "a", "b,c", "", "", "x", "1"]],
    );
  }));

test("types: map infers a parameter from the items, generic ones too", () =>
  withQueue(async (queue) => {
    const doubled = queue.map((n) => n * 2, [1, 2]);
    assertType<Equal<typeof doubled, TaskHandle<number>[]>>();
    const lengths = queue.map(async (word) => (await word).length, new Set(["a"]));
    assertType<Equal<typeof lengths, TaskHandle<number>[]>>();
    const fields = queue.map(({ a }) => a, [{ a: 1 }, { a: 2 }]);
    assertType<Equal<typeof fields, TaskHandle<number>[]>>();
    const pairs = queue.map((key, n) => `${key}${n}`, new Map([["a", 1]]));
    assertType<Equal<typeof pairs, TaskHandle<string>[]>>();
    const generic = queue.map(identity, ["x"]);
    assertType<Equal<typeof generic, TaskHandle<string>[]>>();
    const literals = queue.map((side: { of: "left" | "right" }) => side.of, [{ of: "left" }]);
    assertType<Equal<typeof literals, TaskHandle<"left" | "right">[]>>();
    const ignoring = queue.map(() => true, [1, 2]);
    assertType<Equal<typeof ignoring, TaskHandle<boolean>[]>>();
    assertEquals(
      await Promise.all(
        [doubled, lengths, fields, pairs, generic, literals, ignoring].flat().map((it) =>
          it.value()
        ),
      ),
      [2, 4, 1, 1, 2, "a1", "x", "left", true, true],
    );
  }));

test("types: map refuses what doesn't fit", () => {
  compiled((queue) => {
    // @ts-expect-error: wrong type
    queue.map((n: number) => n, ["x"]);
    // @ts-expect-error: wrong type in a list
    queue.map(two, [[1, 2]]);
    // @ts-expect-error: wrong type in one of several
    queue.map(one, [1, [2, "x"], ["x"]]);
    // @ts-expect-error: too few
    queue.map(two, [[1]]);
    // @ts-expect-error: too few, as it stands for itself
    queue.map(two, [1]);
    // @ts-expect-error: too many
    queue.map((n: number) => n, [[1, 2]]);
    // @ts-expect-error: a function of a list needs its list in a list
    queue.map((numbers: number[]) => numbers, [[1, 2]]);
    // @ts-expect-error: so does a function of a read-only list
    queue.map((numbers: readonly number[]) => numbers, [[1, 2]]);
    // @ts-expect-error: and a function of a list or something else
    queue.map((words: string | string[]) => words, [["a", "b"]]);
    // @ts-expect-error: nothing to iterate over
    queue.map((n: number) => n, 5);
    // @ts-expect-error: an asynchronous source is for stream
    queue.map((n: number) => n, (async function* () {})());
    // @ts-expect-error: an unknown option
    queue.map((n: number) => n, [1], { retry: 1 });
    // @ts-expect-error: a parameter that is inferred from the items
    queue.map((n) => n.length, [1]);
  });
});

test("types: group knows the values, of different functions their union", () =>
  withQueue(async (queue) => {
    const group = queue.group((n: number) => n * 2, [1, 2]);
    assertType<Equal<typeof group, TaskGroup<number>>>();
    const values = await group.values();
    assertType<Equal<typeof values, number[]>>();
    const summary = await group.wait();
    assertType<Equal<typeof summary, RunSummary<number>>>();
    assertType<Equal<typeof summary.values, number[]>>();
    for (const handle of group) assertType<Equal<typeof handle, TaskHandle<number>>>();

    const inferred = queue.group((n) => `${n}`, [1, 2]);
    assertType<Equal<typeof inferred, TaskGroup<string>>>();
    const lists = queue.group(two, [[1, "x"]], { priority: 1 });
    assertType<Equal<typeof lists, TaskGroup<string>>>();

    const mixed = queue.group([[two, 1, "x"], [Math.max, 1, 2], [async () => await true]]);
    assertType<Equal<typeof mixed, TaskGroup<string | number | boolean>>>();
    assertEquals(await mixed.values(), ["1x", 2, true]);
    compiled((queue) => {
      // @ts-expect-error: wrong type
      queue.group((n: number) => n, ["x"]);
      // @ts-expect-error: too few
      queue.group(two, [1]);
      // @ts-expect-error: wrong type in a mixed group
      queue.group([[Math.max, 1], [two, 1, 2]]);
      // @ts-expect-error: too few in a mixed group
      queue.group([[two, 1]]);
      // @ts-expect-error: no function
      queue.group([[1, 2]]);
    });
  }));

test("types: a bound task is called with the function's own arguments", () =>
  withQueue(async (queue) => {
    const bound = queue.task(one, { retries: 1 });
    assertType<Equal<typeof bound, BoundTask<[a: number, b?: string], string | number>>>();
    const handle = bound(1, "x");
    assertType<Equal<typeof handle, TaskHandle<string | number>>>();
    const variant = bound.with({ priority: 0 });
    assertType<Equal<typeof variant, typeof bound>>();
    const mapped = variant.map([1, [2, "y"]]);
    assertType<Equal<typeof mapped, TaskHandle<string | number>[]>>();
    const group = variant.group([1]);
    assertType<Equal<typeof group, TaskGroup<string | number>>>();
    const asynchronous = queue.task(() => Promise.resolve(1));
    assertType<Equal<typeof asynchronous, BoundTask<[], number>>>();
    assertEquals([await handle.value(), await mapped[1].value(), await group.values()], [
      ...["x", "y"],
      [1],
    ]);
    compiled(() => {
      // @ts-expect-error: wrong type
      bound("x");
      // @ts-expect-error: too few
      bound();
      // @ts-expect-error: wrong type of an item
      bound.map(["x"]);
      // @ts-expect-error: wrong type in a list
      bound.group([[1, 2]]);
      // @ts-expect-error: an unknown option
      bound.with({ retry: 1 });
      // @ts-expect-error: what it is run with can't be changed
      bound.options.retries = 2;
    });
  }));

test("types: stream yields values or, settled, results", () =>
  withQueue(async (queue) => {
    const values = queue.stream((n: number) => Promise.resolve(`${n}`), [1, 2]);
    assertType<Equal<typeof values, AsyncIterableIterator<string>>>();
    const ordered = queue.stream((n) => n * 2, new Set([1]), { ordered: false, settled: false });
    assertType<Equal<typeof ordered, AsyncIterableIterator<number>>>();
    const settled = queue.stream(two, [[1, "x"]], { settled: true });
    assertType<Equal<typeof settled, AsyncIterableIterator<TaskResult<string>>>>();
    const options: StreamOptions = { settled: true };
    const either = queue.stream(two, [[1, "x"]], options);
    assertType<Equal<typeof either, AsyncIterableIterator<string | TaskResult<string>>>>();
    async function* source() {
      yield await 1;
    }
    const asynchronous = queue.stream((n) => n + 1, source());
    assertType<Equal<typeof asynchronous, AsyncIterableIterator<number>>>();
    assertEquals(await Array.fromAsync(values), ["1", "2"]);
    assertEquals(await Array.fromAsync(ordered), [2]);
    assertEquals((await Array.fromAsync(settled)).map(({ status }) => status), ["succeeded"]);
    assertEquals((await Array.fromAsync(either)).length, 1);
    assertEquals(await Array.fromAsync(asynchronous), [2]);
    compiled((queue) => {
      // @ts-expect-error: wrong type
      queue.stream((n: number) => n, ["x"]);
      // @ts-expect-error: wrong type from an asynchronous source
      queue.stream((word: string) => word, source());
      // @ts-expect-error: too few
      queue.stream(two, [1]);
      // @ts-expect-error: an unknown option
      queue.stream(one, [1], { windows: 1 });
      // @ts-expect-error: an option of the wrong type
      queue.stream(one, [1], { settled: 1 });
    });
  }));

test("types: asyncMap resolves to the values", async () => {
  const doubled = asyncMap((n) => n * 2, [1, 2], { workers: 1, retries: 1 });
  assertType<Equal<typeof doubled, Promise<number[]>>>();
  const lists = asyncMap(async (a: number, b: string) => await two(a, b), [[1, "x"]]);
  assertType<Equal<typeof lists, Promise<string[]>>>();
  const asynchronous = asyncMap(
    (n: number) => n,
    (async function* () {
      yield await 1;
    })(),
    {
      onProgress: (done, total) =>
        assertType<Equal<[number, number], [typeof done, typeof total]>>(),
    },
  );
  assertType<Equal<typeof asynchronous, Promise<number[]>>>();
  assertEquals([await doubled, await lists, await asynchronous], [[2, 4], ["1x"], [1]]);
  compiled(() => {
    // @ts-expect-error: wrong type
    asyncMap((n: number) => n, ["x"]);
    // @ts-expect-error: too few
    asyncMap(two, [1]);
    // @ts-expect-error: an unknown option
    asyncMap(one, [1], { concurrency: 1 });
  });
});

test("types: awaiting a handle gives its result, and its status tells which", () =>
  withQueue(async (queue) => {
    const handle = queue.submit(() => 1);
    const result = await handle;
    assertType<Equal<typeof result, TaskResult<number>>>();
    const waited = await handle.wait({ timeout: 1000 });
    assertType<Equal<typeof waited, TaskResult<number>>>();
    const value = await handle.value();
    assertType<Equal<typeof value, number>>();
    assertType<Equal<ReturnType<typeof handle.result>, TaskResult<number>>>();
    assertType<Equal<typeof handle.status, TaskStatus>>();
    handle.onDone((same) => assertType<Equal<typeof same, typeof handle>>());
    switch (result.status) {
      case "succeeded":
        assertType<Equal<typeof result, SucceededResult<number>>>();
        assertType<Equal<typeof result.value, number>>();
        break;
      case "failed":
        assertType<Equal<typeof result, FailedResult>>();
        assertType<Equal<typeof result.error, unknown>>();
        break;
      case "cancelled":
        assertType<Equal<typeof result, CancelledResult>>();
        assertType<Equal<typeof result.reason, unknown>>();
        break;
      default:
        assertType<Equal<typeof result, never>>();
    }
    compiled(() => {
      // @ts-expect-error: only what succeeded has a value
      result.value;
      // @ts-expect-error: results can't be changed
      result.attempts = 2;
      // @ts-expect-error: neither can handles
      handle.status = "cancelled";
      // @ts-expect-error: an unknown option
      handle.wait({ timeOut: 1 });
    });
  }));

test("types: asCompleted knows the values of all handles", () =>
  withQueue(async (queue) => {
    const numbers = queue.map((n) => n * 2, [1]);
    const iterator = asCompleted(numbers, { timeout: 1000 });
    assertType<Equal<typeof iterator, AsyncIterableIterator<PlainHandle<number>>>>();
    for await (const handle of iterator) {
      const value = await handle.value();
      assertType<Equal<typeof value, number>>();
      assertEquals(value, 2);
    }
    const word = queue.submit(() => "x");
    const mixed = AsyncQueue.asCompleted([...numbers, word]);
    assertType<Equal<typeof mixed, AsyncIterableIterator<PlainHandle<number | string>>>>();
    const group = queue.group([[two, 1, "x"], [Math.max, 1]]).asCompleted();
    assertType<Equal<typeof group, AsyncIterableIterator<PlainHandle<number | string>>>>();
    const plain = asCompleted([await queue.submitWhenReady(() => 1)]);
    assertType<Equal<typeof plain, AsyncIterableIterator<PlainHandle<number>>>>();
    assertEquals((await Array.fromAsync(mixed)).length, 2);
    compiled(() => {
      // @ts-expect-error: no handles
      asCompleted([1]);
      // @ts-expect-error: promises of handles
      asCompleted([queue.submitWhenReady(() => 1)]);
    });
  }));

test("types: a queue's calls", async () => {
  const answer = AsyncQueue.use({ workers: 1 }, async (queue) => {
    assertType<Equal<typeof queue, AsyncQueue>>();
    return await queue.submit(() => 42).value();
  });
  assertType<Equal<typeof answer, Promise<number>>>();
  assertEquals(await answer, 42);
  await using queue = new AsyncQueue();
  const started = queue.start();
  assertType<Equal<typeof started, Promise<typeof queue>>>();
  const summary = await queue.run({ timeout: 1000, strict: true });
  assertType<Equal<typeof summary, RunSummary<unknown>>>();
  assertType<Equal<typeof summary.results, readonly TaskResult<unknown>[]>>();
  assertType<Equal<typeof summary.errors, FailedResult[]>>();
  compiled((queue) => {
    // @ts-expect-error: an unknown option
    new AsyncQueue({ concurrency: 1 });
    // @ts-expect-error: a mode that there is not
    new AsyncQueue({ mode: "endless" });
    // @ts-expect-error: an unknown option
    queue.run({ timeOut: 1 });
    // @ts-expect-error: what it is doing can't be changed
    queue.closed = true;
    // @ts-expect-error: nor can its numbers
    queue.stats.active = 1;
    // @ts-expect-error: a number of workers is a number
    queue.workers = "1";
  });
});

test("types: threads take portable tasks alone, and know their values", () => {
  const square = inlineTask((n: number) => n * n);
  const { join } = defineTasks(import.meta.url, {
    join: async (a: string, b?: string) => await a + b,
  });
  compiled(() => {
    const queue = new ThreadQueue();
    const handle = queue.submit(square, [2]);
    assertType<Equal<typeof handle, TaskHandle<number>>>();
    const handles = queue.map(join, ["a", ["b", "c"]]);
    assertType<Equal<typeof handles, TaskHandle<string>[]>>();
    const group = queue.group([[square, 1], [join, "a"]]);
    assertType<Equal<typeof group, TaskGroup<number | string>>>();
    const stream = queue.stream(square, [1], { settled: true });
    assertType<Equal<typeof stream, AsyncIterableIterator<TaskResult<number>>>>();
    // @ts-expect-error: a lambda
    queue.submit((n: number) => n, [1]);
    // @ts-expect-error: a lambda whose parameter is inferred
    queue.map((n) => n, [1]);
    // @ts-expect-error: a lambda in a mixed group
    queue.group([[square, 1], [() => 1]]);
    // @ts-expect-error: wrong type
    queue.submit(square, ["x"]);
    // @ts-expect-error: too many
    queue.map(square, [[1, 2]]);
  });
  assertEquals([square(3), typeof join], [9, "function"]);
});

test("types: a key function gets items as they are given", () =>
  withQueue(async (queue) => {
    const checkpoint = new MemoryRecorder();
    const add = (a: number, b = 0) => a + b;
    const pairs: [number, number][] = [[1, 2]];
    queue.map(add, pairs, { checkpoint, key: ([a, b]) => `${a + b}` });
    const users = [{ id: 1 }];
    const id = (user: { id: number }) => user.id;
    queue.group(id, users, { checkpoint, key: (user) => user.id.toFixed(), namespace: "id" });
    queue.task(add).map([3, 4], { checkpoint, key: (n) => n.toFixed(2), namespace: "bound" });
    const shared: BatchOptions = { checkpoint, key: (item) => `${item}`, namespace: "shared" };
    queue.map(add, [1, [2, 3]], shared);
    await Array.fromAsync(queue.stream((text: string) => text, ["a"], shared));
    await queue.join();
    assertEquals([...checkpoint.values.keys()].toSorted(), [
      ...["add 3", "bound 3.00", "bound 4.00", "id 1", "shared 1", "shared 2,3", "shared a"],
    ]);
    compiled((queue) => {
      // @ts-expect-error a key is text
      queue.map(id, users, { checkpoint, key: (user) => user.id });
      // @ts-expect-error an item has no such field
      queue.map(id, users, { checkpoint, key: (user) => user.name });
      queue.submit(add, [1], { checkpoint, namespace: "one" });
      // @ts-expect-error a path is no checkpoint
      queue.map(add, [1], { checkpoint: "run.sqlite" });
    });
  }));

test("types: options are read-only, and frozen ones are taken", () =>
  withQueue(async (queue) => {
    const options: TaskOptions = Object.freeze({ retries: 1, name: "frozen" } as const);
    const handle = queue.submit(one, [1], { ...options, priority: 0 });
    await handle;
    assertEquals([handle.name, handle.priority], ["frozen", 0]);
    const hooks: QueueOptions = {
      onStart: (handle) => assertType<Equal<typeof handle, TaskHandle>>(),
      onComplete: (result) => assertType<Equal<typeof result, TaskResult>>(),
      onRetry: (_handle, error) => assertType<Equal<typeof error, unknown>>(),
    };
    await new AsyncQueue(hooks).shutdown();
    compiled(() => {
      // @ts-expect-error: read-only
      options.retries = 2;
      // @ts-expect-error: read-only
      hooks.workers = 2;
    });
  }));

test("types: submitAfter hands the values on, in their places", () =>
  withQueue(async (queue) => {
    const n = queue.submit(() => 20);
    const s = queue.submit(async () => await Promise.resolve("x"));
    const both = queue.submitAfter([n, s], (a, b) => {
      assertType<Equal<typeof a, number>>();
      assertType<Equal<typeof b, string>>();
      return b.repeat(a);
    });
    assertType<Equal<typeof both, TaskHandle<string>>>();
    const made = queue.submitAfter([n], two, (a) => [a + 1, "y"] as const, { priority: 1 });
    assertType<Equal<typeof made, TaskHandle<string>>>();
    const all: TaskHandle<number>[] = [n, n];
    const sum = queue.submitAfter(all, (...values) => {
      assertType<Equal<typeof values, number[]>>();
      return values.reduce((a, b) => a + b);
    });
    assertEquals(await both.value(), "x".repeat(20));
    assertEquals([await made.value(), await sum.value()], ["21y", 40]);
  }));

compiled((queue) => {
  const n = queue.submit(() => 1);
  queue.submitAfter([n], one, { retries: 1 });
  // @ts-expect-error: the value is no string
  queue.submitAfter([n], (text: string) => text);
  // @ts-expect-error: what is made are no arguments of the function
  queue.submitAfter([n], two, (a) => [a, a]);
  // @ts-expect-error: no handle
  queue.submitAfter([Promise.resolve(1)], one);
  // @ts-expect-error: keys are strings or numbers
  queue.submit(() => 1, { keys: { host: true } });
  // @ts-expect-error: one task has no items to make keys of
  queue.submit(() => 1, { keys: () => ({ host: "a" }) });
  queue.map(one, [1], { keys: (n) => ({ host: n }), dedupe: (n) => `${n}` });
  // @ts-expect-error: the item is a number
  queue.map((a: number) => a, [1], { dedupe: (n) => n.length });
  // @ts-expect-error: a window has both
  queue.rate = { limit: 1 };
  // @ts-expect-error: no status of a task that has not ended
  queue.tasks("succeeded");
});

/** Wrong calls, and all that the compiler says to each. */
const wrongCalls: [string, string[]][] = [
  ['queue.submit(length, "a");', [
    "Argument of type 'string' is not assignable to parameter of type 'readonly [text: string]'.",
  ]],
  ["queue.submit(sum, [1]);", [
    "Argument of type '[number]' is not assignable to parameter of type 'readonly [a: number, b: number]'.",
    "Source has 1 element(s) but target requires 2.",
  ]],
  ["queue.submit(length, [1]);", ["Type 'number' is not assignable to type 'string'."]],
  ["queue.submit(sum);", [
    "Argument of type '(a: number, b: number) => number' is not assignable to parameter of type '() => number'.",
    "Target signature provides too few arguments. Expected 2 or more, but got 0.",
  ]],
  ["queue.map(length, [1]);", [
    "Type 'number' is not assignable to type 'string | readonly [text: string]'.",
  ]],
  ['queue.map(sum, [[1, "2"]]);', ["Type 'string' is not assignable to type 'number'."]],
  ["queue.map(sum, [1]);", [
    "Type 'number' is not assignable to type 'readonly [a: number, b: number]'.",
  ]],
  ["queue.stream(length, [1]);", [
    "Type 'number' is not assignable to type 'string | readonly [text: string]'.",
  ]],
  ["threads.submit((n: number) => n, [1]);", [
    "Argument of type '(n: number) => number' is not assignable to parameter of type '((n: number) => number) & MadeByDefineTasksOrImportTasksOrInlineTask'.",
    "Type '(n: number) => number' is not assignable to type 'MadeByDefineTasksOrImportTasksOrInlineTask'.",
  ]],
  ["threads.map(length, []);", [
    "Argument of type '(text: string) => number' is not assignable to parameter of type '((text: string) => number) & MadeByDefineTasksOrImportTasksOrInlineTask'.",
    "Type '(text: string) => number' is not assignable to type 'MadeByDefineTasksOrImportTasksOrInlineTask'.",
  ]],
  ['queue.submit(length, ["a"], { retry: 1 });', [
    "Object literal may only specify known properties, but 'retry' does not exist in type 'TaskOptions'. Did you mean to write 'retryIf'?",
  ]],
  ["new AsyncQueue({ concurrency: 1 });", [
    "Object literal may only specify known properties, and 'concurrency' does not exist in type 'QueueOptions'.",
  ]],
];

// Bun has no compiler.
if (runtime === "deno") {
  test("types: a wrong call gives one error, which says what is wrong with which argument", () =>
    withFolder(async (folder) => {
      const file = join(folder, "wrong.ts");
      const mod = JSON.stringify(new URL("../mod.ts", import.meta.url).href);
      const lines = [
        `import { AsyncQueue, ThreadQueue } from ${mod};` +
        "const [queue, threads] = [new AsyncQueue(), new ThreadQueue()];" +
        "const length = (text: string) => text.length;" +
        "const sum = (a: number, b: number) => a + b;",
        ...wrongCalls.map(([call]) => call),
      ];
      writeFileSync(file, lines.join("\n"));
      const { stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["check", "--quiet", "--no-lock", file],
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const said = new TextDecoder().decode(stderr).split(/^(?=TS\d+ \[ERROR\])/m)
        .filter((error) => error.startsWith("TS"))
        .map((error): [string, string[]] => {
          const [text, place] = error.replace(/^TS\d+ \[ERROR\]: /, "").split(
            /^(?=[a-z]\w*[.( ])/m,
          );
          const line = Number(/:(\d+):\d+\n/.exec(place)![1]);
          return [lines[line - 1]!, text.trim().split(/\n\s*/)];
        });
      assertEquals(said, wrongCalls);
    }));
}
