import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { QueueClosedError, QueueFullError } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertRefused, counts, pick, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a string that an outstanding task has gives that task's handle`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const first = queue.submit(tasks.gate, [desk.file("gate"), 1], { dedupe: "a" });
      assertStrictEquals(queue.submit(tasks.nothing, { dedupe: "a", priority: 0 }), first);
      await watch.begun(first);
      assertStrictEquals(queue.submit(tasks.echo, [2], { dedupe: "a" }), first);
      const other = queue.submit(tasks.echo, [3], { dedupe: "" });
      assertStrictEquals(queue.map(tasks.echo, [4], { dedupe: "" })[0], other);
      assertStrictEquals(await queue.submitWhenReady(tasks.echo, [4], { dedupe: "" }), other);
      assertEquals(pick(queue, "pending", "active"), { pending: 1, active: 1 });
      desk.open("gate");
      assertEquals([await first.value(), await other.value()], [1, 3]);
      const again = queue.submit(tasks.echo, [5], { dedupe: "a" });
      assert(again !== first);
      assertEquals(await again.value(), 5);
    });
  });

  test(`${lane.name}: a full queue has room for what stands already, a closed one doesn't`, () =>
    withQueue(lane, { size: 2 }, async (queue) => {
      const first = queue.submit(tasks.echo, [1], { dedupe: "a", retries: 1 });
      const second = queue.submit(tasks.echo, [2], { dedupe: "b" });
      assertStrictEquals(queue.submit(tasks.echo, [3], { dedupe: "b" }), second);
      const batch = queue.map(tasks.echo, ["a", "b", "a"], { dedupe: (name) => name });
      batch.forEach((handle, n) => assertStrictEquals(handle, [first, second, first][n]));
      const ready = await queue.submitWhenReady(tasks.echo, [3], { dedupe: "a" });
      assertStrictEquals(ready, first);
      const call = () => queue.map(tasks.echo, ["a", "c", "c"], { dedupe: (name) => name });
      assertRefused(queue, call, QueueFullError, "Cannot submit a task: 0 of the queue's 2");
      second.cancel();
      assertEquals(call().length, 3);
      assertEquals(counts(await queue.run()), [3, 2, 0, 1]);
      await queue.shutdown();
      const late = () => queue.submit(tasks.echo, [3], { dedupe: "a" });
      assertRefused(queue, late, QueueClosedError);
    }));

  test(`${lane.name}: in a group what stands already has its places, counts once and is spared`, () =>
    withQueue(lane, {}, async (queue) => {
      const first = queue.submit(tasks.echo, ["first"], { dedupe: "a" });
      const dedupe = (name: string) => name;
      const group = queue.group(tasks.echo, ["a", "b", "b", "a", "c"], { dedupe });
      assertEquals(group.length, 5);
      assertStrictEquals(group.handles[0], first);
      assertStrictEquals(group.handles[1], group.handles[2]);
      assertEquals(await group.values(), ["first", "b", "b", "first", "c"]);
      assertEquals(counts(await group.wait()), [3, 3, 0, 0]);
      const stands = queue.submit(tasks.echo, [1], { dedupe: "x", delay: 1e9 });
      const spared = queue.group(tasks.echo, ["x", "y", "y"], { dedupe, delay: 1e9 });
      assertEquals(spared.cancel(), 1);
      assertEquals([stands.status, spared.handles[2].status], ["scheduled", "cancelled"]);
      stands.cancel();
    }));

  test(`${lane.name}: each item of a stream may stand for others`, () =>
    withQueue(lane, { workers: 2 }, async (queue) => {
      const dedupe = (n: number) => `${n % 2}`;
      const values = await Array.fromAsync(queue.stream(tasks.echo, [0, 1, 2, 3], { dedupe }));
      assertEquals(values.map((n) => n % 2), [0, 1, 0, 1]);
    }));

  test(`${lane.name}: refuses what makes no string, and submits nothing`, () =>
    withQueue(lane, {}, (queue) => {
      const dedupe = (n: number) => (n === 2 ? 2 : "a") as string;
      const call = () => queue.map(tasks.echo, [1, 2], { dedupe });
      assertRefused(queue, call, TypeError, "The option dedupe must return a string: got 2");
      return Promise.resolve();
    }));
}
