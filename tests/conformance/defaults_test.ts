import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Recorder, Success } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { eventually, pick, withQueue } from "./support.ts";

/** Keeps successes in memory. */
class Memory implements Recorder {
  readonly known = new Map<string, unknown>();

  lookupAll(namespace: string, keys: readonly string[]) {
    return keys.map((key) => {
      const name = `${namespace} ${key}`;
      return this.known.has(name) ? { value: this.known.get(name) } : undefined;
    });
  }

  recordAll(successes: readonly Success[]): void {
    for (const { namespace, key, value } of successes) this.known.set(`${namespace} ${key}`, value);
  }
}

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: the queue's defaults hold for every task, and give way to its own options`, () => {
    const defaults = Object.freeze({ priority: 7, name: "default", metadata: 1, retries: 1 });
    return withQueue(lane, { defaults }, async (queue) => {
      const plain = queue.submit(tasks.failUntil, [2]);
      const own = queue.submit(tasks.echo, [1], { name: "own", priority: undefined, retries: 0 });
      const [mapped] = queue.map(tasks.echo, [1], { priority: 1 });
      const [grouped] = queue.group(tasks.echo, [1], { metadata: 2 }).handles;
      const bound = queue.task(tasks.echo, { name: "bound" })(1);
      const ready = await queue.submitWhenReady(tasks.echo, [1], { priority: 2 });
      const shown = [plain, own, mapped, grouped, bound, ready].map((
        { name, priority, metadata },
      ) => [name, priority, metadata]);
      assertEquals(shown, [
        ["default", 7, 1],
        ["own", 7, 1],
        ["default", 1, 1],
        ["default", 7, 2],
        ["bound", 7, 1],
        ["default", 2, 1],
      ]);
      const streamed = await Array.fromAsync(queue.stream(tasks.echo, [1], { settled: true }));
      assertEquals([streamed[0].name, streamed[0].priority], ["default", 7]);
      assertEquals((await plain).attempts, 2);
    });
  });

  test(`${lane.name}: a task's own runAt replaces the default delay`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock, defaults: { delay: 50 } }, async (queue) => {
      await queue.start();
      const late = queue.submit(tasks.nothing);
      const later = queue.submit(tasks.nothing, { runAt: clock.wallNow() + 100 });
      const now = queue.submit(tasks.nothing, { delay: 0 });
      await now;
      assertEquals([late.scheduledFor, later.scheduledFor, now.scheduledFor], [50, 100, undefined]);
      await clock.advance(50);
      await late;
      await clock.advance(50);
      await later;
    });
  });

  test(`${lane.name}: default keys are replaced limit by limit`, () => {
    const limits = { host: { workers: 1 }, user: { workers: 1 } };
    const defaults = { keys: { host: "h", user: "u" } };
    return withQueue(lane, { workers: 4, limits, defaults }, async (queue, desk) => {
      await queue.start();
      const gates = [{}, { keys: { host: "other" } }, { keys: { user: 5, host: "other" } }];
      const handles = gates.map((options, n) =>
        queue.submit(tasks.gate, [desk.file("gate"), n], options)
      );
      // The second one shares the user with the first, the third one neither.
      await eventually(() => handles[2].status === "running", "the third one runs");
      assertEquals(handles.map(({ status }) => status), ["running", "pending", "running"]);
      assertEquals(pick(queue, "limited", "pending"), { limited: 1, pending: 1 });
      desk.open("gate");
      await queue.join();
    });
  });

  test(`${lane.name}: submit records its success, and finds it under the key of map's element`, () => {
    const checkpoint = new Memory();
    return withQueue(lane, { defaults: { checkpoint } }, async (queue) => {
      const namespace = "n";
      await queue.submit(tasks.echo, [5], { namespace });
      await queue.submit(tasks.add, [1, 2], { namespace });
      await queue.submit(tasks.echo, ["x"], { namespace, key: (item) => `key of ${item}` });
      assertEquals(Object.fromEntries(checkpoint.known), {
        ...{ "n 5": 5, "n [1,2]": 3, "n key of x": "x" },
      });
      const [mapped] = queue.map(tasks.echo, [5], { namespace });
      const again = queue.submit(tasks.add, [1, 2], { namespace });
      const ready = await queue.submitWhenReady(tasks.echo, [5], { namespace });
      for (const [handle, value] of [[mapped, 5], [again, 3], [ready, 5]] as const) {
        const result = handle.result();
        assertEquals([result.status === "succeeded" && result.value, result.attempts], [value, 0]);
      }
      assertStrictEquals(queue.submit(tasks.echo, [6], { namespace }).status, "pending");
    });
  });

  test(`${lane.name}: an options object counts by what it has itself`, () =>
    withQueue(lane, {}, async (queue) => {
      const inherited = Object.create({ retries: 5, xyzzy: 1, name: "inherited" });
      inherited.priority = 1;
      const handle = queue.submit(tasks.fail, [], inherited);
      assertEquals([handle.name, handle.priority], ["fail", 1]);
      assertEquals((await handle).attempts, 1);
      const made = lane.create(Object.create({ size: -1, xyzzy: 1, workers: "many" }));
      assertEquals(made.workers, queue.workers);
      await made.cancel();
    }));
}
