import { assertEquals, assertFalse, assertNotEquals } from "@std/assert";
import { QueueClosedError, QueueFullError, TaskCancelledError } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertRefused, pick, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: submit returns a pending handle and runs nothing within the call`, () =>
    withQueue(lane, { workers: 1 }, async (queue, desk) => {
      await queue.start();
      const handle = queue.submit(tasks.note, [desk.file("log"), "ran"]);
      assertEquals([handle.status, desk.lines("log")], ["pending", []]);
      assertEquals(pick(queue, "pending", "active"), { pending: 1, active: 0 });
      await handle;
      assertEquals(desk.lines("log"), ["ran"]);
    }));

  test(`${lane.name}: submit takes arguments, options, both or neither`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const handles = [
        queue.submit(tasks.list),
        queue.submit(tasks.list, { name: "named" }),
        queue.submit(tasks.list, [1, "two"]),
        queue.submit(tasks.list, [3], { name: "both" }),
        queue.submit(tasks.list, [], { name: "none" }),
        queue.submit(tasks.list, [{ name: "not an option" }]),
      ];
      assertEquals(handles.map((handle) => handle.name), [
        ...["list", "named", "list", "both", "none", "list"],
      ]);
      assertEquals(await Promise.all(handles.map((handle) => handle.value())), [
        ...[[], [], [1, "two"], [3], [], [{ name: "not an option" }]],
      ]);
    }));

  test(`${lane.name}: runs synchronous and asynchronous functions`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
      assertEquals(await queue.submit(tasks.addLater, [1, 2]).value(), 3);
      assertEquals(await queue.submit(tasks.nothing).value(), undefined);
    }));

  test(`${lane.name}: what is done to the array of arguments after submit has no effect`, () =>
    withQueue(lane, {}, async (queue) => {
      const args = [1, 2];
      const handle = queue.submit(tasks.list, args);
      args[0] = 10;
      args.push(3);
      await queue.start();
      assertEquals(await handle.value(), [1, 2]);
    }));

  test(`${lane.name}: refuses what is not a function, at every way to submit`, () =>
    withQueue(lane, {}, (queue) => {
      const wrong: [unknown, string][] = [
        [undefined, "undefined"],
        [null, "null"],
        ["code", "'code'"],
        [7, "7"],
        [{}, "an object"],
      ];
      for (const [value, shown] of wrong) {
        const fn = value as () => void;
        assertRefused(queue, () => queue.submit(fn), TypeError, shown);
        assertRefused(queue, () => queue.submit(fn, []), TypeError, shown);
        assertRefused(queue, () => queue.map(fn, [[]]), TypeError, shown);
        assertRefused(queue, () => queue.map(fn, []), TypeError, shown);
        // A string is a batch of what are no calls.
        if (value !== "code") {
          assertRefused(queue, () => queue.group(fn, [[]]), TypeError, shown);
          assertRefused(queue, () => queue.group(fn, []), TypeError, shown);
        }
        assertRefused(queue, () => queue.group([[fn]]), TypeError, shown);
        assertRefused(queue, () => queue.task(fn), TypeError, shown);
        assertRefused(queue, () => queue.stream(fn, [[]]), TypeError, shown);
      }
      return Promise.resolve();
    }));

  test(`${lane.name}: refuses a promise, whose work has already started`, () =>
    withQueue(lane, {}, (queue) => {
      const promise = Promise.resolve(1) as unknown as () => void;
      const calls = [
        () => queue.submit(promise),
        () => queue.map(promise, [[]]),
        () => queue.group(promise, [[]]),
        () => queue.group([[promise]]),
        () => queue.task(promise),
        () => queue.stream(promise, [[]]),
      ];
      for (const call of calls) assertRefused(queue, call, TypeError, "already started");
      return Promise.resolve();
    }));

  test(`${lane.name}: refuses arguments that are not an array`, () =>
    withQueue(lane, {}, (queue) => {
      const submit = queue.submit.bind(queue) as (...args: unknown[]) => unknown;
      assertRefused(queue, () => submit(tasks.add, 1), TypeError, "array", "1");
      assertRefused(queue, () => submit(tasks.add, "12"), TypeError, "array", "'12'");
      assertRefused(queue, () => submit(tasks.add, null), TypeError, "array", "null");
      assertRefused(queue, () => submit(tasks.add, {}, {}), TypeError, "array", "an object");
      return Promise.resolve();
    }));

  test(`${lane.name}: a queue that is shut down refuses all work with QueueClosedError`, () =>
    withQueue(lane, {}, async (queue) => {
      const bound = queue.task(tasks.add);
      await queue.shutdown();
      const calls = [
        () => queue.submit(tasks.add, [1, 2]),
        () => queue.map(tasks.add, [[1, 2]]),
        () => queue.group(tasks.add, [[1, 2]]),
        () => queue.group([[tasks.add, 1, 2]]),
        () => queue.stream(tasks.add, [[1, 2]]),
        () => bound(1, 2),
        () => bound.map([[1, 2]]),
        () => bound.group([[1, 2]]),
      ];
      for (const call of calls) assertRefused(queue, call, QueueClosedError, "shut down");
    }));

  test(`${lane.name}: a full queue refuses work with QueueFullError until a task ends`, () =>
    withQueue(lane, { size: 3, workers: 1 }, async (queue, desk) => {
      await queue.start();
      const running = queue.submit(tasks.gate, [desk.file("gate"), 1]);
      const queued = queue.submit(tasks.add, [1, 2]);
      const scheduled = queue.submit(tasks.add, [1, 2], { delay: 1e9 });
      const more = () => queue.submit(tasks.add, [1, 2]);
      assertRefused(queue, more, QueueFullError, "0", "3");
      scheduled.cancel();
      const second = queue.submit(tasks.add, [3, 4]);
      assertRefused(queue, more, QueueFullError);
      desk.open("gate");
      assertEquals(await running.value(), 1);
      assertEquals(await queued.value(), 3);
      assertEquals(await second.value(), 7);
      assertEquals(await more().value(), 3);
    }));

  test(`${lane.name}: map and group submit all of their tasks or none`, () =>
    withQueue(lane, { size: 2, workers: 1 }, async (queue) => {
      const three = [[1, 1], [2, 2], [3, 3]] as const;
      assertRefused(queue, () => queue.map(tasks.add, three), QueueFullError, "3 tasks", "2");
      assertRefused(queue, () => queue.group(tasks.add, three), QueueFullError, "3 tasks", "2");
      function* broken(): Iterable<[number, number]> {
        yield [1, 1];
        throw new RangeError("no second item");
      }
      assertRefused(queue, () => queue.map(tasks.add, broken()), RangeError, "no second item");
      assertRefused(queue, () => queue.group(tasks.add, broken()), RangeError, "no second item");
      const half = [[tasks.nothing], [7]] as unknown as [[typeof tasks.nothing]];
      assertRefused(queue, () => queue.group(half), TypeError, "7");
      queue.map(tasks.add, three.slice(0, 2));
      assertEquals((await queue.run()).values, [2, 4]);
    }));

  test(`${lane.name}: size 0 means no limit`, () =>
    withQueue(lane, { size: 0 }, async (queue) => {
      queue.map(tasks.echo, Array.from({ length: 1000 }, (_, i) => i));
      assertEquals((await queue.run()).total, 1000);
    }));

  test(`${lane.name}: every task has an id of its own, in every queue`, () =>
    withQueue(lane, {}, async (queue) => {
      const other = lane.create();
      const handles = [
        ...queue.map(tasks.echo, [1, 2]),
        ...other.map(tasks.echo, [1, 2]),
        queue.submit(tasks.nothing),
      ];
      assertEquals(new Set(handles.map((handle) => handle.id)).size, 5);
      await other.cancel();
    }));
}

for (const lane of lanes.filter((lane) => lane.differences.runsClosures)) {
  test(`${lane.name}: runs closures, names them after the function, and waits for any thenable`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      let count = 0;
      const increment = () => ++count;
      const handle = queue.submit(increment);
      assertEquals([handle.name, await handle.value()], ["increment", 1]);
      assertEquals(queue.submit(() => {}).name, "anonymous");
      const thenable = { then: (resolve: (value: string) => void) => resolve("late") };
      assertEquals(await queue.submit(() => thenable).value(), "late");
    }));

  test(`${lane.name}: a value whose look at 'then' throws harms nothing but its own task`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      await queue.start();
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const getter = {
        get then() {
          throw new Error("no then");
        },
      };
      const handles = [queue.submit(() => proxy), queue.submit(() => getter)];
      await queue.join();
      assertEquals(handles.map((handle) => handle.status), ["failed", "failed"]);
      assertEquals(await queue.submit(() => "next").value(), "next");
    }));

  test(`${lane.name}: tasks that submit and cancel within their own call keep the counts right`, () =>
    withQueue(lane, { workers: 2 }, async (queue) => {
      await queue.start();
      const outer = queue.submit(() => {
        const inner = queue.submit(() => "never");
        assertEquals(inner.status, "pending");
        inner.cancel();
        assertFalse(outer.done);
        assertNotEquals(outer.id, inner.id);
        outer.cancel();
        return "ignored";
      });
      const error = await outer.value().catch((error) => error);
      assertEquals(error.constructor, TaskCancelledError);
      await queue.join();
      assertEquals(pick(queue, "active", "pending", "cancelled", "abandoned"), {
        ...{ active: 0, pending: 0, cancelled: 2, abandoned: 0 },
      });
    }));
}
