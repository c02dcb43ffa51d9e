import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { QueueClosedError } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { makeSource } from "./sources.ts";
import {
  assertError,
  CountingController,
  eventually,
  pick,
  settle,
  Watch,
  withQueue,
} from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  for (const ordered of [true, false]) {
    for (const kind of ["sync", "async"] as const) {
      const what = `${ordered ? "an ordered" : "an unordered"} stream of ${kind} items`;

      test(`${lane.name}: leaving ${what} stops it, cancels its tasks and tells its source once`, () => {
        const watch = new Watch();
        const options = { workers: 4, ...watch.hooks };
        return withQueue(lane, options, async (queue, desk) => {
          const controller = new CountingController();
          const { signal } = controller;
          const { source, log } = makeSource(
            kind,
            (n) => [desk.file(n === 0 ? "open" : "never"), n] as const,
          );
          desk.open("open");
          for await (
            const value of queue.stream(tasks.gate, source, { window: 4, ordered, signal })
          ) {
            assertEquals(value, 0);
            await watch.until(() => watch.started.length === 5);
            break;
          }
          assertEquals(log, { pulled: 5, returned: 1 });
          await queue.join();
          assertEquals(watch.completed.map(({ status }) => status), [
            ...["succeeded", "cancelled", "cancelled", "cancelled", "cancelled"],
          ]);
          assertEquals([log.returned, controller.listeners, queue.pendingCount], [1, 0, 0]);
          assertEquals(await queue.submit(tasks.echo, ["next"]).value(), "next");
        });
      });

      test(`${lane.name}: a throw in the loop over ${what} ends it as leaving does`, () =>
        withQueue(lane, { workers: 1 }, async (queue) => {
          const { source, log } = makeSource(kind, (n) => n);
          const why = new Error("enough");
          const loop = async () => {
            for await (const _ of queue.stream(tasks.echo, source, { ordered })) throw why;
          };
          assertStrictEquals(await loop().catch((error) => error), why);
          assertEquals(log.returned, 1);
          await queue.join();
        }));

      test(`${lane.name}: ${what} rejects at the first failure and tells its source once`, () =>
        withQueue(lane, { workers: 1 }, async (queue) => {
          const { source, log } = makeSource(kind, (n) => n === 3 ? -1 : n);
          const seen: number[] = [];
          const loop = async () => {
            const stream = queue.stream(tasks.positive, source, { window: 2, ordered });
            for await (const value of stream) seen.push(value);
          };
          assertError(await loop().catch((error) => error), Error, "negative: -1");
          assertEquals([seen, log.returned], [[0, 1, 2], 1]);
          assert(log.pulled <= 5, `${log.pulled} pulled`);
          await queue.join();
          assertEquals(queue.stats.failed, 1);
        }));

      test(`${lane.name}: ${what} whose source throws yields what came before, then throws it`, () =>
        withQueue(lane, {}, async (queue) => {
          const why = new RangeError("no more lines");
          const { source, log } = makeSource(kind, (n) => {
            if (n === 3) throw why;
            return n;
          });
          const seen: number[] = [];
          const loop = async () => {
            for await (const value of queue.stream(tasks.echo<number>, source, { ordered })) {
              seen.push(value);
            }
          };
          assertStrictEquals(await loop().catch((error) => error), why);
          assertEquals(seen.toSorted(), [0, 1, 2]);
          assertEquals(log.returned, 0);
          assertEquals(await queue.submit(tasks.echo, ["next"]).value(), "next");
        }));
    }
  }

  test(`${lane.name}: a failure ends an ordered stream without waiting for values before it`, () =>
    withQueue(lane, { workers: 2 }, async (queue, desk) => {
      const stream = queue.stream(tasks.gateOrFail, [[desk.file("never")], []]);
      assertError(await stream.next().catch((error) => error), Error, "no file");
      await queue.join();
      assertEquals(pick(queue, "failed", "cancelled"), { failed: 1, cancelled: 1 });
    }));

  test(`${lane.name}: an error of the source waits for values before it`, () =>
    withQueue(lane, { workers: 2 }, async (queue, desk) => {
      const { source } = makeSource("sync", (n) => {
        if (n === 2) throw new RangeError("no more lines");
        return [desk.file("gate"), n] as const;
      });
      const stream = queue.stream(tasks.gate, source);
      const first = stream.next();
      await eventually(() => queue.activeCount === 2, "both run");
      await settle();
      desk.open("gate");
      assertEquals([(await first).value, (await stream.next()).value], [0, 1]);
      assertError(await stream.next().catch((error) => error), RangeError, "no more lines");
    }));

  test(`${lane.name}: a cancelled task ends a stream with its TaskCancelledError`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      const controller = new AbortController();
      const { signal } = controller;
      const stream = queue.stream(tasks.gate, [[desk.file("never"), 0]], { signal });
      const next = stream.next().catch((error) => error);
      await watch.until(() => watch.started.length === 1);
      controller.abort("enough");
      const error = await next;
      assertEquals([error.name, error.cause], ["AbortError", "enough"]);
      assertEquals(await stream.next(), { done: true, value: undefined });
    });
  });

  test(`${lane.name}: a stream made before the queue closed rejects and leaves its source alone`, () =>
    withQueue(lane, {}, async (queue) => {
      const { source, log } = makeSource("sync", (n) => n);
      const stream = queue.stream(tasks.echo, source);
      await queue.shutdown();
      assertError(await stream.next().catch((error) => error), QueueClosedError, "shut down");
      assertEquals(log, { pulled: 0, returned: 0 });
    }));

  test(`${lane.name}: a graceful shutdown lets a stream end what it has begun`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 2, ...watch.hooks }, async (queue, desk) => {
      const { source, log } = makeSource("sync", (n) => [desk.file("gate"), n] as const);
      const seen: unknown[] = [];
      const loop = (async () => {
        for await (const value of queue.stream(tasks.gate, source, { window: 2 })) seen.push(value);
      })().catch((error) => error);
      await watch.until(() => watch.started.length === 2);
      const shutdown = queue.shutdown();
      desk.open("gate");
      assertError(await loop, QueueClosedError, "shut down");
      await shutdown;
      assertEquals([seen, log.returned], [[0, 1], 1]);
    });
  });

  test(`${lane.name}: a forced shutdown ends a stream`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 2, ...watch.hooks }, async (queue, desk) => {
      const { source, log } = makeSource("sync", () => [desk.file("never"), 0] as const);
      const next = queue.stream(tasks.gate, source).next().catch((error) => error);
      await watch.until(() => watch.started.length === 2);
      await queue.cancel();
      assertEquals([(await next).name, log.returned], ["AbortError", 1]);
    });
  });

  test(`${lane.name}: leaving a stream does not wait for a source that is silent`, () =>
    withQueue(lane, {}, async (queue) => {
      const log = { returned: 0 };
      let n = 0;
      const source = {
        [Symbol.asyncIterator]: () => ({
          next: () => n++ === 0 ? Promise.resolve({ done: false, value: 7 }) : never,
          return: () => {
            log.returned++;
            return never;
          },
        }),
      };
      const never = new Promise<IteratorResult<number>>(() => {});
      for await (const value of queue.stream(tasks.echo, source)) {
        assertEquals(value, 7);
        break;
      }
      assertEquals(log.returned, 1);
    }));

  test(`${lane.name}: a stream can be left while its next value is awaited`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 2, ...watch.hooks }, async (queue, desk) => {
      const { source, log } = makeSource("sync", (n) => [desk.file("never"), n] as const);
      const stream = queue.stream(tasks.gate, source, { window: 2 });
      const pulls = [stream.next(), stream.next()];
      await watch.until(() => watch.started.length === 2);
      await stream.return!();
      const over = { done: true, value: undefined };
      assertEquals([...await Promise.all(pulls), await stream.next()], [over, over, over]);
      assertEquals(log, { pulled: 2, returned: 1 });
      await queue.join();
      assertEquals(pick(queue, "cancelled", "pending"), { cancelled: 2, pending: 0 });
    });
  });

  test(`${lane.name}: a stream that is left before it began never touches its source`, () =>
    withQueue(lane, {}, async (queue) => {
      const { source, log } = makeSource("sync", (n) => n);
      const stream = queue.stream(tasks.echo, source);
      await stream.return!();
      assertEquals((await stream.next()).done, true);
      assertEquals(log, { pulled: 0, returned: 0 });
    }));

  test(`${lane.name}: an item that waits for room when the loop is left is not submitted`, () => {
    const watch = new Watch();
    const options = { size: 1, workers: 1, ...watch.hooks };
    return withQueue(lane, options, async (queue, desk) => {
      const { source, log } = makeSource("sync", (n) => [desk.file(`${n}`), n] as const);
      const stream = queue.stream(tasks.gate, source, { window: 3 });
      const next = stream.next();
      await eventually(() => log.pulled === 2, "the second item has been pulled");
      await settle();
      // It waits for room; this takes its turn between the second and the third.
      const other = queue.submitWhenReady(tasks.gate, [desk.file("other"), "other"]);
      desk.open("0");
      assertEquals((await next).value, 0);
      await eventually(() => log.pulled === 3, "the third item has been pulled");
      await settle();
      await stream.return!();
      const handle = await other;
      desk.open("other");
      assertEquals(await handle.value(), "other");
      await queue.join();
      assertEquals(watch.completed.map(({ status }) => status), [
        ...["succeeded", "cancelled", "succeeded"],
      ]);
    });
  });
}
