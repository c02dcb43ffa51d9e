import { assert, assertEquals } from "@std/assert";
import { QueueFullError, type QueueOptions, type TaskOptions, type TaskQueue } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, assertRefused, assertRejected, withQueue } from "./support.ts";
import {
  wrongQueueOptions,
  wrongRunOptions,
  wrongStreamOptions,
  wrongTaskOptions,
  wrongWaitOptions,
} from "./wrong_options.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  /** All ways to give task options that throw. */
  const calls = (queue: TaskQueue, options: TaskOptions): (() => unknown)[] => [
    () => queue.submit(tasks.nothing, options),
    () => queue.submit(tasks.nothing, [], options),
    () => queue.map(tasks.echo, [1], options),
    () => queue.group(tasks.echo, [1], options),
    () => queue.group([[tasks.nothing]], options),
    () => queue.task(tasks.nothing, options),
    () => queue.task(tasks.nothing).with(options),
    () => queue.task(tasks.nothing).map([[]], options),
    () => queue.task(tasks.nothing).group([[]], options),
  ];

  test(`${lane.name}: refuses each task option whose value is wrong, and submits nothing`, () =>
    withQueue(lane, {}, async (queue) => {
      for (const [name, value, ErrorClass, says] of wrongTaskOptions) {
        const options = { [name]: value };
        for (const call of calls(queue, options)) {
          assertEquals(assertRefused(queue, call, ErrorClass).message, says);
        }
        assertRefused(queue, () => queue.stream(tasks.echo, [1], options), ErrorClass, says);
        const later = () => queue.submitWhenReady(tasks.nothing, options);
        assertEquals((await assertRejected(queue, later, ErrorClass)).message, says);
      }
      assertEquals((await queue.run()).total, 0);
    }));

  test(`${lane.name}: refuses an unknown task option, and names the one that was meant`, () =>
    withQueue(lane, {}, (queue) => {
      const meant: [string, string | undefined][] = [
        ["retry", "retries"],
        ["Priority", "priority"],
        ["prioirty", "priority"],
        ["timeOut", "timeout"],
        ["retrydelay", "retryDelay"],
        ["mustcomplete", "mustComplete"],
        ["xyzzy", undefined],
        ["constructor", undefined],
        ["hasOwnProperty", undefined],
        ["workers", undefined],
      ];
      for (const [name, known] of meant) {
        for (const call of calls(queue, { [name]: 1 } as TaskOptions)) {
          const { message } = assertRefused(queue, call, TypeError);
          const hint = known === undefined ? "" : `. Did you mean '${known}'?`;
          assertEquals(message, `Unknown task option: '${name}'${hint}`);
        }
      }
      const leftOut = { retry: undefined } as TaskOptions;
      assertRefused(queue, () => queue.submit(tasks.nothing, leftOut), TypeError, "'retry'");
      return Promise.resolve();
    }));

  test(`${lane.name}: refuses task options that are not an object`, () =>
    withQueue(lane, {}, async (queue) => {
      for (const [value, shown] of [[7, "7"], ["fast", "'fast'"], [null, "null"], [[], "array"]]) {
        const options = value as TaskOptions;
        for (const args of [[], undefined as unknown as []] as const) {
          const call = () => queue.submit(tasks.nothing, args, options);
          assertRefused(queue, call, TypeError, "options must be an object", `${shown}`);
          const later = () => queue.submitWhenReady(tasks.nothing, args, options);
          await assertRejected(queue, later, TypeError, "options must be an object", `${shown}`);
        }
      }
    }));

  test(`${lane.name}: refuses delay and runAt together`, () =>
    withQueue(lane, {}, (queue) => {
      for (const call of calls(queue, { delay: 5, runAt: 7 })) {
        assertRefused(queue, call, TypeError, "delay and runAt exclude each other", "5", "7");
      }
      queue.submit(tasks.nothing, { delay: 5, runAt: undefined }).cancel();
      return Promise.resolve();
    }));

  test(`${lane.name}: takes every task option at the ends of its range`, () =>
    withQueue(lane, {}, async (queue) => {
      const ends: TaskOptions[] = [
        { priority: -Infinity, retries: 0, retryDelay: 0, backoff: 0.5, maxRetryDelay: 0 },
        { priority: Infinity, retries: Infinity, timeout: Infinity, maxRetryDelay: Infinity },
        { jitter: 0, delay: 0, grace: 0, name: "", groupId: "" },
        { jitter: 1, runAt: 0, grace: Infinity, timeout: 60_000, metadata: null },
        { runAt: new Date(0), signal: new AbortController().signal, detached: true },
      ];
      const handles = ends.map((options) => queue.submit(tasks.nothing, options));
      assertEquals((await queue.run()).ok, true);
      assertEquals(handles.map((handle) => handle.status), Array(5).fill("succeeded"));
    }));

  test(`${lane.name}: an option that is undefined counts as left out`, () =>
    withQueue(lane, { workers: undefined, size: undefined, onStart: undefined }, async (queue) => {
      const names = new Set(wrongTaskOptions.map(([name]) => name));
      const options = Object.fromEntries(Array.from(names, (name) => [name, undefined]));
      const handle = queue.submit(tasks.nothing, options);
      assertEquals([handle.name, handle.priority, handle.mustComplete, handle.detached], [
        ...["nothing", 3, false, false],
      ]);
      await queue.run({ timeout: undefined, strict: undefined });
    }));

  test(`${lane.name}: never changes an options object, and reads it once, at the call`, () =>
    withQueue(lane, {}, async (queue) => {
      const options = Object.freeze({ name: "frozen", retries: 1, metadata: Object.freeze({}) });
      queue.submit(tasks.failUntil, [2], options);
      queue.map(tasks.echo, [1, 2], options);
      queue.group(tasks.echo, [1, 2], options);
      queue.task(tasks.nothing, options)();
      const changing = { name: "before", priority: 1, delay: 0 };
      const before = { ...changing };
      const handle = queue.submit(tasks.nothing, changing);
      assertEquals(changing, before);
      Object.assign(changing, { name: "after", priority: 9 });
      const { total, ok } = await queue.run();
      assertEquals([total, ok], [7, true]);
      assertEquals([handle.name, handle.priority], ["before", 1]);
      const variant = queue.submit(tasks.nothing, { ...options, priority: 0 });
      assertEquals([variant.name, variant.priority], ["frozen", 0]);
      await queue.run();
    }));

  test(`${lane.name}: refuses each queue option whose value is wrong`, () => {
    for (const [name, value, ErrorClass, says] of wrongQueueOptions) {
      if (value === Infinity && lane.differences.unlimitedWorkers) continue;
      try {
        lane.create({ [name]: value });
      } catch (error) {
        assertError(error, ErrorClass);
        assertEquals(error.message, says);
        continue;
      }
      throw new Error(`${name}: ${value} was not refused`);
    }
  });

  test(`${lane.name}: refuses unknown queue options, and options that are not an object`, () => {
    const create = (options: unknown) => {
      try {
        return lane.create(options as QueueOptions);
      } catch (error) {
        return error;
      }
    };
    const unknown = (name: string) => (create({ [name]: 1 }) as Error).message;
    assertEquals(unknown("worker"), "Unknown queue option: 'worker'. Did you mean 'workers'?");
    assertEquals(
      unknown("concurrency"),
      "Unknown queue option: 'concurrency'. Did you mean 'workers'?",
    );
    assertEquals(
      unknown("intervalCap"),
      "Unknown queue option: 'intervalCap'. Did you mean 'rate: { limit, interval }'?",
    );
    for (
      const [name, ours] of [["jobs", "workers"], ["maxThreads", "workers"], ["limit", "rate"]]
    ) {
      assert(unknown(name).includes(`'${ours}`), unknown(name));
    }
    assertEquals(unknown("xyzzy"), "Unknown queue option: 'xyzzy'");
    assertEquals(unknown("toString"), "Unknown queue option: 'toString'");
    for (const value of [7, "fast", null, []]) {
      assertError(create(value), TypeError, "The queue options must be an object");
    }
  });

  test(`${lane.name}: changing the queue's options after construction changes nothing`, () => {
    const started: string[] = [];
    const options: { size: number; onStart: QueueOptions["onStart"] } = {
      size: 1,
      onStart: (handle) => void started.push(handle.name),
    };
    return withQueue(lane, options, async (queue) => {
      Object.assign(options, { size: 5, onStart: undefined });
      queue.submit(tasks.nothing);
      assertRefused(queue, () => queue.submit(tasks.nothing), QueueFullError);
      await queue.run();
      assertEquals(started, ["nothing"]);
    });
  });

  test(`${lane.name}: run refuses wrong options and runs nothing`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.nothing);
      for (const [name, value, ErrorClass, says] of wrongRunOptions) {
        const call = () => queue.run({ [name]: value });
        assertEquals((await assertRejected(queue, call, ErrorClass)).message, says);
      }
      assertEquals(handle.status, "pending");
      assertEquals((await queue.run()).total, 1);
    }));

  test(`${lane.name}: waiting refuses wrong options`, () =>
    withQueue(lane, {}, async (queue) => {
      const group = queue.group(tasks.echo, [1, 2]);
      const [handle] = group.handles;
      for (const [name, value, ErrorClass, says] of wrongWaitOptions) {
        const options = { [name]: value };
        await assertRejected(queue, () => handle.wait(options), ErrorClass, says);
        await assertRejected(queue, () => group.wait(options), ErrorClass, says);
        assertRefused(queue, () => lane.asCompleted([handle], options), ErrorClass, says);
      }
      await queue.run();
    }));

  test(`${lane.name}: stream refuses wrong options at the call`, () =>
    withQueue(lane, {}, (queue) => {
      for (const [name, value, ErrorClass, says] of wrongStreamOptions) {
        const call = () => queue.stream(tasks.echo, [1], { [name]: value });
        assertEquals(assertRefused(queue, call, ErrorClass).message, says);
      }
      return Promise.resolve();
    }));

  test(`${lane.name}: shutdown refuses wrong options and leaves the queue open`, () =>
    withQueue(lane, {}, async (queue) => {
      const shutdown = queue.shutdown.bind(queue) as (options: unknown) => Promise<void>;
      await assertRejected(queue, () => shutdown({ force: 1 }), TypeError, "force", "1");
      await assertRejected(queue, () => shutdown({ forced: true }), TypeError, "'force'");
      await assertRejected(queue, () => shutdown(null), TypeError, "object", "null");
      assertEquals(queue.closed, false);
    }));

  test(`${lane.name}: setting workers refuses what the option refuses, and keeps the number`, () =>
    withQueue(lane, { workers: 2 }, (queue) => {
      const set = (workers: unknown) => () => queue.workers = workers as number;
      assertRefused(queue, set(0), RangeError, "workers must be > 0: got 0");
      assertRefused(queue, set(-1), RangeError, "-1");
      assertRefused(queue, set(1.5), RangeError, "1.5");
      assertRefused(queue, set("2"), TypeError, "'2'");
      assertEquals(queue.workers, 2);
      return Promise.resolve();
    }));

  test(`${lane.name}: asCompleted refuses what is not a task's handle`, () =>
    withQueue(lane, {}, (queue) => {
      const refuse = (handles: unknown, shown: string) =>
        assertRefused(queue, () => lane.asCompleted(handles as []), TypeError, shown);
      refuse([7], "7");
      refuse([Promise.resolve()], "Promise");
      refuse([undefined], "undefined");
      return Promise.resolve();
    }));
}
