import { assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import type { TaskResult } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { makeSource } from "./sources.ts";
import { assertRefused, eventually, settle, Watch, withQueue } from "./support.ts";

function show(result: TaskResult<number>): string {
  return result.status === "succeeded" ? `${result.value}` : result.message!;
}

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a stream yields values in the order of the input`, () =>
    withQueue(lane, { workers: 3 }, async (queue, desk) => {
      const files = ["a", "b", "c"].map((name) => [desk.file(name), name] as const);
      const stream = queue.stream(tasks.gate, files);
      desk.open("c", "b");
      const first = stream.next();
      await eventually(() => queue.stats.succeeded === 2, "two have succeeded");
      desk.open("a");
      assertEquals((await first).value, "a");
      assertEquals(await Array.fromAsync(stream), ["b", "c"]);
    }));

  test(`${lane.name}: an unordered stream yields values as they come`, () =>
    withQueue(lane, { workers: 3 }, async (queue, desk) => {
      const files = ["a", "b", "c"].map((name) => [desk.file(name), name] as const);
      const seen: unknown[] = [];
      desk.open("c");
      for await (const value of queue.stream(tasks.gate, files, { ordered: false })) {
        seen.push(value);
        desk.open(value === "c" ? "b" : "a");
      }
      assertEquals(seen, ["c", "b", "a"]);
    }));

  test(`${lane.name}: a stream takes an array for a list of arguments and anything else for one`, () =>
    withQueue(lane, {}, async (queue) => {
      const items = [[1, 2], 3, [], [[4]], "five"];
      assertEquals(await Array.fromAsync(queue.stream(tasks.list, items)), [
        ...[[1, 2], [3], [], [[4]], ["five"]],
      ]);
    }));

  test(`${lane.name}: a stream reads any iterable, synchronous or not`, () =>
    withQueue(lane, {}, async (queue) => {
      function* sync() {
        yield* [1, 2];
      }
      async function* later() {
        await Promise.resolve();
        yield* [1, 2];
      }
      const collect = (source: Iterable<unknown> | AsyncIterable<unknown>) =>
        Array.fromAsync(queue.stream(tasks.echo, source));
      assertEquals(await collect(sync()), [1, 2]);
      assertEquals(await collect(later()), [1, 2]);
      assertEquals(await collect(new Set([2, 1])), [2, 1]);
      assertEquals(await collect("ab"), ["a", "b"]);
      assertEquals(await collect([]), []);
      const readable = new ReadableStream({
        start(controller) {
          for (const item of ["x", "y"]) controller.enqueue(item);
          controller.close();
        },
      });
      assertEquals(await collect(readable), ["x", "y"]);
    }));

  test(`${lane.name}: a stream is an iterator that can itself be iterated over`, () =>
    withQueue(lane, {}, async (queue) => {
      const stream = queue.stream(tasks.echo, [1, 2]);
      assertStrictEquals(stream[Symbol.asyncIterator](), stream);
      assertEquals(await stream.next(), { done: false, value: 1 });
      assertEquals(await stream.next(), { done: false, value: 2 });
      assertEquals(await stream.next(), { done: true, value: undefined });
      assertEquals(await stream.next(), { done: true, value: undefined });
    }));

  for (const ordered of [true, false]) {
    for (const kind of ["sync", "async"] as const) {
      const what = `${ordered ? "an ordered" : "an unordered"} stream of ${kind} items`;

      test(`${lane.name}: ${what} pulls lazily and holds no more than its window`, () =>
        withQueue(lane, { workers: 2 }, async (queue) => {
          let taken = 0;
          let most = 0;
          const { source, log } = makeSource(kind, (n) => {
            most = Math.max(most, n + 1 - taken);
            return n;
          });
          const stream = queue.stream(tasks.echo, source, { window: 3, ordered });
          await queue.start();
          assertEquals(log.pulled, 0);
          for (let i = 0; i < 50; i++) {
            taken++;
            const { value } = await stream.next();
            if (ordered) assertEquals(value, i);
          }
          await eventually(() => log.pulled === 53, "the window is full");
          await queue.join();
          await settle();
          await stream.return!();
          assertEquals(most, 3);
          assertEquals(log, { pulled: 53, returned: 1 });
        }));

      test(`${lane.name}: ${what} with settled yields a result for each item and goes on`, () =>
        withQueue(lane, { workers: 1 }, async (queue) => {
          const { source, log } = makeSource(kind, (n) => n % 2 ? -n : n, 4);
          const results = await Array.fromAsync(
            queue.stream(tasks.positive, source, { ordered, settled: true }),
          );
          assertEquals(results.map((result) => show(result)), [
            ...["0", "negative: -1", "2", "negative: -3"],
          ]);
          assertEquals(log, { pulled: 4, returned: 0 });
        }));
    }
  }

  test(`${lane.name}: the window is by default twice the number of workers`, () =>
    withQueue(lane, { workers: 3 }, async (queue) => {
      const { source, log } = makeSource("sync", (n) => n);
      const stream = queue.stream(tasks.echo, source);
      await stream.next();
      await eventually(() => log.pulled === 7, "the window is full");
      await queue.join();
      await settle();
      await stream.return!();
      assertEquals(log.pulled, 7);
    }));

  test(`${lane.name}: metadataOf ties each result of a stream to its item, as completed too`, () =>
    withQueue(lane, { workers: 2 }, async (queue, desk) => {
      const items = ["a", "b"].map((name) => [desk.file(name), name] as const);
      desk.open("b");
      const results = queue.stream(tasks.gate, items, {
        ordered: false,
        settled: true,
        metadata: "of no consequence",
        metadataOf: ([, name]) => `item ${name}`,
      });
      const seen: unknown[] = [];
      for await (const { metadata } of results) {
        seen.push(metadata);
        desk.open("a");
      }
      assertEquals(seen, ["item b", "item a"]);
    }));

  test(`${lane.name}: a stream whose metadataOf throws ends as if its source had thrown`, () =>
    withQueue(lane, {}, async (queue) => {
      const seen: unknown[] = [];
      const stream = queue.stream(tasks.echo, [1, 2, 3], {
        metadataOf: (n) => n === 3 ? JSON.parse("{") : n,
      });
      await assertRejects(async () => {
        for await (const value of stream) seen.push(value);
      }, SyntaxError);
      assertEquals(seen, [1, 2]);
    }));

  test(`${lane.name}: each task of a stream is run with the stream's options`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue) => {
      const options = { retries: 2, name: "line", metadata: 7, groupId: "file" };
      const values = await Array.fromAsync(queue.stream(tasks.failUntil, [2, 3], options));
      assertEquals(values, [2, 3]);
      for (const { name, metadata, groupId } of watch.completed) {
        assertEquals([name, metadata, groupId], ["line", 7, "file"]);
      }
      assertEquals(queue.stats.retried, 3);
    });
  });

  test(`${lane.name}: several values asked for at once come in order`, () =>
    withQueue(lane, { workers: 2 }, async (queue) => {
      const stream = queue.stream(tasks.echo, [1, 2, 3]);
      const answers = await Promise.all([1, 2, 3, 4].map(() => stream.next()));
      assertEquals(answers.map(({ value }) => value), [1, 2, 3, undefined]);
    }));

  test(`${lane.name}: a stream starts the queue when its first value is asked for`, () =>
    withQueue(lane, {}, async (queue) => {
      const waiting = queue.submit(tasks.echo, ["waiting"]);
      const stream = queue.stream(tasks.echo, [1]);
      await Promise.resolve();
      assertEquals(waiting.status, "pending");
      assertEquals((await stream.next()).value, 1);
      assertEquals(await waiting.value(), "waiting");
      await stream.return!();
    }));

  test(`${lane.name}: a stream works in both modes, beside a run and on a full queue`, () =>
    withQueue(lane, { mode: "infinite", size: 1 }, async (queue) => {
      const run = queue.run();
      const streams = [[1, 2, 3], [4, 5, 6]].map((items) => queue.stream(tasks.echo, items));
      const values = await Promise.all(streams.map((stream) => Array.fromAsync(stream)));
      assertEquals(values, [[1, 2, 3], [4, 5, 6]]);
      await queue.shutdown();
      assertEquals((await run).succeeded, 6);
    }));

  test(`${lane.name}: a stream on a paused queue waits for it to be resumed`, () =>
    withQueue(lane, {}, async (queue) => {
      queue.pause();
      const { source, log } = makeSource("sync", (n) => n, 3);
      const values = Array.fromAsync(queue.stream(tasks.echo, source, { window: 2 }));
      await eventually(() => queue.stats.pending === 2, "two are pending");
      await settle();
      assertEquals(log.pulled, 2);
      queue.resume();
      assertEquals(await values, [0, 1, 2]);
    }));

  test(`${lane.name}: stream refuses what it can't iterate over`, () =>
    withQueue(lane, {}, (queue) => {
      for (const [value, shown] of [[undefined, "undefined"], [7, "7"], [{}, "an object"]]) {
        const source = value as Iterable<number>;
        assertRefused(queue, () => queue.stream(tasks.echo, source), TypeError, `${shown}`);
      }
      return Promise.resolve();
    }));

  test(`${lane.name}: the results of a stream are the queue's and in its next summary`, () =>
    withQueue(lane, {}, async (queue) => {
      assertEquals(await Array.fromAsync(queue.stream(tasks.echo, [1, 2, 3])), [1, 2, 3]);
      assertEquals(queue.results.length, 3);
      assertEquals((await queue.run()).succeeded, 3);
    }));

  test(`${lane.name}: a long stream is run to its end and kept nowhere`, () =>
    withQueue(lane, { retain: "none" }, async (queue) => {
      const { source } = makeSource("sync", (n) => n, lane.many);
      let sum = 0;
      for await (const value of queue.stream(tasks.echo<number>, source)) sum += value;
      assertEquals(sum, lane.many * (lane.many - 1) / 2);
      assertEquals(queue.results, []);
      assertFalse(queue.closed);
    }));
}
