import { assert, assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { TaskGroup } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertRefused, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;
  const values = (handles: Iterable<{ value(): Promise<unknown> }>) =>
    Promise.all(Array.from(handles, (handle) => handle.value()));

  test(`${lane.name}: map takes an array for a list of arguments and anything else for one`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const handles = queue.map(tasks.list, [[1, 2], 3, [], [[4, 5]], "six", { a: 7 }, undefined]);
      assertEquals(await values(handles), [
        ...[[1, 2], [3], [], [[4, 5]], ["six"], [{ a: 7 }], [undefined]],
      ]);
    }));

  test(`${lane.name}: map takes any iterable and gives the handles in its order`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      function* generate() {
        yield "x";
        yield ["y"] as [string];
      }
      assertEquals(await values(queue.map(tasks.echo, new Set([3, 1, 2]))), [3, 1, 2]);
      assertEquals(await values(queue.map(tasks.echo, generate())), ["x", "y"]);
      assertEquals(await values(queue.map(tasks.echo, "ab")), ["a", "b"]);
      assertEquals(queue.map(tasks.echo, []), []);
    }));

  test(
    `${lane.name}: what several tasks are given is ${
      lane.differences.keepsIdentity ? "the same for all" : "a copy for each"
    }`,
    () =>
      withQueue(lane, { workers: 1 }, async (queue) => {
        await queue.start();
        // Then it is known that tasks are short, several of which are sent at a time.
        await queue.group(tasks.grow, Array.from({ length: 300 }, () => [[]])).values();
        const list: number[] = [];
        const memory = new Uint8Array(8);
        const shared = [
          ...[list, { list }, new Map([[list, 1]]), new Set([{ list }])],
          ...[new Error("with a cause", { cause: list }), memory, { list: memory }, new Date(0)],
        ];
        for (const value of shared) {
          const items = Array.from({ length: 100 }, (_, n) => [n % 2 ? value : { list: value }]);
          const most = Math.max(...await queue.group(tasks.grow, items).values());
          if (lane.differences.keepsIdentity) assert(most >= 100);
          else assertEquals(most, 1, String(value));
        }
        // Two views of one piece of memory.
        const views = Array.from({ length: 100 }, () => [new Uint8Array(memory.buffer)]);
        const last = Math.max(...await queue.group(tasks.grow, views).values());
        if (!lane.differences.keepsIdentity) assertEquals(last, 1);
      }),
  );

  test(`${lane.name}: map gives its options to each task`, () =>
    withQueue(lane, {}, async (queue) => {
      const metadata = { batch: 1 };
      const handles = queue.map(tasks.echo, [1, 2], { name: "n", priority: 7, metadata });
      for (const handle of handles) {
        assertEquals([handle.name, handle.priority, handle.groupId], ["n", 7, undefined]);
        assertStrictEquals(handle.metadata, metadata);
      }
      await queue.run();
    }));

  test(`${lane.name}: map and group refuse what cannot be iterated over`, () =>
    withQueue(lane, {}, (queue) => {
      for (const [items, shown] of [[undefined, "undefined"], [7, "7"], [{}, "an object"]]) {
        const wrong = items as Iterable<number>;
        assertRefused(queue, () => queue.map(tasks.echo, wrong), TypeError, "iterate", `${shown}`);
        assertRefused(queue, () => queue.group(tasks.echo, wrong), TypeError, `${shown}`);
      }
      return Promise.resolve();
    }));

  test(`${lane.name}: group submits as map does, and keeps the tasks together`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const group = queue.group(tasks.list, [[1, 2], 3], { priority: 5 });
      assert(group instanceof TaskGroup);
      assertEquals(await group.values(), [[1, 2], [3]]);
      assertEquals(group.handles.map((handle) => handle.priority), [5, 5]);
    }));

  test(`${lane.name}: group takes different functions in one batch`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const calls = [[tasks.add, 1, 2], [tasks.list], [tasks.echo, ["an array"]]] as const;
      const group = queue.group(calls, { name: "mixed" });
      assertEquals(await group.values(), [3, [], ["an array"]]);
      assertEquals(group.handles.map((handle) => handle.name), ["mixed", "mixed", "mixed"]);
      assertEquals(
        Array.from(queue.group([[tasks.add, 1, 2], [tasks.nothing]])).map((h) => h.name),
        [
          ...["add", "nothing"],
        ],
      );
    }));

  test(`${lane.name}: group refuses an entry that is not an array of a function and its arguments`, () =>
    withQueue(lane, {}, (queue) => {
      const group = queue.group.bind(queue) as (calls: unknown, options?: unknown) => unknown;
      assertRefused(queue, () => group([tasks.nothing]), TypeError, "array", "nothing");
      assertRefused(queue, () => group([[tasks.nothing], []]), TypeError, "undefined");
      assertRefused(queue, () => group([[tasks.nothing]], { retry: 1 }), TypeError, "'retries'");
      return Promise.resolve();
    }));

  test(`${lane.name}: a group's tasks carry its id, its own or the one in the options`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const a = queue.group(tasks.echo, [1, 2]);
      const b = queue.group([[tasks.nothing]]);
      const c = queue.group(tasks.echo, [1], { groupId: "mine" });
      assertNotEquals(a.groupId, b.groupId);
      assertEquals(a.handles.map((handle) => handle.groupId), [a.groupId, a.groupId]);
      assertEquals(b.handles.map((handle) => handle.groupId), [b.groupId]);
      assertEquals([c.groupId, c.handles[0].groupId], ["mine", "mine"]);
      const { results } = await queue.run();
      assertEquals(results.map((result) => result.groupId), [
        ...[a.groupId, a.groupId, b.groupId, "mine"],
      ]);
    }));

  test(`${lane.name}: a bound task submits with its options when called`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const add = queue.task(tasks.add, { name: "sum", priority: 1 });
      const handle = add(1, 2);
      assertEquals([handle.name, handle.priority, await handle.value()], ["sum", 1, 3]);
      assertEquals(add.options, { name: "sum", priority: 1 });
      assertEquals(await queue.task(tasks.add)(2, 2).value(), 4);
    }));

  test(`${lane.name}: map and group of a bound task add to its options`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const add = queue.task(tasks.add, { name: "sum", priority: 1 });
      const [a] = add.map([[1, 2]], { priority: 2 });
      const group = add.group([[3, 4]], { name: "other" });
      const [b] = group.handles;
      assertEquals([a.name, a.priority, await a.value()], ["sum", 2, 3]);
      assertEquals([b.name, b.priority, b.groupId, await b.value()], [
        ...["other", 1, group.groupId, 7],
      ]);
      assertEquals(await values(add.map([[1, 1], [2, 2]])), [2, 4]);
      assertEquals(await add.group([[1, 1], [2, 2]]).values(), [2, 4]);
    }));

  test(`${lane.name}: with() makes another bound task and leaves the first as it is`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const first = queue.task(tasks.add, { name: "sum", priority: 1 });
      const second = first.with({ priority: 9 });
      const [a, b] = [first(1, 2), second(3, 4)];
      assertEquals([a.name, a.priority, await a.value()], ["sum", 1, 3]);
      assertEquals([b.name, b.priority, await b.value()], ["sum", 9, 7]);
      assertEquals(first.options, { name: "sum", priority: 1 });
      assertEquals(second.options, { name: "sum", priority: 9 });
    }));

  test(`${lane.name}: changing the options after binding changes nothing`, () =>
    withQueue(lane, {}, async (queue) => {
      const options = { name: "before" };
      const bound = queue.task(tasks.nothing, options);
      options.name = "after";
      assertEquals(bound().name, "before");
      await queue.run();
    }));

  test(`${lane.name}: binding refuses wrong options, and so do the calls of a bound task`, () =>
    withQueue(lane, {}, (queue) => {
      const unknown = { retry: 1 } as Record<never, never>;
      const bound = queue.task(tasks.echo<number>);
      assertRefused(queue, () => queue.task(tasks.echo, unknown), TypeError, "'retries'");
      assertRefused(queue, () => queue.task(tasks.echo, { retries: -1 }), RangeError, "-1");
      assertRefused(queue, () => bound.with({ retries: -1 }), RangeError, "-1");
      assertRefused(queue, () => bound.map([1], { retries: -1 }), RangeError, "-1");
      assertRefused(queue, () => bound.group([1], { retries: -1 }), RangeError, "-1");
      return Promise.resolve();
    }));
}
